package dev.valence.frame;

import com.google.protobuf.CodedOutputStream;
import dev.valence.proto.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A frame on its way to a transport. One that is shared by several connections is encoded once.
 *
 * <p><b>Threads.</b> A shared frame may be written by several threads at once, any other by one.
 */
public final class OutFrame {

    private final Frame frame;
    private final int size;
    private final byte[] encoded; // empty unless shared

    private OutFrame(Frame frame, byte[] encoded) {
        this.frame = frame;
        this.size = frame.getSerializedSize();
        this.encoded = encoded;
    }

    /** Returns a frame for one connection; it is encoded straight into the transport's buffer. */
    public static OutFrame of(Frame frame) {
        return new OutFrame(frame, new byte[0]);
    }

    /** Returns a frame for several connections, encoded now. */
    public static OutFrame shared(Frame frame) {
        return new OutFrame(frame, frame.toByteArray());
    }

    /** Returns the bytes that {@link #writeTo} writes, length prefix included. */
    public int size() {
        return Wire.PREFIX_BYTES + size;
    }

    /** Returns what the frame says, for the log. */
    public Frame frame() {
        return frame;
    }

    /**
     * Writes length and frame.
     *
     * @param buffer big-endian, with at least {@link #size} bytes of room; its position moves on
     */
    public void writeTo(ByteBuffer buffer) {
        buffer.putInt(size);
        if (encoded.length > 0) {
            buffer.put(encoded);
            return;
        }
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(buffer);
            frame.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("frame of " + size + " bytes did not fit", e);
        }
    }
}
