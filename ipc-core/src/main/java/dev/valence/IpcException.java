package dev.valence;

import org.jspecify.annotations.Nullable;

/** A message, call or connection that failed. The {@linkplain #code() code} tells the caller's next step. */
public final class IpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient @Nullable RemoteError remote;

    /** Makes a failure of this side. */
    public IpcException(ErrorCode code, String message) {
        this(code, message, null, null);
    }

    /** Makes a failure of this side with a cause. */
    public IpcException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, cause, null);
    }

    /** Makes a failure that the other side may have explained. */
    public IpcException(ErrorCode code, String message, @Nullable Throwable cause, @Nullable RemoteError remote) {
        super(message, cause);
        this.code = code;
        this.remote = remote;
    }

    /** Returns what kind of failure this is. */
    public ErrorCode code() {
        return code;
    }

    /** Returns what the other side said, or null if it said nothing or was not asked. */
    public @Nullable RemoteError remote() {
        return remote;
    }
}
