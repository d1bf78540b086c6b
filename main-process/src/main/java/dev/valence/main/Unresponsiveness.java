package dev.valence.main;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a renderer does not respond.
 *
 * @param kind what is the matter
 * @param duration for how long already, as far as main ran meanwhile; at least {@link dev.valence.Limits#unresponsiveAfter}
 * @param threadDump if it is stuck, what {@link Renderer#threadDump} gives; null if none came within a heartbeat interval
 */
public record Unresponsiveness(
        Kind kind, Duration duration, @Nullable String threadDump) {

    /** What is the matter with a renderer that does not respond. */
    public enum Kind {
        /**
         * Nothing comes from it, and no answer to pings: the process is stopped, starved or in a long pause, or runs callbacks
         * on its I/O thread.
         */
        SILENT,
        /**
         * It answers pings, but a listener, or a handler that is {@code sequential()}, has run for so long, and holds up what
         * came after it. One that waits for a reply or for room in a queue does not count, nor a handler that runs beside
         * the rest. On a serial executor what counts is how long that has taken no task: a modal dialog takes them.
         */
        STUCK
    }

    /** Checks. */
    public Unresponsiveness {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(duration, "duration");
    }
}
