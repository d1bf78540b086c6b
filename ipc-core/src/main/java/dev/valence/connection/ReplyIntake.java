package dev.valence.connection;

import com.google.protobuf.ByteString;
import dev.valence.Payload;
import dev.valence.frame.Wire;
import dev.valence.proto.Chunk;
import dev.valence.proto.Frame;
import dev.valence.proto.Item;
import dev.valence.proto.Reply;
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
    private final Runnable wakeUp;
    private final Reassembly<Frame> reassembly;

    /**
     * Makes the intake.
     *
     * @param wakeUp called when credit is due
     */
    ReplyIntake(ReceiveWindow window, int maxPayloadBytes, Runnable wakeUp) {
        this.window = window;
        this.wakeUp = wakeUp;
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

    /** Takes a frame that answers no request, and whose payload never comes in pieces: that bounds it and nothing else. */
    void takeWhole(ByteString payload) {
        charge(payload.size());
        Reassembly.checkPiece(payload);
    }

    /** Takes the first frame of a reply or item; returns it if it is whole. */
    @Nullable
    Answer takeFirst(Frame frame) {
        Reply reply = frame.getReply();
        Item item = frame.getItem();
        ByteString payload = frame.hasReply() ? reply.getPayload() : item.getPayload();
        charge(payload.size());
        if (frame.hasReply() ? !reply.getMore() : !item.getMore()) {
            checkMayComeBetween(frame.hasReply() ? reply.getId() : item.getId());
            reassembly.checkWhole(payload);
            return answer(frame, Reassembly.Pieces.of(payload));
        }
        if (reassembly.isUnderWay()) {
            throw Reassembly.broken("payload in pieces in the reply lane (expected: the rest of another one first)");
        }
        if (frame.hasReply()) {
            Frame header =
                    frame.toBuilder().setReply(reply.toBuilder().clearPayload()).build();
            reassembly.begin(header, reply.getId(), reply.getSize(), payload);
        } else {
            Frame header =
                    frame.toBuilder().setItem(item.toBuilder().clearPayload()).build();
            reassembly.begin(header, item.getId(), item.getSize(), payload);
        }
        return null;
    }

    /** Takes a chunk; returns the reply or item if that was its last. */
    @Nullable
    Answer takeChunk(Chunk chunk) {
        charge(chunk.getPayload().size());
        reassembly.take(chunk);
        if (chunk.getAborted()) {
            reassembly.end();
            return null;
        }
        if (chunk.getMore()) {
            return null;
        }
        Reassembly.Pieces pieces = reassembly.pieces();
        return answer(Objects.requireNonNull(reassembly.end()), pieces);
    }

    private static Answer answer(Frame first, Reassembly.Pieces pieces) {
        long id = first.hasReply() ? first.getReply().getId() : first.getItem().getId();
        int encoding = first.hasReply()
                ? first.getReply().getEncoding()
                : first.getItem().getEncoding();
        return new Answer(id, first.hasItem(), encoding & Integer.MAX_VALUE, pieces);
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
            wakeUp.run();
        }
    }
}
