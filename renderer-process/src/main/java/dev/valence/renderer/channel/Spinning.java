package dev.valence.renderer.channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Whether a caller that waits for an answer looks for it again and again, for a moment, before it waits in the kernel: to be
 * woken there may take longer than the answer. It learns from each time: when looking was in vain it is left out for a while,
 * the longer the more often. After the spinning of adaptive mutexes; a hypervisor does the same before it halts a core.
 *
 * <p>There are fewer spinners in a process than it has processors. Those of other processes are not known; if they keep who is to
 * answer from running, looking is in vain.
 *
 * <p><b>Threads.</b> One at a time, which leads.
 */
final class Spinning {

    /** For how long: some wake-ups on another core. */
    private static final long NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** How often it is left out at most: then looking in vain takes 50 ns of a wait, on average. */
    private static final int MOST_SKIPPED = 1023;

    private static final AtomicInteger SPINNERS = new AtomicInteger();
    private static final int MOST_SPINNERS = Runtime.getRuntime().availableProcessors() - 1;

    private final LongSupplier clock;
    private final AtomicInteger spinners;
    private final int mostSpinners;
    private long beginNanos;
    private int toSkip; // waits, after one that was in vain
    private int skipped;

    Spinning() {
        this(System::nanoTime, SPINNERS, MOST_SPINNERS);
    }

    /**
     * Makes it with what a test can see.
     *
     * @param spinners of all that share it
     */
    Spinning(LongSupplier clock, AtomicInteger spinners, int mostSpinners) {
        this.clock = clock;
        this.spinners = spinners;
        this.mostSpinners = mostSpinners;
    }

    /** Returns whether this wait begins with looking; {@link #end} has to follow then. */
    boolean begin() {
        if (skipped < toSkip) {
            skipped++;
            return false;
        }
        if (spinners.incrementAndGet() > mostSpinners) {
            spinners.decrementAndGet();
            return false;
        }
        beginNanos = clock.getAsLong();
        return true;
    }

    /** Returns whether there is time for another look. */
    boolean goesOn() {
        return clock.getAsLong() - beginNanos < NANOS;
    }

    /** Notes what came of it. */
    void end(boolean isFound) {
        spinners.decrementAndGet();
        skipped = 0;
        toSkip = isFound ? toSkip / 2 : Math.min(2 * toSkip + 1, MOST_SKIPPED);
    }
}
