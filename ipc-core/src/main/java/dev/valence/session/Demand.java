package dev.valence.session;

import dev.valence.Payload;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Credit;
import dev.valence.frame.Wire;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the subscriber of one stream takes, in items and bytes, and what the peer knows of it.
 *
 * <p><b>Threads.</b> Any. Takes no lock: {@link #takeInitial} runs with the lock of the outbox held.
 */
final class Demand {

    private static final long DUE_BYTES = Wire.STREAM_WINDOW_BYTES / 4;

    private final AtomicLong requested = new AtomicLong(); // by the subscriber, in all
    private final AtomicLong untold = new AtomicLong(); // part of requested that the peer does not know
    private final AtomicLong granted = new AtomicLong(); // the other part
    private final AtomicLong held = new AtomicLong(); // charges that the peer has not got back
    private final AtomicLong freed = new AtomicLong(); // part of held that can be given back
    private final AtomicBoolean isCreditQueued = new AtomicBoolean(); // one at a time
    private volatile boolean mayTell; // the peer has the whole request
    private final AtomicLong arrived = new AtomicLong(); // items
    private final AtomicLong consumed = new AtomicLong(); // items

    /** Returns what an item takes of the window. */
    static long chargeOf(Payload item) {
        return (long) item.bytes().length + Wire.FRAME_CHARGE;
    }

    /** Returns the sum, or the largest number there is. */
    static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** Adds what the subscriber asks for. */
    void add(long items) {
        long before = requested.getAndUpdate(all -> sum(all, items));
        untold.addAndGet(sum(before, items) - before);
    }

    /** Returns what the peer is told with the request. */
    long takeInitial() {
        return grant();
    }

    private long grant() {
        long items = untold.getAndSet(0);
        granted.addAndGet(items);
        return items;
    }

    /** The peer has the whole request: credit may follow. */
    void allowCredit() {
        mayTell = true;
    }

    /** Counts an item that came; false if the peer was not allowed to send it. I/O thread. */
    boolean take(long charge) {
        if (arrived.get() >= granted.get() || held.get() >= Wire.STREAM_WINDOW_BYTES) {
            return false;
        }
        held.addAndGet(charge);
        arrived.incrementAndGet();
        return true;
    }

    /** Frees what an item took: the subscriber is done with it. */
    void free(long charge) {
        freed.addAndGet(charge);
        consumed.incrementAndGet();
    }

    /** Whether the subscriber has nothing to do and asked for more. */
    boolean isWaiting() {
        long done = consumed.get();
        return done == arrived.get() && done < requested.get();
    }

    /** Whether the peer is to be told something, and this caller is the one to do it. */
    boolean claimCredit() {
        return mayTell && (untold.get() > 0 || freed.get() >= DUE_BYTES) && isCreditQueued.compareAndSet(false, true);
    }

    /** Returns the credit that {@link #claimCredit} claimed, with all that has gathered since; null if there is none. */
    @Nullable
    Frame takeCredit(long id) {
        isCreditQueued.set(false); // first, so that what is added from now on claims anew
        long items = grant();
        long bytes = freed.getAndSet(0);
        held.addAndGet(-bytes);
        if (items == 0 && bytes == 0) {
            return null;
        }
        return Credit.ofStream(id, items, bytes);
    }
}
