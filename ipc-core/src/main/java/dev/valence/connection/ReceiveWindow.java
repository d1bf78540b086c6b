package dev.valence.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of one lane the peer may have under way to this side, and what of it can be given back.
 *
 * <p><b>Threads.</b> {@link #take} on the I/O thread, {@link #giveBack} on any, {@link #takeDue} on the one that writes.
 */
final class ReceiveWindow {

    private final long bytes;
    private long charged; // I/O thread only; so far
    private volatile long announced; // by the one that writes; so far
    private final AtomicLong free = new AtomicLong(); // of what was charged, and waits for its announcement

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
        return free.addAndGet(charge) >= bytes / 4;
    }

    /** Returns what is to be announced now, 0 if not enough has gathered. */
    long takeDue() {
        if (free.get() < bytes / 4) {
            return 0;
        }
        long due = free.getAndSet(0);
        long before = announced;
        announced = before + due;
        return due;
    }
}
