package dev.valence.connection;

import dev.valence.IpcException;
import dev.valence.frame.Frame;
import org.jspecify.annotations.Nullable;

/** The lane of an {@link Outbox} that goes last: that no more data comes, and that nothing comes at all. Guarded by the outbox's lock. */
final class EndLane {

    private @Nullable Frame drain;
    private @Nullable IpcException drained; // why the data lane takes nothing new
    private @Nullable Frame last;
    private boolean isDrainTaken;
    private volatile boolean isFlushed; // read without

    /** Adds what says that no more data comes; false if it was added before. */
    boolean drain(Frame frame, IpcException reason) {
        if (drain != null) {
            return false;
        }
        drain = frame;
        drained = reason;
        return true;
    }

    /** Adds the last frame of all; false if there is one. */
    boolean finish(Frame frame) {
        if (last != null) {
            return false;
        }
        last = frame;
        return true;
    }

    /** Returns why there is no more data to come, or null. */
    @Nullable
    IpcException drained() {
        return drained;
    }

    /** Whether nothing new is sent. */
    boolean isFinishing() {
        return last != null;
    }

    /** Takes the next frame when the lanes before are empty, or returns null. */
    @Nullable
    Frame next(boolean isDataSent, boolean areRepliesSent) {
        if (!isDataSent) {
            return null;
        }
        if (drain != null && !isDrainTaken) {
            isDrainTaken = true;
            return drain;
        }
        if (last == null || !areRepliesSent || isFlushed) {
            return null;
        }
        isFlushed = true;
        return last;
    }

    /** Whether the last frame of all was taken. Any thread. */
    boolean isFlushed() {
        return isFlushed;
    }
}
