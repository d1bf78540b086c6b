package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Link;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reply lane as it comes in: charges frames and frees them at once, and puts payloads together. The place of what
 * arrives is the memory of the call that waits for it, or the window of its stream.
 *
 * <p><b>Threads.</b> I/O thread only.
 */
final class ReplyIntake {

    private final ReceiveWindow window;
    private final Link link;
    private final Reassembly<Opening> reassembly;

    /**
     * Makes the intake.
     *
     * @param link woken up when credit is due
     */
    ReplyIntake(ReceiveWindow window, int maxPayloadBytes, Link link) {
        this.window = window;
        this.link = link;
        this.reassembly = new Reassembly<>(maxPayloadBytes);
    }

    /**
     * A whole reply, or item of a stream. One that came in pieces is put together when it is asked for: that takes longer than
     * the I/O thread has.
     */
    static final class Answer implements Supplier<Payload> {

        private final Opening first;
        private final byte @Nullable [] whole; // null if it came in pieces
        private final Reassembly.@Nullable Pieces pieces;

        private Answer(Opening first, byte @Nullable [] whole, Reassembly.@Nullable Pieces pieces) {
            this.first = first;
            this.whole = whole;
            this.pieces = pieces;
        }

        /** Returns the id of the request or stream. */
        long id() {
            return first.id();
        }

        /** Returns whether it belongs to a stream. */
        boolean isItem() {
            return first.kind() == Kind.ITEM;
        }

        /** Returns the payload. Any thread. */
        @Override
        public Payload get() {
            byte[] bytes = whole == null ? Objects.requireNonNull(pieces).join() : whole;
            return new Payload(first.encoding() & Integer.MAX_VALUE, bytes);
        }
    }

    /**
     * Takes a frame that has no payload.
     *
     * @param id of what it answers
     */
    void takePlain(long id) {
        charge(0);
        checkMayComeBetween(id);
    }

    /** Takes a frame that answers no request, and whose payload never comes in pieces; returns the payload. */
    byte[] takeWhole(ByteBuffer payload) {
        charge(payload.remaining());
        return Reassembly.copyOf(payload); // its length is bounded by that of a piece and by nothing else
    }

    /** Takes the first frame of a reply or item; returns it if it is whole. */
    @Nullable
    Answer takeFirst(Opening header, ByteBuffer payload) {
        charge(payload.remaining());
        if (!header.more()) {
            checkMayComeBetween(header.id());
            return new Answer(header, reassembly.whole(payload), null);
        }
        if (reassembly.isUnderWay()) {
            throw Reassembly.broken("payload in pieces in the reply lane (expected: the rest of another one first)");
        }
        reassembly.begin(header, header.id(), header.size(), payload);
        return null;
    }

    /** Takes a chunk; returns the reply or item if that was its last. */
    @Nullable
    Answer takeChunk(Chunk chunk, ByteBuffer payload) {
        charge(payload.remaining());
        reassembly.take(chunk, payload);
        if (chunk.aborted()) {
            reassembly.end();
            return null;
        }
        if (chunk.more()) {
            return null;
        }
        Reassembly.Pieces pieces = reassembly.pieces();
        return new Answer(Objects.requireNonNull(reassembly.end()), null, pieces);
    }

    /** What is whole may come between the pieces of a payload, unless it belongs to the same request or stream. */
    private void checkMayComeBetween(long id) {
        if (reassembly.isUnderWay() && reassembly.id() == id) {
            throw Reassembly.broken("answer to " + id + " (expected: the rest of a payload for it first)");
        }
    }

    private void charge(int payloadBytes) {
        long charge = (long) payloadBytes + Wire.FRAME_CHARGE;
        if (!window.take(charge)) {
            throw Reassembly.broken("more replies under way than the window of " + window.bytes() + " bytes");
        }
        if (window.giveBackAtOnce(charge)) {
            link.wakeUp();
        }
    }
}
