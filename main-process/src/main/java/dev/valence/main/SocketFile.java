package dev.valence.main;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket at a path that the application chose. Who can reach it is up to the directory it is in.
 *
 * @param socket absolute path
 */
record SocketFile(Path socket) implements SocketPlace {

    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    /**
     * Claims a path. A socket that a dead process left there is removed; of two processes that do so at the same moment
     * one may lose its socket to the other.
     *
     * @throws IllegalArgumentException if the path is too long for a socket
     * @throws IOException if its directory is missing or something else is there, such as the socket of a live process;
     *     nothing has been removed
     */
    static SocketFile claim(Path path) throws IOException {
        Path socket = path.toAbsolutePath();
        if (!SocketPlace.fits(socket)) {
            throw new IllegalArgumentException("socket: " + socket + ", " + SocketPlace.bytes(socket)
                    + " bytes (expected: at most " + MAX_PATH_BYTES + " bytes)");
        }
        Path directory = socket.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IOException("socket: " + socket + " (expected: a path in an existing directory)");
        }
        try {
            if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther()) {
                throw new IOException("socket: " + socket + " (expected: a free path or an old socket)");
            }
            if (isInUse(socket)) {
                throw new IOException("socket: " + socket + " (expected: a free path, but this one is in use)");
            }
            Files.deleteIfExists(socket);
            LOG.info("Took over {}, which a dead process left", socket);
        } catch (NoSuchFileException e) {
            LOG.debug("{} is free", socket);
        }
        return new SocketFile(socket);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.warn("{} not deleted", socket, e);
        }
    }

    private static boolean isInUse(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // So as not to wait for a listener whose queue is full.
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            // A full queue shows so; and what cannot be reached for another reason is not ours to remove.
            return true;
        }
    }
}
