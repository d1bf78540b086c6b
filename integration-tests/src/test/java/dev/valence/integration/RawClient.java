package dev.valence.integration;

import com.google.protobuf.ByteString;
import dev.valence.Endpoint;
import dev.valence.proto.Bounds;
import dev.valence.proto.Frame;
import dev.valence.proto.Hello;
import dev.valence.proto.Windows;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;

/** A client that keeps to no rules. */
final class RawClient implements AutoCloseable {

    private static final int MAGIC = 0x56414C45;

    private final SocketChannel channel;

    private RawClient(SocketChannel channel) {
        this.channel = channel;
    }

    static RawClient connect(Endpoint endpoint) throws IOException {
        return new RawClient(SocketChannel.open(UnixDomainSocketAddress.of(((Endpoint.Unix) endpoint).path())));
    }

    /** Returns a Hello as it should be. */
    static Hello.Builder hello(String token) {
        long mib = 1 << 20;
        return Hello.newBuilder()
                .setMagic(MAGIC)
                .setMajor(1)
                .setToken(ByteString.copyFrom(HexFormat.of().parseHex(token)))
                .setWindows(Windows.newBuilder().setDataBytes(mib).setReplyBytes(mib))
                .setBounds(Bounds.newBuilder().setPayloadBytes(mib));
    }

    /** Connects and is let in. */
    static RawClient admitted(Endpoint endpoint, String token) throws IOException {
        RawClient client = connect(endpoint);
        client.send(Frame.newBuilder().setHello(hello(token)).build());
        Frame answer = client.read();
        if (answer == null || !answer.hasWelcome()) {
            client.close();
            throw new IOException("not let in: " + answer);
        }
        return client;
    }

    void send(Frame frame) throws IOException {
        sendBytes(prefixed(frame));
    }

    /** Returns the bytes of a frame behind their length. */
    static byte[] prefixed(Frame frame) {
        byte[] bytes = frame.toByteArray();
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    void sendBytes(byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /** Waits for the next frame; null at the end of the connection. */
    Frame read() throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        try {
            if (!fill(length)) {
                return null;
            }
            ByteBuffer frame = ByteBuffer.allocate(length.getInt(0));
            if (!fill(frame)) {
                throw new EOFException("the end in the middle of a frame");
            }
            return Frame.parseFrom(frame.flip());
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            return null; // reset: main had not read everything when it closed
        }
    }

    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                if (buffer.position() > 0) {
                    throw new EOFException("the end after " + buffer.position() + " bytes");
                }
                return false;
            }
        }
        return true;
    }

    /** Waits until main ends the connection; returns what it said last, or null if it said nothing. */
    Frame awaitEnd() throws IOException {
        Frame last = null;
        for (Frame frame = read(); frame != null; frame = read()) {
            last = frame;
        }
        return last;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
