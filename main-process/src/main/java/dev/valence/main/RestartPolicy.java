package dev.valence.main;

import java.time.Duration;
import java.util.Objects;

/**
 * Whether main starts a renderer's next process by itself, after Erlang's supervisors: when, how often and how soon.
 * Immutable; each {@code with} method returns a copy.
 *
 * <pre>{@code
 * RendererSpec editor = RendererSpec.of(EditorWindow.class)
 *         .withRestart(RestartPolicy.onFailure().withAtMost(5, Duration.ofMinutes(1)));
 * }</pre>
 *
 * <p>An end that main asked for, by {@link Renderer#close}, {@link Renderer#kill} or the close of main, is never followed by
 * a restart. Every other end but {@link ExitReason#CLEAN_EXIT} is a failure.
 *
 * <p><b>How often.</b> As in OTP, {@code atMost} restarts may happen within any period of {@code within}. The end that would
 * need one more is the last: {@link RendererListener#gaveUp} is told. Restarts leave the count by their age alone, whether
 * the renderer was healthy meanwhile or not. A {@link Renderer#reload} afterwards starts the renderer again, with a new
 * count.
 *
 * <p><b>How soon.</b> The n-th restart in a row comes after {@code firstBackoff} × 1.6ⁿ⁻¹, at most {@code mostBackoff}, give
 * or take a random fifth, so that renderers which failed together do not start together. Factor and jitter are those of
 * gRPC's connection backoff. An incarnation that stayed ready for {@code healthyAfter} ends the row: the restart after it
 * comes after {@code firstBackoff} again.
 *
 * <p><b>What waits.</b> What was sent to a process that never connected waits for the next one, in order and with deadlines
 * running; {@code ready()} and {@code exit()} end with their process. If it had connected, what waited fails with its end: it
 * was for that process.
 *
 * @param when which ends are followed by a restart
 * @param atMost how many restarts may happen within the period, 0 to 1,000,000; 0 gives up at the first failure
 * @param within the period in which restarts are counted, 1 ms to 365 days
 * @param firstBackoff the wait before the first restart in a row, 0 to 365 days
 * @param mostBackoff the longest wait, before jitter; {@code firstBackoff} to 365 days
 * @param healthyAfter how long a process must be ready for the backoff to start anew, 0 to 365 days
 */
public record RestartPolicy(
        When when, int atMost, Duration within, Duration firstBackoff, Duration mostBackoff, Duration healthyAfter) {

    private static final int MAX_RESTARTS = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final RestartPolicy NEVER = defaults(When.NEVER); // most renderers have it

    /** Which ends are followed by a restart; OTP's temporary, transient and permanent. */
    public enum When {
        /** None. */
        NEVER,
        /** Every end but a clean exit. */
        ON_FAILURE,
        /** Every end that main did not ask for. */
        ALWAYS
    }

    /** Checks the values. */
    public RestartPolicy {
        Objects.requireNonNull(when, "when");
        if (atMost < 0 || atMost > MAX_RESTARTS) {
            throw new IllegalArgumentException("atMost: " + atMost + " (expected: 0 to " + MAX_RESTARTS + ")");
        }
        check("within", within, Duration.ofMillis(1));
        check("firstBackoff", firstBackoff, Duration.ZERO);
        check("mostBackoff", mostBackoff, firstBackoff);
        check("healthyAfter", healthyAfter, Duration.ZERO);
    }

    private static void check(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + LONGEST + ")");
        }
    }

    /** Returns the policy that starts nothing; what a spec has if none is given. */
    public static RestartPolicy never() {
        return NEVER;
    }

    /** Returns the policy that restarts after every failure, at most 3 times in 60 s. */
    public static RestartPolicy onFailure() {
        return defaults(When.ON_FAILURE);
    }

    /** Returns the policy that restarts after every end that main did not ask for, at most 3 times in 60 s. */
    public static RestartPolicy always() {
        return defaults(When.ALWAYS);
    }

    /** The waits of gRPC, 1 s to 120 s, are for a network; a process that failed is better back before a person looks. */
    private static RestartPolicy defaults(When when) {
        return new RestartPolicy(
                when,
                3,
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10));
    }

    /**
     * Returns a copy that restarts more or less often.
     *
     * @param restarts how many may happen within the period
     * @param period in which they are counted
     */
    public RestartPolicy withAtMost(int restarts, Duration period) {
        return new RestartPolicy(when, restarts, period, firstBackoff, mostBackoff, healthyAfter);
    }

    /**
     * Returns a copy that waits for other times before it restarts.
     *
     * @param first before the first restart in a row
     * @param most before any
     */
    public RestartPolicy withBackoff(Duration first, Duration most) {
        return new RestartPolicy(when, atMost, within, first, most, healthyAfter);
    }

    /** Returns a copy for which a process is healthy after another time in which it was ready; 10 s if not given. */
    public RestartPolicy withHealthyAfter(Duration ready) {
        return new RestartPolicy(when, atMost, within, firstBackoff, mostBackoff, ready);
    }

    /** Returns whether an end that main did not ask for is followed by a restart, if there were not too many. */
    boolean wants(ExitReason reason) {
        return when == When.ALWAYS || (when == When.ON_FAILURE && reason != ExitReason.CLEAN_EXIT);
    }
}
