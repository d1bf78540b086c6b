package dev.valence.call;

import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls of one table whose time has come. It looks at all of them when the earliest deadline that it was told of is
 * over, and then plans the next look: most calls end in time, and cost the clock nothing.
 *
 * <p><b>Threads.</b> Any; looks are made on the clock.
 */
public final class DeadlineWatch {

    private final Deadlines clock;
    private final CallTable calls;
    private final Consumer<OutgoingCall<?>> onLate;
    private volatile @Nullable Look next; // written with the monitor of this held; null if none is planned

    /**
     * Makes a watch that has nothing to look at.
     *
     * @param onLate called on the clock for a call whose deadline is over, perhaps again until it is out of the table
     */
    public DeadlineWatch(Deadlines clock, CallTable calls, Consumer<OutgoingCall<?>> onLate) {
        this.clock = clock;
        this.calls = calls;
        this.onLate = onLate;
    }

    /** A call with this deadline, on the clock of {@link System#nanoTime}, is in the table. */
    public void expect(long deadlineNanos) {
        Look planned = next;
        if (planned == null || deadlineNanos - planned.atNanos < 0) {
            plan(deadlineNanos);
        }
    }

    private void plan(long atNanos) {
        Look earlier = new Look(atNanos);
        Look planned;
        synchronized (this) {
            planned = next;
            if (planned != null && atNanos - planned.atNanos >= 0) {
                return;
            }
            next = earlier;
        }
        earlier.start();
        if (planned != null) {
            planned.stop();
        }
    }

    /** Plans nothing any more for the calls that are there. */
    public void stop() {
        Look planned;
        synchronized (this) {
            planned = next;
            next = null;
        }
        if (planned != null) {
            planned.stop();
        }
    }

    /** A look that was planned. */
    private final class Look implements Runnable {

        private final long atNanos;
        private volatile @Nullable Future<?> timer;

        Look(long atNanos) {
            this.atNanos = atNanos;
        }

        void start() {
            timer = clock.schedule(this, atNanos - System.nanoTime());
            if (next != this) { // another took its place meanwhile, or it was made
                stop();
            }
        }

        void stop() {
            Future<?> started = timer;
            if (started != null) {
                started.cancel(false);
            }
        }

        @Override
        public void run() {
            synchronized (DeadlineWatch.this) {
                if (next != this) { // an earlier one took its place, and planned another
                    return;
                }
                next = null; // before the look: who comes after it plans the next one
            }
            long now = System.nanoTime();
            boolean isAnyLeft = false;
            long earliest = 0;
            for (OutgoingCall<?> call : calls.all()) {
                long deadline = call.deadlineNanos();
                if (deadline - now <= 0) {
                    onLate.accept(call);
                } else if (!isAnyLeft || deadline - earliest < 0) {
                    isAnyLeft = true;
                    earliest = deadline;
                }
            }
            if (isAnyLeft) {
                expect(earliest);
            }
        }
    }
}
