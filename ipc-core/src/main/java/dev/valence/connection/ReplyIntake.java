package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Link;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;
import java.util.Objects;
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
     * A whole reply, or item of a stream, in pieces: to put a large one together takes longer than the I/O thread has.
     *
     * @param id of the request or stream
     * @param isItem whether it belongs to a stream
     */
    record Answer(long id, boolean isItem, int encoding, Reassembly.Pieces pieces) {

        /** Puts the payload together. Any thread. */
        Payload payload() {
            return new Payload(encoding, pieces.join());
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
            return answer(header, Reassembly.Pieces.of(reassembly.whole(payload)));
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
        return answer(Objects.requireNonNull(reassembly.end()), pieces);
    }

    private static Answer answer(Opening first, Reassembly.Pieces pieces) {
        return new Answer(first.id(), first.kind() == Kind.ITEM, first.encoding() & Integer.MAX_VALUE, pieces);
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
        if (window.giveBack(charge)) {
            link.wakeUp();
        }
    }
}
