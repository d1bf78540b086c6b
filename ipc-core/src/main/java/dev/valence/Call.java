package dev.valence;

import java.util.concurrent.CompletableFuture;

/**
 * A request under way. It ends exactly once: with the reply, or with an {@link IpcException} that says why not.
 *
 * <p>Cancelling it, completing it from outside, or cancelling a stage that {@code thenApply} and the like returned tells
 * the handler to stop. Stages that several calls share, as {@code allOf} and {@code thenCombine} make them, do not cancel
 * their inputs when they are cancelled.
 *
 * <p><b>Threads.</b> {@code join} and {@code get} wait as {@link IpcSender#invokeSync} does and throw {@link
 * IllegalStateException} where that one does. Dependants run on the callback executor, never on an I/O thread.
 *
 * <p>Made by {@link IpcSender#invoke}; not meant to be extended.
 *
 * @param <R> the reply
 */
public abstract class Call<R> extends CompletableFuture<R> {

    /** For the library. */
    protected Call() {}

    /** Returns the channel of the request. */
    public abstract String channel();
}
