package dev.valence;

import java.util.Set;

/**
 * Something listeners and handlers are registered on: the main process, the scope of one renderer, or a renderer.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, also from inside a callback. Callbacks run on the
 * callback executor, see {@link CallbackExecutor}.
 *
 * <p><b>Order.</b> Listeners of one sender run one at a time, in the order in which its messages were sent; those of one
 * channel in the order of their registration.
 *
 * <p><b>Lifetime.</b> A registration lasts until it is closed or removed, or its receiver is closed.
 *
 * @param <S> how the other side is seen from here
 */
public interface IpcReceiver<S extends IpcSender> {

    /**
     * Registers a listener for messages.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param type what payloads are decoded to
     * @param listener called for every message on the channel
     * @return closing it removes the listener
     * @throws IllegalArgumentException if the channel name is not valid
     */
    <T> Registration on(String channel, TypeRef<T> type, Listener<S, T> listener);

    /**
     * Registers a listener for the next message only. It runs at most once, also when messages arrive together; if its
     * registration is closed first, it never runs.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param type what the payload is decoded to
     * @param listener called for the next message on the channel
     * @return closing it removes the listener
     * @throws IllegalArgumentException if the channel name is not valid
     */
    <T> Registration once(String channel, TypeRef<T> type, Listener<S, T> listener);

    /**
     * Removes the listener that was registered last on this channel and is this very object. A method reference is a new
     * object each time and never matches: close the {@link Registration} instead.
     *
     * @return whether there was one
     */
    boolean off(String channel, Listener<S, ?> listener);

    /**
     * Registers the handler for requests on a channel. What it returns is the reply; what it throws reaches the caller
     * as {@link ErrorCode#HANDLER_FAILED}. A returned {@link java.util.concurrent.CompletionStage} is waited for; one that
     * becomes garbage unfinished ends the request with {@link ErrorCode#REPLY_DROPPED}, sooner or later.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param type what requests are decoded to
     * @param handler called for every request
     * @param options whether it runs inside the sender's turn, and whether it may be interrupted
     * @return closing it removes the handler
     * @throws IllegalArgumentException if the channel name is not valid
     * @throws IllegalStateException if the channel has a handler here already; that one stays
     */
    <Q, R> Registration handle(String channel, TypeRef<Q> type, Handler<S, Q, R> handler, HandlerOptions options);

    /**
     * Registers a handler that serves one request: it is removed before it runs, so that of two concurrent requests one
     * gets {@link ErrorCode#NO_HANDLER}.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param type what the request is decoded to
     * @param handler called for one request
     * @return closing it removes the handler
     * @throws IllegalArgumentException if the channel name is not valid
     * @throws IllegalStateException if the channel has a handler here already; that one stays
     */
    <Q, R> Registration handleOnce(String channel, TypeRef<Q> type, Handler<S, Q, R> handler);

    /**
     * Registers the handler for streams on a channel. It returns a publisher, which gives the items to one subscriber of
     * the other side. What it or the publisher fails with reaches that subscriber as {@link ErrorCode#HANDLER_FAILED}.
     *
     * <p>A channel has one handler: for requests or for streams. The other kind finds {@link ErrorCode#NO_HANDLER}.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param type what requests are decoded to
     * @param handler called for every subscriber, on the callback executor, beside everything else
     * @return closing it removes the handler; streams that are open go on
     * @throws IllegalArgumentException if the channel name is not valid
     * @throws IllegalStateException if the channel has a handler here already; that one stays
     */
    <Q, T> Registration handleStream(String channel, TypeRef<Q> type, StreamHandler<S, Q, T> handler);

    /**
     * Removes the handler of a channel; requests that are running go on.
     *
     * @return whether there was one
     */
    boolean removeHandler(String channel);

    /** Removes every listener of a channel. */
    void removeAllListeners(String channel);

    /** Removes every listener of every channel. Handlers stay. */
    void removeAllListeners();

    /** Returns the channels that have a listener here, as a copy. */
    Set<String> channelNames();

    /** Returns how many listeners a channel has here. */
    int listenerCount(String channel);

    /** Registers a listener, see {@link #on(String, TypeRef, Listener)}. */
    default <T> Registration on(String channel, Class<T> type, Listener<S, T> listener) {
        return on(channel, TypeRef.of(type), listener);
    }

    /** Registers a listener on a typed channel, see {@link #on(String, TypeRef, Listener)}. */
    default <T> Registration on(EventChannel<T> channel, Listener<S, T> listener) {
        return on(channel.name(), channel.type(), listener);
    }

    /** Registers a listener for the next message, see {@link #once(String, TypeRef, Listener)}. */
    default <T> Registration once(String channel, Class<T> type, Listener<S, T> listener) {
        return once(channel, TypeRef.of(type), listener);
    }

    /** Registers a listener for the next message, see {@link #once(String, TypeRef, Listener)}. */
    default <T> Registration once(EventChannel<T> channel, Listener<S, T> listener) {
        return once(channel.name(), channel.type(), listener);
    }

    /** Removes a listener of a typed channel, see {@link #off(String, Listener)}. */
    default <T> boolean off(EventChannel<T> channel, Listener<S, T> listener) {
        return off(channel.name(), listener);
    }

    /** Registers a handler, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handle(String channel, Class<Q> type, Handler<S, Q, R> handler) {
        return handle(channel, TypeRef.of(type), handler, HandlerOptions.defaults());
    }

    /** Registers a handler, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handle(
            String channel, Class<Q> type, Handler<S, Q, R> handler, HandlerOptions options) {
        return handle(channel, TypeRef.of(type), handler, options);
    }

    /** Registers a handler on a typed channel, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handle(RequestChannel<Q, R> channel, Handler<S, Q, R> handler) {
        return handle(channel.name(), channel.requestType(), handler, HandlerOptions.defaults());
    }

    /** Registers a handler on a typed channel, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handle(RequestChannel<Q, R> channel, Handler<S, Q, R> handler, HandlerOptions options) {
        return handle(channel.name(), channel.requestType(), handler, options);
    }

    /** Registers a handler that returns a stage, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handleAsync(String channel, Class<Q> type, AsyncHandler<S, Q, R> handler) {
        return handle(channel, TypeRef.of(type), handler::stageOf, HandlerOptions.defaults());
    }

    /** Registers a handler that returns a stage, see {@link #handle(String, TypeRef, Handler, HandlerOptions)}. */
    default <Q, R> Registration handleAsync(RequestChannel<Q, R> channel, AsyncHandler<S, Q, R> handler) {
        return handle(channel.name(), channel.requestType(), handler::stageOf, HandlerOptions.defaults());
    }

    /** Registers a handler that answers every request with null once it has returned. */
    default <Q> Registration handleVoid(String channel, Class<Q> type, Listener<S, Q> handler) {
        return handleVoid(channel, TypeRef.of(type), handler);
    }

    /** Registers a handler that answers every request with null once it has returned. */
    default <Q> Registration handleVoid(RequestChannel<Q, Void> channel, Listener<S, Q> handler) {
        return handleVoid(channel.name(), channel.requestType(), handler);
    }

    private <Q> Registration handleVoid(String channel, TypeRef<Q> type, Listener<S, Q> handler) {
        Handler<S, Q, Object> acknowledging = (event, request) -> {
            handler.onMessage(event, request);
            return null;
        };
        return handle(channel, type, acknowledging, HandlerOptions.defaults());
    }

    /** Registers a handler for one request, see {@link #handleOnce(String, TypeRef, Handler)}. */
    default <Q, R> Registration handleOnce(String channel, Class<Q> type, Handler<S, Q, R> handler) {
        return handleOnce(channel, TypeRef.of(type), handler);
    }

    /** Registers a handler for one request, see {@link #handleOnce(String, TypeRef, Handler)}. */
    default <Q, R> Registration handleOnce(RequestChannel<Q, R> channel, Handler<S, Q, R> handler) {
        return handleOnce(channel.name(), channel.requestType(), handler);
    }

    /** Registers a handler for streams, see {@link #handleStream(String, TypeRef, StreamHandler)}. */
    default <Q, T> Registration handleStream(String channel, Class<Q> type, StreamHandler<S, Q, T> handler) {
        return handleStream(channel, TypeRef.of(type), handler);
    }

    /** Registers a handler for streams, see {@link #handleStream(String, TypeRef, StreamHandler)}. */
    default <Q, T> Registration handleStream(StreamChannel<Q, T> channel, StreamHandler<S, Q, T> handler) {
        return handleStream(channel.name(), channel.requestType(), handler);
    }

    /** Removes the handler of a typed channel, see {@link #removeHandler(String)}. */
    default boolean removeHandler(StreamChannel<?, ?> channel) {
        return removeHandler(channel.name());
    }

    /** Removes the handler of a typed channel, see {@link #removeHandler(String)}. */
    default boolean removeHandler(RequestChannel<?, ?> channel) {
        return removeHandler(channel.name());
    }

    /** Removes every listener of a typed channel. */
    default void removeAllListeners(EventChannel<?> channel) {
        removeAllListeners(channel.name());
    }

    /** Returns how many listeners a typed channel has here. */
    default int listenerCount(EventChannel<?> channel) {
        return listenerCount(channel.name());
    }
}
