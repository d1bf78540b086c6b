package dev.valence.connection;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * How much of one lane the peer may have under way to this side, and what of it can be given back.
 *
 * <p><b>Threads.</b> {@link #take} and {@link #giveBackAtOnce} on the I/O thread, {@link #giveBack} on any, {@link #takeDue} on
 * the one that writes.
 */
final class ReceiveWindow {

    private static final AtomicLongFieldUpdater<ReceiveWindow> FREED_AT_ONCE =
            AtomicLongFieldUpdater.newUpdater(ReceiveWindow.class, "freedAtOnce");

    /**
     * The part of the window, one in so many bytes, that is announced together. Half of what the protocol allows, so that it is kept
     * even if each of two threads has freed almost as much and sees nothing of the other's.
     */
    private static final int DUE_PART = 8;

    private final long bytes;
    private long charged; // I/O thread only; so far
    private volatile long freedAtOnce; // by the I/O thread; so far
    private final AtomicLong freedLater = new AtomicLong(); // by any; so far
    private volatile long announced; // by the one that writes; so far

    ReceiveWindow(long bytes) {
        this.bytes = bytes;
    }

    long bytes() {
        return bytes;
    }

    /** Charges a frame; false if the peer had no room left for it. */
    boolean take(long charge) {
        charged += charge;
        return charged - announced <= bytes;
    }

    /** Frees a charge; true if enough has gathered for an announcement. */
    boolean giveBack(long charge) {
        long before = announced; // first: what comes in between can only make more seem due
        return isDue(freedLater.addAndGet(charge) + freedAtOnce - before);
    }

    /**
     * Does on the I/O thread what {@link #giveBack} does on any, without its atomic addition. If another thread frees something at this
     * moment, neither may see what the other has freed.
     */
    boolean giveBackAtOnce(long charge) {
        long before = announced; // first, as above
        long freed = freedAtOnce + charge;
        FREED_AT_ONCE.lazySet(this, freed);
        return isDue(freed + freedLater.get() - before);
    }

    private boolean isDue(long free) {
        return free >= bytes / DUE_PART;
    }

    /** Returns what is to be announced now, 0 if not enough has gathered. */
    long takeDue() {
        long before = announced;
        long due = freedAtOnce + freedLater.get() - before;
        if (!isDue(due)) {
            return 0;
        }
        announced = before + due;
        return due;
    }
}
