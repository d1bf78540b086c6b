package dev.valence.main;

import java.util.Objects;

/**
 * A line that a renderer wrote.
 *
 * @param source the stream it was written to
 * @param text without the end of line; a line longer than 65,536 characters comes in pieces of that size
 */
public record OutputLine(Source source, String text) {

    /** Where a line was written to. */
    public enum Source {
        /** Standard output. */
        STDOUT,
        /** Standard error. */
        STDERR
    }

    /** Checks that both are there. */
    public OutputLine {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(text, "text");
    }
}
