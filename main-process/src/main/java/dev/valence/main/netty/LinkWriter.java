package dev.valence.main.netty;

import dev.valence.frame.FrameBatch;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.WriteTurn;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes frames and writes them to a channel: on its event loop, in batches through Netty, or on the thread of whoever has
 * something to say, straight to the socket.
 *
 * <p><b>Threads.</b> One at a time writes, which is who has the turn. Only the event loop may {@link #enter}, and keep the
 * turn for as long as it likes; any thread may {@link #writeNow}, which is one batch at most. What the socket does not take
 * at once is left to the event loop, and nobody else writes until Netty has got rid of it. So bytes stay in order.
 *
 * <p><b>Lifetime.</b> The event loop has the turn from the start. A channel with a {@link DirectSocket} is closed only by who
 * has it.
 */
final class LinkWriter {

    private static final Logger log = LoggerFactory.getLogger(LinkWriter.class);

    /** How often what is left is taken and written at the end, a high water mark of bytes each time. */
    private static final int LAST_FLUSHES = 16;

    private final Channel channel;
    private final @Nullable DirectSocket socket; // null if only Netty writes
    private final WriteTurn turn = WriteTurn.taken();
    private boolean entered = true; // event loop only: it has the turn
    private @Nullable FrameBatch batch; // guarded by turn
    private @Nullable ByteBuf rest; // guarded by turn: taken, and not accepted by the socket
    private boolean isBacklogged; // guarded by turn: there is a rest, or Netty has bytes to write
    private volatile boolean isHeard; // the peer has said something since the last batch
    private volatile boolean isTerse = true; // the last batch was a single frame

    LinkWriter(Channel channel, @Nullable DirectSocket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /** What came of an attempt to write on the calling thread. */
    enum Outcome {
        /** There is nothing left, or who has the turn will look again. */
        DONE,
        /** The event loop has to look. */
        LEFT_TO_LOOP
    }

    /** Says where frames come from. Event loop, which has the turn. */
    void open(FrameHandler handler) {
        batch = new FrameBatch(handler);
    }

    /** Notes that the peer has said something. Event loop. */
    void heard() {
        if (!isHeard) {
            isHeard = true;
        }
    }

    /**
     * Returns whether to write on the calling thread is likely to pay: when the peer and this side take turns, one frame
     * each, so that somebody waits for it. What comes in crowds is better written in batches.
     */
    boolean isDialogue() {
        return isHeard && isTerse && socket != null;
    }

    /** Writes one batch on the calling thread, if nobody else is writing. Any thread but the event loop. */
    Outcome writeNow() {
        if (!turn.enter()) {
            return Outcome.DONE;
        }
        Outcome outcome = Outcome.LEFT_TO_LOOP; // also if this throws
        try {
            if (!isBacklogged) {
                outcome = writeDirectly(Objects.requireNonNull(batch), Objects.requireNonNull(socket));
            }
        } finally {
            while (!turn.leave()) {
                outcome = Outcome.LEFT_TO_LOOP;
            }
        }
        return outcome;
    }

    private Outcome writeDirectly(FrameBatch from, DirectSocket to) {
        ByteBuf bytes = nextBatch(from);
        if (bytes == null) {
            return Outcome.DONE;
        }
        int size = bytes.readableBytes();
        int written = 0;
        try {
            written = to.write(bytes.internalNioBuffer(bytes.readerIndex(), size));
        } catch (IOException e) {
            log.trace("the event loop will find the same", e);
        }
        if (written == size) {
            bytes.release();
            return from.isExhausted() ? Outcome.DONE : Outcome.LEFT_TO_LOOP;
        }
        rest = bytes.skipBytes(written);
        isBacklogged = true;
        return Outcome.LEFT_TO_LOOP;
    }

    /** Takes the turn unless another thread has it, which then leaves the rest to the event loop. Event loop. */
    boolean enter() {
        if (!entered) {
            entered = turn.enter();
        }
        return entered;
    }

    /**
     * Gives the turn back. Event loop.
     *
     * @return whether there is more to be written
     */
    boolean leave() {
        entered = false;
        boolean more = false;
        while (!turn.leave()) {
            more = true;
        }
        return more;
    }

    /** Writes batches until there are no frames, or the peer takes no more; then flushes once. Event loop, which has the turn. */
    void write() {
        isBacklogged = true; // also if this throws
        if (writeToNetty()) {
            channel.flush();
        }
        isBacklogged = !isFlushed();
    }

    /** Writes as long as the socket takes something, within bounds: other connections share this thread. Event loop, at the end. */
    void writeRest() {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < LAST_FLUSHES && pendingBytes() < before; i++) {
            writeToNetty();
            before = pendingBytes();
            channel.flush();
        }
    }

    /** Drops what was taken. Event loop, which has the turn for good. */
    void discard() {
        ByteBuf left = rest;
        rest = null;
        if (left != null) {
            left.release();
        }
    }

    /** Returns whether something was written. */
    private boolean writeToNetty() {
        boolean written = false;
        ByteBuf first = rest;
        if (first != null) {
            rest = null;
            channel.write(first);
            written = true;
        }
        FrameBatch from = batch;
        while (from != null && channel.isWritable()) {
            ByteBuf bytes = nextBatch(from);
            if (bytes == null) {
                break;
            }
            channel.write(bytes);
            written = true;
        }
        return written;
    }

    private @Nullable ByteBuf nextBatch(FrameBatch from) {
        int size = from.take();
        if (size == 0) {
            return null;
        }
        isHeard = false;
        isTerse = from.count() == 1;
        ByteBuf bytes = channel.alloc().directBuffer(size, size);
        try {
            from.writeTo(bytes.internalNioBuffer(0, size));
        } catch (RuntimeException | Error e) {
            bytes.release();
            throw e;
        }
        return bytes.writerIndex(size);
    }

    private boolean isFlushed() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending != null && pending.totalPendingWriteBytes() == 0;
    }

    private long pendingBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }
}
