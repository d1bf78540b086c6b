package dev.valence.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * Cuts a stream of bytes into frames where they lie, in the buffer of the transport. What there is of a frame that has not come
 * whole stays there, and the transport reads on behind it.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class FrameAssembler {

    /**
     * Room that is worth a read: for a chunk and what stands beside it, and hardly more. So a stream of chunks is read chunk by
     * chunk, and of the one that follows there is little in the buffer that would have to be moved.
     */
    public static final int READ_BYTES = Wire.CHUNK_BYTES + 1024;

    private final FrameHandler handler;
    private final BooleanSupplier stopped;

    /**
     * Makes an assembler that passes frames to a handler.
     *
     * @param stopped whether the link was closed; asked before each frame, so that none follows once a handler closed it
     */
    public FrameAssembler(FrameHandler handler, BooleanSupplier stopped) {
        this.handler = handler;
        this.stopped = stopped;
    }

    /**
     * Passes on the frames that are whole.
     *
     * @param bytes lent, big-endian, from where a frame begins; consumed up to a frame that has not come whole, to the end once
     *     stopped
     * @return how many bytes of room that frame takes in all, with its length, or takes at least if its length has not come; 0
     *     if nothing is left
     * @throws IOException if a length is not one that a frame can have; the connection has to be closed
     */
    public int read(ByteBuffer bytes) throws IOException {
        while (!stopped.getAsBoolean()) {
            if (bytes.remaining() < Wire.PREFIX_BYTES) {
                return bytes.hasRemaining() ? Wire.PREFIX_BYTES : 0;
            }
            int length = bytes.getInt(bytes.position());
            checkLength(length);
            if (bytes.remaining() - Wire.PREFIX_BYTES < length) {
                return Wire.PREFIX_BYTES + length;
            }
            int end = bytes.limit();
            int begin = bytes.position() + Wire.PREFIX_BYTES;
            handler.onFrame(bytes.limit(begin + length).position(begin));
            bytes.limit(end).position(begin + length);
        }
        bytes.position(bytes.limit());
        return 0;
    }

    private void checkLength(int length) throws IOException {
        int max = handler.maxFrameBytes();
        if (length <= 0 || length > max) {
            throw new FrameLengthException(length, max);
        }
    }
}
