package dev.valence.session;

import dev.valence.call.Deadlines;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a subscriber has waited too long for the next item. One timer that looks now and then, not one for each
 * item.
 *
 * <p><b>Threads.</b> Any.
 */
final class StreamClock {

    private final Deadlines deadlines;
    private final long patienceNanos;
    private final BooleanSupplier isWaiting;
    private final Runnable onTimeout;
    private final AtomicBoolean isArmed = new AtomicBoolean(); // a timer runs
    private volatile long sinceNanos; // the wait began
    private volatile boolean isStopped;
    private volatile @Nullable Future<?> timer;

    /**
     * Makes a clock that does not run.
     *
     * @param isWaiting whether the subscriber waits
     * @param onTimeout called, on the thread of the clock, when it has waited for too long; must not wait
     */
    StreamClock(Deadlines deadlines, long patienceNanos, BooleanSupplier isWaiting, Runnable onTimeout) {
        this.deadlines = deadlines;
        this.patienceNanos = patienceNanos;
        this.isWaiting = isWaiting;
        this.onTimeout = onTimeout;
    }

    /** A wait may begin now. Called after whatever makes the subscriber wait. */
    void restart() {
        sinceNanos = System.nanoTime();
        arm(patienceNanos);
    }

    private void arm(long nanos) {
        if (isArmed.compareAndSet(false, true)) {
            timer = deadlines.schedule(this::look, nanos);
            if (isStopped) {
                stop();
            }
        }
    }

    private void look() {
        isArmed.set(false); // before the question, so that a wait which begins after it arms the clock itself
        if (isStopped || !isWaiting.getAsBoolean()) {
            return;
        }
        long left = sinceNanos + patienceNanos - System.nanoTime();
        if (left <= 0) {
            onTimeout.run();
        } else {
            arm(left);
        }
    }

    /** Never calls anything again, but for a call that is under way. */
    void stop() {
        isStopped = true;
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }
}
