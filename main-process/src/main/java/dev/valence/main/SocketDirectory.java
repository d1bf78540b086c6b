package dev.valence.main;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that only this user can enter, with the socket of one main process in it:
 *
 * <pre>
 * valence-PID-RANDOM/    mode 0700, in $XDG_RUNTIME_DIR or else in java.io.tmpdir
 *     main.sock          the socket
 *     lock               locked as long as that process lives
 *     valence-….args     see {@link CommandLine}
 * </pre>
 *
 * Opening one removes those that dead processes left behind, see {@link SocketSweep}.
 */
final class SocketDirectory implements SocketPlace {

    static final String LOCK = "lock";

    private static final Logger LOG = LoggerFactory.getLogger(SocketDirectory.class);
    private static final String SOCKET = "main.sock";
    private static final String LONGEST = "valence-4194304-00000000/" + SOCKET;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final FileChannel lock;

    private SocketDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes a directory where the system wants it.
     *
     * @throws IOException if there is no place for it or it cannot be made
     */
    static SocketDirectory open() throws IOException {
        return openIn(parent());
    }

    /** Returns where the system wants what belongs to running processes of this user. */
    static Path parent() throws IOException {
        String runtime = Objects.requireNonNullElse(System.getenv("XDG_RUNTIME_DIR"), "");
        String temporary = System.getProperty("java.io.tmpdir", "");
        return Stream.of(runtime, temporary)
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .filter(SocketDirectory::isUsable)
                .findFirst()
                .orElseThrow(
                        () -> new IOException("XDG_RUNTIME_DIR: \"" + runtime + "\", java.io.tmpdir: \"" + temporary
                                + "\" (expected: a writable directory with a path of at most "
                                + (MAX_PATH_BYTES - 1 - LONGEST.length()) + " bytes)"));
    }

    /** Makes a directory in another one, which must be absolute. */
    static SocketDirectory openIn(Path parent) throws IOException {
        byte[] random = new byte[4];
        RANDOM.nextBytes(random);
        long pid = ProcessHandle.current().pid();
        Path directory = parent.resolve("valence-" + pid + "-" + HexFormat.of().formatHex(random));
        SocketSweep.spare(directory);
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel lock =
                    FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            SocketDirectory made = new SocketDirectory(directory, lock);
            made.hold();
            SocketSweep.sweep(parent, directory);
            return made;
        } catch (Throwable e) {
            SocketSweep.spareNoMore(directory);
            throw e;
        }
    }

    private void hold() throws IOException {
        boolean isHeld = false;
        try {
            isHeld = lock.tryLock() != null;
        } finally {
            if (!isHeld) {
                close();
            }
        }
        if (!isHeld) {
            throw new IOException("lock: " + directory.resolve(LOCK) + " (expected: free, as it is new)");
        }
    }

    @Override
    public Path socket() {
        return directory.resolve(SOCKET);
    }

    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            SocketSweep.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} not deleted", directory, e);
        } finally {
            SocketSweep.spareNoMore(directory);
        }
    }

    private static boolean isUsable(Path parent) {
        return parent.isAbsolute()
                && Files.isDirectory(parent)
                && Files.isWritable(parent)
                && SocketPlace.fits(parent.resolve(LONGEST));
    }
}
