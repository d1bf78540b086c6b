package dev.valence.connection;

import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Link;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data lane as it comes in: charges frames, checks ids and puts payloads together.
 *
 * <p><b>Threads.</b> I/O thread only, but for the charges that come back.
 */
final class DataIntake {

    private final ReceiveWindow window;
    private final Link link;
    private final Reassembly<Opening> reassembly;
    private long lastId;
    private long held; // of the payload under way
    private boolean isUnwanted; // the payload under way

    /**
     * Makes the intake.
     *
     * @param link woken up, on any thread, when credit is due
     */
    DataIntake(ReceiveWindow window, int maxPayloadBytes, Link link) {
        this.window = window;
        this.link = link;
        this.reassembly = new Reassembly<>(maxPayloadBytes);
    }

    /** Returns the largest id so far. */
    long lastId() {
        return lastId;
    }

    /** Takes a frame that has no payload. */
    void takePlain() {
        checkNoneUnderWay();
        charge(0);
        giveBack(Wire.FRAME_CHARGE);
    }

    /** Takes the first frame of something with a payload; returns it if it is whole. */
    @Nullable
    Incoming takeFirst(Opening header, ByteBuffer payload) {
        checkNoneUnderWay();
        FrameRules.checkOpening(header);
        checkId(header.id(), header.more() || header.isCancellable());
        long charge = charge(payload.remaining());
        if (!header.more()) {
            return new Incoming(header, reassembly.whole(payload), charge, this);
        }
        held = 0;
        isUnwanted = false;
        hold(charge, header.size());
        reassembly.begin(header, header.id(), header.size(), payload);
        return null;
    }

    /** Takes a chunk; returns the whole if that was its last. */
    @Nullable
    Incoming takeChunk(Chunk chunk, ByteBuffer payload) {
        long charge = charge(payload.remaining());
        long missing = reassembly.missing();
        reassembly.take(chunk, payload);
        if (chunk.aborted()) {
            reassembly.end();
            giveBack(charge + held);
            return null;
        }
        hold(charge, missing);
        if (chunk.more()) {
            return null;
        }
        if (isUnwanted) {
            reassembly.end();
            giveBack(held);
            return null;
        }
        byte[] bytes = reassembly.bytes();
        return new Incoming(Objects.requireNonNull(reassembly.end()), bytes, held, this);
    }

    /** Throws a request, or a request for a stream, away, if it is the one that is still arriving, once all its pieces were counted. */
    void cancel(long id) {
        Opening underWay = reassembly.header();
        if (underWay != null && underWay.isCancellable() && underWay.id() == id) {
            isUnwanted = true;
        }
    }

    /** Checks that a stream has arrived, so that it may get credit. */
    void checkMayHaveCredit(long id) {
        Opening underWay = reassembly.header();
        if (id > lastId || (underWay != null && underWay.id() == id)) {
            throw Reassembly.broken("credit for stream " + id + " (expected: one that has arrived)");
        }
    }

    private long charge(int payloadBytes) {
        long charge = (long) payloadBytes + Wire.FRAME_CHARGE;
        if (!window.take(charge)) {
            throw Reassembly.broken("more data under way than the window of " + window.bytes()
                    + " bytes (expected: to wait for credit)");
        }
        return charge;
    }

    /**
     * Holds the charge of a frame until its payload is done with, or gives it back at once while more than half a window
     * is still to come: so a payload of any size passes, and one alone never fills the window.
     */
    private void hold(long charge, long missingBefore) {
        if (missingBefore > window.bytes() / 2) {
            giveBack(charge);
        } else {
            held += charge;
        }
    }

    /** Gives a charge back to the peer. Any thread. */
    void giveBack(long charge) {
        boolean isDue = link.isReader() ? window.giveBackAtOnce(charge) : window.giveBack(charge);
        if (isDue) {
            link.wakeUp();
        }
    }

    private void checkNoneUnderWay() {
        if (reassembly.isUnderWay()) {
            throw Reassembly.broken("new frame in the data lane (expected: the rest of a payload)");
        }
    }

    private void checkId(long id, boolean isNeeded) {
        if (id == 0 && !isNeeded) {
            return;
        }
        if (id <= lastId) {
            throw Reassembly.broken("id: " + id + " (expected: more than " + lastId + ")");
        }
        lastId = id;
    }
}
