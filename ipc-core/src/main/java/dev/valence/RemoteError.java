package dev.valence;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the other side said about its failure. Types are names for people; no class is loaded by them.
 *
 * @param type class name of the throwable, or "" if unknown
 * @param message its message, or ""
 * @param causes its causes, outermost first
 * @param applicationCode from a {@link HandlerException}, else null
 * @param applicationDetails from a {@link HandlerException}, else null
 */
public record RemoteError(
        String type,
        String message,
        List<Cause> causes,
        @Nullable String applicationCode,
        @Nullable String applicationDetails) {

    /** Copies the causes. */
    public RemoteError {
        causes = List.copyOf(causes);
    }

    /**
     * One cause.
     *
     * @param type class name of the throwable
     * @param message its message, or ""
     */
    public record Cause(String type, String message) {}
}
