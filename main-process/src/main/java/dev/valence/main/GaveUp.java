package dev.valence.main;

import java.time.Duration;
import java.util.Objects;

/**
 * Why a {@link RestartPolicy} starts no further process.
 *
 * @param restarts how many restarts there were, which are as many as the policy allows
 * @param within the period in which they were
 * @param lastExit the end that was not followed by one
 */
public record GaveUp(int restarts, Duration within, RendererExit lastExit) {

    /** Checks the values. */
    public GaveUp {
        if (restarts < 0) {
            throw new IllegalArgumentException("restarts: " + restarts + " (expected: 0 or more)");
        }
        Objects.requireNonNull(within, "within");
        Objects.requireNonNull(lastExit, "lastExit");
    }

    /** Returns one line, such as {@code 3 restarts within 60000 ms, then CRASHED (signal 6)}. */
    public String describe() {
        return restarts + (restarts == 1 ? " restart" : " restarts") + " within " + within.toMillis() + " ms, then "
                + lastExit.describe();
    }
}
