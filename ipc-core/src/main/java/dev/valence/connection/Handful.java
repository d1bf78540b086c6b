package dev.valence.connection;

import dev.valence.frame.OutFrame;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames that were taken from an outbox together, so that it is not locked for each. They count as sent, and what joins a lane
 * that goes first comes after them: so there are few, and only the last one may be large.
 *
 * <p><b>Threads.</b> By the one that writes.
 */
final class Handful {

    /** Enough that the lock is not taken for each, and few, since others wait for it meanwhile. */
    static final int FRAMES = 16;

    /** Bytes that a frame is taken beside. */
    private static final int BYTES = 2 * 1024;

    private final @Nullable OutFrame[] frames;
    private final @Nullable SendListener[] sent; // told when the lock is free again
    private int begin; // of those that were not written
    private int end;
    private int sentCount;
    private int bytes;

    /** Makes one that is empty, and never holds more than so many frames. */
    Handful(int most) {
        frames = new OutFrame[most];
        sent = new SendListener[most];
    }

    /** Takes out the next frame, or returns null. */
    @Nullable
    OutFrame next() {
        if (begin == end) {
            return null;
        }
        OutFrame next = frames[begin];
        frames[begin] = null;
        begin++;
        return next;
    }

    /** Begins anew; what is there is not written any more. */
    void clear() {
        Arrays.fill(frames, begin, end, null);
        begin = 0;
        end = 0;
        bytes = 0;
    }

    boolean hasRoom() {
        return end < frames.length && bytes < BYTES;
    }

    void add(OutFrame frame) {
        frames[end] = frame;
        end++;
        bytes += frame.size() + frame.bytesBeside();
    }

    /** Adds who is to be told that something was sent; at most one for each frame. */
    void add(SendListener listener) {
        sent[sentCount] = listener;
        sentCount++;
    }

    /** Tells them, without the lock, and forgets them: they have payloads. */
    void tell() {
        int count = sentCount;
        sentCount = 0;
        for (int i = 0; i < count; i++) {
            SendListener told = Objects.requireNonNull(sent[i]);
            sent[i] = null;
            told.onSent();
        }
    }
}
