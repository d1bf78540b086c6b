package dev.valence.connection;

import dev.valence.frame.OutFrame;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/** One lane of an {@link Outbox}: what waits in it, and what the peer still has room for. Guarded by the outbox's lock. */
abstract sealed class SendLane permits DataLane, ReplyLane {

    private static final AtomicLongFieldUpdater<SendLane> QUEUED =
            AtomicLongFieldUpdater.newUpdater(SendLane.class, "queuedBytes");

    private volatile long queuedBytes; // changed under the lock, read without
    private long window; // what the peer has room for
    private volatile @Nullable SlotWriter shared; // for pieces, if there is any; set under the lock, read without

    /**
     * Whether something of this cost may join a queue that may hold this many bytes. An empty queue takes anything. Any
     * thread.
     */
    final boolean hasRoom(long cost, long limit) {
        long queued = queuedBytes;
        return queued == 0 || queued + cost <= limit;
    }

    /** Returns what waits here, in bytes. Any thread. */
    final long queuedBytes() {
        return queuedBytes;
    }

    /** Returns what the peer has room for, in bytes. */
    final long window() {
        return window;
    }

    final void count(long bytes) {
        QUEUED.lazySet(this, queuedBytes + bytes); // needs no fence: to give the lock back is one
    }

    /** Returns the item whose next frame goes next, or null if there is none or the peer has no room for it. */
    final @Nullable Outgoing ready() {
        Outgoing next = next();
        if (next == null) {
            return null;
        }
        SlotWriter slots = shared;
        if (slots != null) {
            slots.refresh(); // not in between: what is counted has to be what is sent
        }
        return charge(next) <= window && !next.waitsForSlot(slots) ? next : null;
    }

    /** Returns the next frame of what is ready; it is counted against the window. */
    OutFrame take(Outgoing item) {
        window -= charge(item);
        return item.next(shared);
    }

    /** Returns what the next frame of an item takes of the peer's window. */
    final int charge(Outgoing item) {
        return item.nextCharge(shared);
    }

    /** From now on pieces go through shared memory. */
    final void share(SlotWriter slots) {
        shared = slots;
    }

    /** Whether there is shared memory for pieces. Any thread. */
    final boolean isShared() {
        return shared != null;
    }

    final void addWindow(long bytes) {
        window = Math.addExact(window, bytes);
    }

    /** Takes everything out. */
    final List<Outgoing> clear() {
        List<Outgoing> items = takeAll();
        items.forEach(Outgoing::cancel);
        queuedBytes = 0;
        return items;
    }

    abstract void add(Outgoing item);

    abstract @Nullable Outgoing next();

    abstract boolean isEmpty();

    abstract List<Outgoing> takeAll();
}
