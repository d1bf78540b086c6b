package dev.valence.connection;

import com.google.protobuf.ByteString;
import dev.valence.ChannelName;
import dev.valence.frame.Wire;
import dev.valence.proto.Chunk;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.Request;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data lane as it comes in: charges frames, checks ids and puts payloads together.
 *
 * <p><b>Threads.</b> I/O thread only, but for the charges that come back.
 */
final class DataIntake {

    private final ReceiveWindow window;
    private final Runnable wakeUp;
    private final Reassembly<Frame> reassembly;
    private long lastId;
    private long held; // of the payload under way
    private boolean isUnwanted; // the payload under way

    /**
     * Makes the intake.
     *
     * @param wakeUp called, on any thread, when credit is due
     */
    DataIntake(ReceiveWindow window, int maxPayloadBytes, Runnable wakeUp) {
        this.window = window;
        this.wakeUp = wakeUp;
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

    /** Takes the first frame of a message or request; returns it if it is whole. */
    @Nullable
    Incoming takeFirst(Frame frame) {
        checkNoneUnderWay();
        boolean isMessage = frame.hasMessage();
        Message message = frame.getMessage();
        Request request = frame.getRequest();
        ByteString payload = isMessage ? message.getPayload() : request.getPayload();
        boolean more = isMessage ? message.getMore() : request.getMore();
        long id = isMessage ? message.getId() : request.getId();
        checkChannel(isMessage ? message.getChannel() : request.getChannel());
        checkId(id, more || !isMessage);
        if (!isMessage && request.getTimeLeftMicros() <= 0) {
            throw Reassembly.broken("time left: " + request.getTimeLeftMicros() + " (expected: 1 µs or more)");
        }
        long charge = charge(payload.size());
        if (!more) {
            reassembly.checkWhole(payload);
            return new Incoming(frame, payload.toByteArray(), charge, this::giveBack);
        }
        long size = isMessage ? message.getSize() : request.getSize();
        held = 0;
        isUnwanted = false;
        hold(charge, size);
        Frame header = isMessage
                ? frame.toBuilder()
                        .setMessage(message.toBuilder().clearPayload())
                        .build()
                : frame.toBuilder()
                        .setRequest(request.toBuilder().clearPayload())
                        .build();
        reassembly.begin(header, id, size, payload);
        return null;
    }

    /** Takes a chunk; returns the message or request if that was its last. */
    @Nullable
    Incoming takeChunk(Chunk chunk) {
        long charge = charge(chunk.getPayload().size());
        long missing = reassembly.missing();
        reassembly.take(chunk);
        if (chunk.getAborted()) {
            reassembly.end();
            giveBack(charge + held);
            return null;
        }
        hold(charge, missing);
        if (chunk.getMore()) {
            return null;
        }
        if (isUnwanted) {
            reassembly.end();
            giveBack(held);
            return null;
        }
        byte[] bytes = reassembly.bytes();
        return new Incoming(Objects.requireNonNull(reassembly.end()), bytes, held, this::giveBack);
    }

    /** Throws a request away, if it is the one that is still arriving, once all its pieces were counted. */
    void cancel(long id) {
        Frame underWay = reassembly.header();
        if (underWay != null && underWay.hasRequest() && underWay.getRequest().getId() == id) {
            isUnwanted = true;
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

    private void giveBack(long charge) {
        if (window.giveBack(charge)) {
            wakeUp.run();
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

    static void checkChannel(String channel) {
        try {
            ChannelName.check(channel);
        } catch (IllegalArgumentException e) {
            throw Reassembly.broken(String.valueOf(e.getMessage()));
        }
    }
}
