package dev.valence.renderer.channel;

import dev.valence.frame.FrameAssembler;
import dev.valence.frame.FrameBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads from a channel that does not block into a buffer, and cuts what is there into frames; the mirror of
 * {@link ChannelWriter}. What there is of a frame that has not come whole is moved only if the rest has no room behind it.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class ChannelReader {

    private static final int FIRST_BYTES = 64 * 1024;

    private final ReadableByteChannel channel;
    private final FrameAssembler assembler;
    private ByteBuffer in = ByteBuffer.allocateDirect(FIRST_BYTES); // what is read goes between position and limit
    private int begin; // of the frame before the position that has not come whole; the position, if there is none

    ChannelReader(ReadableByteChannel channel, FrameAssembler assembler) {
        this.channel = channel;
        this.assembler = assembler;
    }

    /** What came of a read. */
    enum Outcome {
        /** The peer has closed. */
        END,
        /** There were no bytes. */
        NOTHING_TO_READ,
        /** All that was there was read. */
        READ,
        /** The buffer was filled; there may be more. */
        BUFFER_FULL
    }

    /** Reads once and passes on the frames that are whole. */
    Outcome read() throws IOException {
        int count = channel.read(in);
        if (count <= 0) {
            return count < 0 ? Outcome.END : Outcome.NOTHING_TO_READ;
        }
        boolean isFull = !in.hasRemaining();
        int end = in.position();
        int needed = assembler.read(in.limit(end).position(begin));
        makeRoom(needed);
        return isFull ? Outcome.BUFFER_FULL : Outcome.READ;
    }

    /** Returns whether the bytes so far end in the middle of a frame. */
    boolean isMidFrame() {
        return in.position() > begin;
    }

    /**
     * Makes room behind what was not consumed.
     *
     * @param needed by it in all
     */
    private void makeRoom(int needed) {
        begin = in.position();
        boolean isLittle = in.remaining() <= begin / 8; // nothing is the least
        if (needed > in.capacity()) {
            in = ByteBuffer.allocateDirect(FrameBatch.MAX_BYTES).put(in); // kept: who gets chunks gets many
            begin = 0;
        } else if (isLittle || begin + needed > in.capacity()) {
            in.compact();
            begin = 0;
        } else {
            in.position(in.limit());
        }
        int worthIt = Math.min(in.capacity(), FrameAssembler.READ_BYTES);
        in.limit(Math.max(worthIt, begin + needed));
    }
}
