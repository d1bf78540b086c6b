package dev.valence;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler to fail a request with a code of the application, which the caller finds in {@link
 * RemoteError#applicationCode()}.
 */
public final class HandlerException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String applicationCode;
    private final @Nullable String applicationDetails;

    /** Fails a request with a code, such as {@code "not-found"}, and a message for people. */
    public HandlerException(String applicationCode, String message) {
        this(applicationCode, message, null);
    }

    /** Fails a request with a code, a message for people and details for programs, such as JSON. */
    public HandlerException(String applicationCode, String message, @Nullable String applicationDetails) {
        super(message);
        this.applicationCode = Objects.requireNonNull(applicationCode, "applicationCode");
        this.applicationDetails = applicationDetails;
    }

    /** Returns the code. */
    public String applicationCode() {
        return applicationCode;
    }

    /** Returns the details, or null. */
    public @Nullable String applicationDetails() {
        return applicationDetails;
    }
}
