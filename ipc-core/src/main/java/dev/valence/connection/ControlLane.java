package dev.valence.connection;

import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Credit;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The lane of an {@link Outbox} that goes first: credit, pings, pongs, and what others put in. Guarded by the outbox's lock. */
final class ControlLane {

    /** Frames that may wait: more means that the peer asks and never reads. */
    static final int MAX_FRAMES = 16 * 1024;

    private final ArrayDeque<Frame> frames = new ArrayDeque<>(1);
    private @Nullable ReceiveWindow dataReceived;
    private @Nullable ReceiveWindow repliesReceived;
    private @Nullable Frame pong;
    private @Nullable Frame ping;

    /** Announces from now on what of these windows can be given back. */
    void announce(ReceiveWindow data, ReceiveWindow replies) {
        dataReceived = data;
        repliesReceived = replies;
    }

    /** Adds a frame, a ping or pong in place of one that still waits: the newest says it all. Returns false if too many wait. */
    boolean add(Frame frame) {
        if (frame instanceof Frame.Pong) {
            pong = frame;
            return true;
        }
        if (frame instanceof Frame.Ping) {
            ping = frame;
            return true;
        }
        return frames.size() < MAX_FRAMES && frames.add(frame);
    }

    /** Takes the next frame, or null. */
    @Nullable
    Frame next() {
        long dataDue = dataReceived == null ? 0 : dataReceived.takeDue();
        long repliesDue = repliesReceived == null ? 0 : repliesReceived.takeDue();
        if (dataDue > 0 || repliesDue > 0) {
            return Credit.ofConnection(dataDue, repliesDue);
        }
        Frame waitingPong = pong;
        if (waitingPong != null) {
            pong = null;
            return waitingPong;
        }
        Frame waitingPing = ping;
        if (waitingPing != null) {
            ping = null;
            return waitingPing;
        }
        return frames.poll();
    }

    /** Takes the frames out. */
    void clear() {
        frames.clear();
    }
}
