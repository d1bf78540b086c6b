package dev.valence.frame;

import java.nio.ByteBuffer;

/**
 * A frame and its payload on their way to a transport. One that is shared by several connections is encoded once.
 *
 * <p><b>Threads.</b> A shared frame may be written by several threads at once, any other by one.
 */
public abstract class OutFrame {

    private static final byte[] NO_PAYLOAD = {};

    private final Frame frame;
    private final int size;

    private OutFrame(Frame frame, int size) {
        this.frame = frame;
        this.size = size;
    }

    /** A place outside the stream of bytes. */
    public interface Slot {
        /**
         * Copies a payload there.
         *
         * @throws RuntimeException if the place is gone; the connection has to be closed
         */
        void put(byte[] bytes, int offset, int length);
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
        return new Plain(frame, -FrameWriter.frame(null, 0, frame, bytes, offset, length), bytes, offset, length);
    }

    /**
     * Returns a message for one connection whose header is encoded already.
     *
     * @param payload lent until written
     */
    public static OutFrame of(MessageHeader header, byte[] payload) {
        return new Headed(header, payload);
    }

    /**
     * Returns a frame whose payload is copied to memory that both processes have mapped, before the frame is written.
     *
     * @param bytes lent until written
     * @param offset where the payload begins in them
     * @param length of the payload
     */
    public static OutFrame besideSlot(Frame frame, byte[] bytes, int offset, int length, Slot slot) {
        return new BesideSlot(frame, bytes, offset, length, slot);
    }

    /** Returns a frame for several connections, encoded now. */
    public static OutFrame shared(Frame frame, byte[] payload) {
        OutFrame plain = of(frame, payload, 0, payload.length);
        byte[] encoded = new byte[plain.size];
        plain.write(ByteBuffer.wrap(encoded), encoded.length);
        return encoded(frame, encoded);
    }

    /**
     * Returns a frame that is encoded already.
     *
     * @param encoded lent until written; without its length
     */
    public static OutFrame encoded(Frame frame, byte[] encoded) {
        return new Encoded(frame, encoded);
    }

    /** Returns how many bytes rules take in a frame. */
    public static int sizeOf(Frame.Rules rules) {
        return -FrameWriter.rules(null, 0, rules);
    }

    /** Returns the bytes that {@link #writeTo} writes, length prefix included. */
    public final int size() {
        return Wire.PREFIX_BYTES + size;
    }

    /** Returns the bytes that {@link #writeTo} copies elsewhere. */
    public int bytesBeside() {
        return 0;
    }

    /** Returns what the frame says, for the log. */
    public final Frame frame() {
        return frame;
    }

    /**
     * Writes length and frame.
     *
     * @param buffer big-endian, with at least {@link #size} bytes of room; its position moves on
     */
    public final void writeTo(ByteBuffer buffer) {
        buffer.putInt(size);
        int end = buffer.position() + size;
        write(buffer, end);
        buffer.position(end);
    }

    /** Writes the frame before an index. */
    abstract void write(ByteBuffer buffer, int end);

    private static final class Plain extends OutFrame {
        private final byte[] bytes;
        private final int offset;
        private final int length;

        Plain(Frame frame, int size, byte[] bytes, int offset, int length) {
            super(frame, size);
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
        }

        @Override
        void write(ByteBuffer buffer, int end) {
            FrameWriter.frame(buffer, end, frame(), bytes, offset, length);
        }
    }

    private static final class Headed extends OutFrame {
        private final MessageHeader header;
        private final byte[] payload;

        Headed(MessageHeader header, byte[] payload) {
            super(header.opening(), header.size(payload.length));
            this.header = header;
            this.payload = payload;
        }

        @Override
        void write(ByteBuffer buffer, int end) {
            header.write(buffer, end, payload);
        }
    }

    private static final class Encoded extends OutFrame {
        private final byte[] encoded;

        Encoded(Frame frame, byte[] encoded) {
            super(frame, encoded.length);
            this.encoded = encoded;
        }

        @Override
        void write(ByteBuffer buffer, int end) {
            buffer.put(end - encoded.length, encoded);
        }
    }

    private static final class BesideSlot extends OutFrame {
        private final byte[] bytes;
        private final int offset;
        private final int length;
        private final Slot slot;

        BesideSlot(Frame frame, byte[] bytes, int offset, int length, Slot slot) {
            super(frame, -FrameWriter.frame(null, 0, frame, NO_PAYLOAD, 0, 0));
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
            this.slot = slot;
        }

        @Override
        public int bytesBeside() {
            return length;
        }

        @Override
        void write(ByteBuffer buffer, int end) {
            slot.put(bytes, offset, length);
            FrameWriter.frame(buffer, end, frame(), NO_PAYLOAD, 0, 0);
        }
    }
}
