package dev.valence.frame;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A frame and its payload on their way to a transport. One that is shared by several connections is encoded once.
 *
 * <p><b>Threads.</b> A shared frame may be written by several threads at once, any other by one.
 */
public final class OutFrame {

    private static final byte[] NO_PAYLOAD = {};

    /** A place outside the stream of bytes. */
    public interface Slot {
        /**
         * Copies a payload there.
         *
         * @throws RuntimeException if the place is gone; the connection has to be closed
         */
        void put(byte[] bytes, int offset, int length);
    }

    private final Frame frame;
    private final byte[] bytes; // in which the payload is, or the whole frame if that is encoded
    private final int offset;
    private final int length;
    private final int size;
    private final boolean isEncoded;
    private final @Nullable Slot slot; // where the payload goes instead of the frame

    private OutFrame(Frame frame, byte[] bytes, int offset, int length, int size, boolean isEncoded) {
        this(frame, bytes, offset, length, size, isEncoded, null);
    }

    private OutFrame(
            Frame frame, byte[] bytes, int offset, int length, int size, boolean isEncoded, @Nullable Slot slot) {
        this.frame = frame;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.size = size;
        this.isEncoded = isEncoded;
        this.slot = slot;
    }

    /** Returns a frame without a payload for one connection. */
    public static OutFrame of(Frame frame) {
        return of(frame, NO_PAYLOAD, 0, 0);
    }

    /**
     * Returns a frame for one connection; it is encoded straight into the transport's buffer.
     *
     * @param bytes lent until written
     * @param offset where the payload begins in them
     * @param length of the payload
     */
    public static OutFrame of(Frame frame, byte[] bytes, int offset, int length) {
        int size = -FrameWriter.frame(null, 0, frame, bytes, offset, length);
        return new OutFrame(frame, bytes, offset, length, size, false);
    }

    /**
     * Returns a frame whose payload is copied to memory that both processes have mapped, before the frame is written.
     *
     * @param bytes lent until written
     * @param offset where the payload begins in them
     * @param length of the payload
     */
    public static OutFrame besideSlot(Frame frame, byte[] bytes, int offset, int length, Slot slot) {
        int size = -FrameWriter.frame(null, 0, frame, NO_PAYLOAD, 0, 0);
        return new OutFrame(frame, bytes, offset, length, size, false, slot);
    }

    /** Returns a frame for several connections, encoded now. */
    public static OutFrame shared(Frame frame, byte[] payload) {
        return encoded(frame, of(frame, payload, 0, payload.length).encoded());
    }

    /**
     * Returns a frame that is encoded already.
     *
     * @param encoded lent until written; without its length
     */
    public static OutFrame encoded(Frame frame, byte[] encoded) {
        return new OutFrame(frame, encoded, 0, encoded.length, encoded.length, true);
    }

    /** Returns how many bytes rules take in a frame. */
    public static int sizeOf(Frame.Rules rules) {
        return -FrameWriter.rules(null, 0, rules);
    }

    /** Returns the bytes that {@link #writeTo} writes, length prefix included. */
    public int size() {
        return Wire.PREFIX_BYTES + size;
    }

    /** Returns the bytes that {@link #writeTo} copies elsewhere. */
    public int bytesBeside() {
        return slot == null ? 0 : length;
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
        if (isEncoded) {
            buffer.put(bytes);
            return;
        }
        int end = buffer.position() + size;
        if (slot == null) {
            FrameWriter.frame(buffer, end, frame, bytes, offset, length);
        } else {
            slot.put(bytes, offset, length);
            FrameWriter.frame(buffer, end, frame, NO_PAYLOAD, 0, 0);
        }
        buffer.position(end);
    }

    private byte[] encoded() {
        byte[] encoded = new byte[size];
        FrameWriter.frame(ByteBuffer.wrap(encoded), size, frame, bytes, offset, length);
        return encoded;
    }
}
