package dev.valence.main;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/**
 * One connection between two instances of an application: a length in four bytes and a {@link LaterStart} go one way, one
 * byte that says that it was taken comes back.
 *
 * <p><b>Threads.</b> Of whoever made it; nothing waits longer than {@link #PATIENCE} after it was made.
 */
final class InstanceSocket implements AutoCloseable {

    /** How long the two have for all of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final byte TAKEN = 1;

    private final SocketChannel channel;
    private final long beginNanos = System.nanoTime();

    /** Takes over a channel, also if that fails, which it does if the peer is not of this user. */
    InstanceSocket(SocketChannel channel, Path socket) throws IOException {
        this.channel = channel;
        try {
            channel.configureBlocking(false);
            checkUser(socket);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Hands a start over to the first instance.
     *
     * @throws IOException if that has not taken it
     */
    static void handOver(InstancePlace place, byte[] start) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false); // so as not to wait for a listener whose queue is full
            channel.connect(UnixDomainSocketAddress.of(place.socket()));
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
        try (InstanceSocket first = new InstanceSocket(channel, place.socket())) {
            first.write(ByteBuffer.allocate(Integer.BYTES + start.length)
                    .putInt(start.length)
                    .put(start)
                    .flip());
            if (first.read(1).get() != TAKEN) {
                throw new IOException("the first instance answers something else");
            }
        }
    }

    /** Reads the start that a later instance hands over. */
    LaterStart readStart() throws IOException {
        int length = read(Integer.BYTES).getInt();
        if (length < 0 || length > LaterStart.MAX_BYTES) {
            throw new IOException("start of an instance: " + length + " bytes (expected: at most "
                    + LaterStart.MAX_BYTES + " bytes)");
        }
        return LaterStart.decode(read(length));
    }

    /** Says that it was taken. */
    void answer() throws IOException {
        write(ByteBuffer.wrap(new byte[] {TAKEN}));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The directory keeps others out; this asks the kernel as well. */
    private void checkUser(Path socket) throws IOException {
        UserPrincipal owner = Files.getOwner(socket, LinkOption.NOFOLLOW_LINKS);
        UserPrincipal peer =
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(owner)) {
            throw new IOException("peer: user " + peer.getName() + " (expected: " + owner.getName() + ")");
        }
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            int count = channel.read(bytes);
            if (count < 0) {
                throw new EOFException("the other instance has closed the connection");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ);
            }
        }
        return bytes.flip();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    private void await(int operation) throws IOException {
        long millis = PATIENCE.minusNanos(System.nanoTime() - beginNanos).toMillis();
        if (millis <= 0) {
            throw new SocketTimeoutException(
                    "the other instance is slow (expected: done within " + PATIENCE.toMillis() + " ms)");
        }
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            selector.select(millis);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }
}
