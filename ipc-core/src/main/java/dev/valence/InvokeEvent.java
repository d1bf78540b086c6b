package dev.valence;

import java.time.Duration;

/**
 * What a handler learns about a request besides its payload.
 *
 * @param <S> how the other side is seen from here
 */
public interface InvokeEvent<S extends IpcSender> extends IpcEvent<S> {

    /** Returns whether the caller no longer waits: it cancelled, its deadline passed, or it is gone. */
    boolean isCancelled();

    /**
     * Runs an action when the caller no longer waits, at once if that is so already. An action of a request that was
     * answered never runs.
     *
     * @param action run once, on the callback executor
     */
    void onCancel(Runnable action);

    /** Returns the time left until the caller's deadline; zero if it has passed. */
    Duration remaining();
}
