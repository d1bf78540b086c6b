package dev.valence.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into frames. A frame that lies whole in the buffer is passed on in place; only one that came in
 * pieces is copied.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class FrameAssembler {

    private final FrameHandler handler;
    private final BooleanSupplier stopped;
    private final ByteBuffer prefix = ByteBuffer.allocate(Wire.PREFIX_BYTES);
    private @Nullable ByteBuffer partial; // room for exactly one frame; null between frames

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
     * Takes the bytes of one read.
     *
     * @param bytes lent; consumed to the end, unless stopped
     * @throws IOException if a length is not one that a frame can have; the connection has to be closed
     */
    public void read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && !stopped.getAsBoolean()) {
            ByteBuffer begun = partial;
            if (begun != null) {
                fill(begun, bytes);
                if (!begun.hasRemaining()) {
                    partial = null;
                    handler.onFrame(begun.flip());
                }
                continue;
            }
            fill(prefix, bytes);
            if (prefix.hasRemaining()) {
                return;
            }
            int length = prefix.getInt(0);
            prefix.clear();
            checkLength(length);
            if (bytes.remaining() >= length) {
                int end = bytes.limit();
                int next = bytes.position() + length;
                handler.onFrame(bytes.limit(next));
                bytes.limit(end).position(next);
            } else {
                partial = ByteBuffer.allocate(length);
            }
        }
    }

    /** Returns whether the bytes so far end in the middle of a frame. */
    public boolean isMidFrame() {
        return partial != null || prefix.position() > 0;
    }

    private void checkLength(int length) throws IOException {
        int max = handler.maxFrameBytes();
        if (length <= 0 || length > max) {
            throw new FrameLengthException(length, max);
        }
    }

    private static void fill(ByteBuffer to, ByteBuffer from) {
        int count = Math.min(to.remaining(), from.remaining());
        to.put(to.position(), from, from.position(), count);
        to.position(to.position() + count);
        from.position(from.position() + count);
    }
}
