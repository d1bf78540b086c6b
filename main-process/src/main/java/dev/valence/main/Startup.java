package dev.valence.main;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one process of a renderer started. Times run from the moment its launch began: main is about to start the JVM, or to
 * give a spare its role.
 *
 * @param kind how its JVM was started
 * @param connected when main had let it in; null if it has not
 * @param ready when its listeners were in place; null if they are not
 */
public record Startup(
        StartKind kind,
        @Nullable Duration connected,
        @Nullable Duration ready) {

    /** Checks. */
    public Startup {
        Objects.requireNonNull(kind, "kind");
        if (ready != null && (connected == null || ready.compareTo(connected) < 0)) {
            throw new IllegalArgumentException(
                    "ready: " + ready + " (expected: not before connected, " + connected + ")");
        }
    }

    /** Returns the times in milliseconds, for logs. */
    @Override
    public String toString() {
        return kind + ", connected " + millis(connected) + ", ready " + millis(ready);
    }

    private static String millis(@Nullable Duration time) {
        return time == null ? "not yet" : "after " + time.toMillis() + " ms";
    }
}
