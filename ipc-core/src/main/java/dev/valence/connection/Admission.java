package dev.valence.connection;

/** How hard an {@link Outbox} tries to find room. */
public enum Admission {
    /** Up to the soft limit, without waiting: {@code trySend}. */
    NEVER_WAIT,
    /** Up to the soft limit, then waits: callers outside callbacks. */
    SOFT,
    /** Up to the hard limit, then waits: callbacks, which others wait for. */
    HARD,
    /** Up to the hard limit, without waiting: I/O threads. */
    HARD_NEVER_WAIT,
    /** Without limit: frames that other limits bound. */
    ALWAYS
}
