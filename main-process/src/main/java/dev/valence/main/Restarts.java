package dev.valence.main;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Decides by the {@link RestartPolicy} of one renderer what follows the end of a process, and counts.
 *
 * <p><b>Threads.</b> The lock of the renderer is held at every call.
 */
final class Restarts {

    /** How the wait grows, and which part of it is random: those of gRPC's connection backoff. */
    private static final double FACTOR = 1.6;

    private static final double JITTER = 0.2;

    private final RestartPolicy policy;
    private final LongSupplier nanoClock;
    private final DoubleSupplier random;
    private final Deque<Long> startsNanos = new ArrayDeque<>(1); // guarded by the lock of the renderer, as the next
    private int inARow;

    /**
     * Makes a count of nothing.
     *
     * @param nanoClock such as {@link System#nanoTime}
     * @param random from 0, inclusive, to 1
     */
    Restarts(RestartPolicy policy, LongSupplier nanoClock, DoubleSupplier random) {
        this.policy = policy;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /** What follows an end. */
    sealed interface Decision {

        /** Nothing: none was wanted. */
        record Leave() implements Decision {}

        /**
         * The next process.
         *
         * @param backoff the time until then
         */
        record Restart(Duration backoff) implements Decision {}

        /**
         * Nothing, although one was wanted.
         *
         * @param why there is none
         */
        record GiveUp(GaveUp why) implements Decision {}
    }

    /**
     * Decides what follows an end that main did not ask for. A restart counts from now on.
     *
     * @param stayedReady how long the process was ready; zero if it never was
     */
    Decision after(RendererExit end, Duration stayedReady) {
        if (!policy.wants(end.reason())) {
            return new Decision.Leave();
        }
        long now = nanoClock.getAsLong();
        while (!startsNanos.isEmpty()
                && now - startsNanos.peekFirst() >= policy.within().toNanos()) {
            startsNanos.removeFirst();
        }
        if (startsNanos.size() >= policy.atMost()) {
            GaveUp why = new GaveUp(startsNanos.size(), policy.within(), end);
            forget();
            return new Decision.GiveUp(why);
        }
        if (!stayedReady.isZero() && stayedReady.compareTo(policy.healthyAfter()) >= 0) {
            inARow = 0;
        }
        startsNanos.addLast(now);
        return new Decision.Restart(backoff(inARow++));
    }

    private Duration backoff(int before) {
        double wanted = (double) policy.firstBackoff().toNanos() * Math.pow(FACTOR, before);
        double bounded = Math.min(wanted, (double) policy.mostBackoff().toNanos());
        return Duration.ofNanos((long) (bounded * (1 - JITTER + 2 * JITTER * random.getAsDouble())));
    }

    /** Counts anew: the application has started a process itself. */
    void forget() {
        startsNanos.clear();
        inARow = 0;
    }
}
