package dev.valence.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Payloads that are their senders' own arrays. A large array need not be copied if its sender waits until it was taken; it
 * does as long as the peer takes some of it now and then, and keeps a copy of the rest else.
 *
 * <p><b>Threads.</b> {@link #settle} by the sender, without the lock of the {@link Outbox}; all others with it.
 */
final class Loans {

    /** After how long it is seen whether something was taken: some turns of another process on the same core. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Lock lock;
    private final Condition settled;
    private final long mostNanos;

    /**
     * Makes it without loans.
     *
     * @param most for how long a sender waits, however well the peer takes what it has
     */
    Loans(Lock lock, Duration most) {
        this.lock = lock;
        this.settled = lock.newCondition();
        this.mostNanos = most.toNanos();
    }

    /** Something was taken, or dropped, for good. */
    void signal() {
        settled.signalAll();
    }

    /** Returns when the sender's array is not needed any more. An interrupt makes that sooner, and stays. */
    void settle(Outgoing.Loan loan) {
        int from;
        lock.lock();
        try {
            await(loan);
            from = loan.taken();
            if (!loan.isOpen()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        byte[] rest = loan.copyFrom(from); // meanwhile more may be taken
        lock.lock();
        try {
            loan.keep(rest, from);
        } finally {
            lock.unlock();
        }
    }

    private void await(Outgoing.Loan loan) {
        long begin = System.nanoTime();
        int taken = loan.taken();
        long nanosLeft = PATIENCE_NANOS;
        try {
            while (loan.isOpen() && nanosLeft > 0) {
                nanosLeft = settled.awaitNanos(nanosLeft);
                if (nanosLeft <= 0 && loan.taken() > taken && System.nanoTime() - begin < mostNanos) {
                    taken = loan.taken();
                    nanosLeft = PATIENCE_NANOS;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
