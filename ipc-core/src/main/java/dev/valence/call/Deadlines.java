package dev.valence.call;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The clock of a process: one daemon thread that runs short tasks when their time has come. */
public final class Deadlines implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer;

    /**
     * Starts a clock.
     *
     * @param threadName of its thread
     */
    public Deadlines(String threadName) {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs a task later, on the thread of the clock; it must not wait.
     *
     * @return cancelling it takes the task back; null if the clock is closed, and the task never runs
     */
    public @Nullable Future<?> schedule(Runnable task, long delayNanos) {
        try {
            return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /**
     * Runs a task again and again until the clock is closed, on the thread of the clock: each time so long after the time
     * before. It must not wait; what it throws is logged.
     */
    public void repeat(Runnable task, long intervalNanos) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (Throwable t) { // the clock would not run it again
                ElasticExecutor.report(t);
            }
        };
        try {
            var unused = timer.scheduleWithFixedDelay(guarded, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: there is nothing left to repeat it for.
        }
    }

    /** Forgets what has not run. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
