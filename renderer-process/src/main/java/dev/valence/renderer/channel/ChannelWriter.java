package dev.valence.renderer.channel;

import dev.valence.frame.FrameBatch;
import dev.valence.frame.FrameHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Encodes frames into a buffer and writes it to a channel that does not block.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class ChannelWriter {

    private final WritableByteChannel channel;
    private final FrameBatch batch;
    private ByteBuffer out =
            ByteBuffer.allocateDirect(FrameBatch.BYTES).limit(0); // between position and limit: unwritten

    ChannelWriter(WritableByteChannel channel, FrameHandler handler) {
        this.channel = channel;
        this.batch = new FrameBatch(handler);
    }

    /** What came of a write. */
    enum Outcome {
        /** There was no frame. */
        NOTHING_TO_WRITE,
        /** The batch is written; there may be another. */
        WRITTEN,
        /** The socket took a part, or nothing; the rest comes first next time. */
        SOCKET_FULL
    }

    /** Writes once: what is left of the last batch, or a new one. */
    Outcome write() throws IOException {
        if (!out.hasRemaining() && !fill()) {
            return Outcome.NOTHING_TO_WRITE;
        }
        channel.write(out);
        return out.hasRemaining() ? Outcome.SOCKET_FULL : Outcome.WRITTEN;
    }

    private boolean fill() {
        int size = batch.take();
        if (size == 0) {
            return false;
        }
        if (size > out.capacity()) {
            out = ByteBuffer.allocateDirect(FrameBatch.MAX_BYTES); // kept: who sends chunks sends many
        }
        out.clear();
        batch.writeTo(out);
        out.flip();
        return true;
    }
}
