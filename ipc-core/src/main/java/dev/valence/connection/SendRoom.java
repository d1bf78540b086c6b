package dev.valence.connection;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Where senders wait until there is room in a queue. They are not told of every place but of some together: else each would
 * wake up for one message, and wait again. Guarded by the lock of the {@link Outbox}.
 */
final class SendRoom {

    /** Room that is worth a wake-up: less than what a transport takes at once, so that it is noticed before it pauses. */
    private static final long WORTH_BYTES = 32 * 1024;

    private final Condition condition;
    private int waiting;
    private long madeBytes; // since those who wait were told

    SendRoom(Lock lock) {
        condition = lock.newCondition();
    }

    /** Waits until there may be room; returns what is left of the time. */
    @SuppressWarnings("WaitNotInLoop") // the caller looks again
    long await(long nanos) throws InterruptedException {
        waiting++;
        try {
            return condition.awaitNanos(nanos);
        } finally {
            waiting--;
        }
    }

    /** Something has left; whoever makes room until there is nothing more to take calls {@link #signal} then. */
    void note(long bytes) {
        madeBytes += bytes;
        if (madeBytes >= WORTH_BYTES) {
            signal();
        }
    }

    /** Lets all look whether there is room for them. */
    void signal() {
        madeBytes = 0;
        if (waiting > 0) {
            condition.signalAll();
        }
    }
}
