package dev.valence;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a request is made.
 *
 * @param deadline time until the call fails with {@link ErrorCode#DEADLINE_EXCEEDED}; null for the default of the process.
 *     Inside a handler the time its own caller has left is the upper bound.
 */
public record CallOptions(@Nullable Duration deadline) {

    private static final CallOptions DEFAULTS = new CallOptions(null);

    /**
     * Checks the deadline.
     *
     * @throws IllegalArgumentException if it is not positive, or longer than 292 years
     */
    public CallOptions {
        if (deadline != null) {
            Limits.checkPositive("deadline", deadline);
        }
    }

    /** Returns the options of a plain {@code invoke}. */
    public static CallOptions defaults() {
        return DEFAULTS;
    }

    /** Returns options with a deadline. */
    public static CallOptions withDeadline(Duration deadline) {
        return new CallOptions(deadline);
    }
}
