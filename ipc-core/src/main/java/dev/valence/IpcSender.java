package dev.valence;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Something messages and requests can be sent to: main as seen by a renderer, a renderer as seen by main.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, also from inside a callback. Methods that wait say so.
 *
 * <p><b>Order.</b> Messages and requests of one sender arrive in the order in which they were handed over, whatever
 * their channel. Nothing is promised between a reply and anything else.
 *
 * <p><b>Ownership.</b> A payload is encoded before the method returns; the caller may change or reuse it afterwards. Only
 * the array of a {@link Payload} is not copied.
 */
public interface IpcSender {

    /**
     * Sends a message.
     *
     * <p>Returns as soon as the message has room in the queue. At the soft limit of the queue a caller outside a callback
     * waits for room; a caller inside a callback may go to the hard limit first. Where large payloads go through
     * shared memory, a caller outside a callback may also wait until the peer has taken a {@code byte[]} of more than 256 KiB,
     * as long as it takes some of it every 10 ms, for the send timeout at most: then it need not be copied here.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the receiver's listeners get, see {@link PayloadCodec}
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     * @throws IpcException with {@link ErrorCode#ENCODE_FAILED} or {@link ErrorCode#PAYLOAD_TOO_LARGE} if the payload
     *     cannot travel, {@link ErrorCode#BACKPRESSURE} if there was no room in time, {@link ErrorCode#PERMISSION_DENIED} if
     *     main does not allow it, {@link ErrorCode#PEER_GONE} or {@link ErrorCode#CLOSED} if there is nobody left to send
     *     to; nothing was sent
     */
    void send(String channel, @Nullable Object payload);

    /**
     * Sends a message if there is room for it now; never waits. Without room the payload may not even be encoded.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the receiver's listeners get
     * @return false if there is no room or nobody to send to; the message is then dropped and counted
     * @throws IllegalArgumentException if the channel name is not valid
     * @throws IpcException with {@link ErrorCode#ENCODE_FAILED}, {@link ErrorCode#PAYLOAD_TOO_LARGE} or {@link
     *     ErrorCode#PERMISSION_DENIED}
     */
    boolean trySend(String channel, @Nullable Object payload);

    /**
     * Sends a request.
     *
     * <p>Waits for room as {@link #send} does, not for the answer. Whatever goes wrong after the arguments were checked
     * is the outcome of the call, so that it ends exactly once: reply, failure, deadline, cancelled or peer gone.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the handler gets
     * @param replyType what the reply is decoded to
     * @param options the deadline
     * @return the call; its dependants run on the callback executor
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     */
    <R> Call<R> invoke(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options);

    /**
     * Sends a request and waits for the reply.
     *
     * <p>Inside a callback of the default executor the turn is given up while this waits, as {@code await} does in
     * Electron: other callbacks of the same sender may run meanwhile, never at the same time as this one.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the handler gets
     * @param replyType what the reply is decoded to
     * @param options the deadline
     * @return the decoded reply
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     * @throws IllegalStateException inside a callback of a serial or direct executor, where waiting would block what the
     *     reply needs; nothing was sent
     * @throws IpcException if the call ends in any other way; {@link ErrorCode#INTERRUPTED} if the thread was
     *     interrupted, in which case the call was cancelled and the thread's interrupt flag is set
     */
    <R> @Nullable R invokeSync(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options);

    /**
     * Sends a message with ports, which are handed over: they belong to the receiver from then on, which finds them in
     * {@link IpcEvent#ports()}. If no listener gets the message, the ports are closed.
     *
     * <p>Waits for room as {@link #send} does.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the receiver's listeners get
     * @param ports none is twice in the list, closed or handed over; may be none
     * @throws IllegalArgumentException if the channel name is not valid, or one of the ports cannot be handed over, in which
     *     case its index is named; nothing was sent and every port stays with its owner
     * @throws IpcException as {@link #send} does, with {@link ErrorCode#LIMIT} beyond 64 ports of one message or 1,024 that
     *     were handed over to the receiver and are open, and with {@link ErrorCode#UNSUPPORTED} if the receiver knows no
     *     ports; nothing was sent and every port stays with its owner
     */
    void postMessage(String channel, @Nullable Object payload, MessagePort... ports);

    /** Sends a message on a typed channel with ports, see {@link #postMessage(String, Object, MessagePort...)}. */
    default <T> void postMessage(EventChannel<T> channel, @Nullable T payload, MessagePort... ports) {
        postMessage(channel.name(), payload, ports);
    }

    /**
     * Returns a stream of items that the other side's {@link StreamHandler} gives. Nothing is sent before somebody
     * subscribes; each {@code subscribe} opens a stream of its own, with the same payload.
     *
     * <p>The subscriber's demand goes to the other side as it is: no more items are asked for, and none is made in
     * advance. Beside the demand, a window of bytes bounds what is under way to a subscriber that is slow.
     *
     * <p>The deadline is the time to the first item, and from one item to the next, while the subscriber waits for one:
     * it asked for more than it got, and {@code onNext} does not run. Inside a handler it is no longer than what the
     * handler's caller has left, and the stream is cancelled with that request.
     *
     * <p>{@code subscribe} waits for room as {@link #send} does. Whatever goes wrong after the channel name was checked
     * reaches the subscriber as {@code onError}, after {@code onSubscribe}, with an {@link IpcException}: the payload could
     * not be encoded, nobody handles the channel, the handler failed, no item came in time, the other side is gone. A
     * subscription that is cancelled gets no more signals soon after, and the handler is told.
     *
     * <p><b>Threads.</b> All signals come on the callback executor, one at a time, outside the turn of the sender. A
     * subscriber that throws is cancelled, and what it threw is logged.
     *
     * <p><b>Order.</b> Items come in the order in which they were published. Nothing is promised between a stream and
     * anything else.
     *
     * <p><b>Lifetime.</b> The publisher belongs to the connection there is now: it is of no use once that has ended.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the handler gets; encoded before this returns
     * @param itemType what items are decoded to
     * @param options the deadline; the default is that of a request
     * @return may be subscribed to any number of times
     * @throws IllegalArgumentException if the channel name is not valid
     */
    <T> Flow.Publisher<T> stream(String channel, @Nullable Object payload, TypeRef<T> itemType, CallOptions options);

    /** Sends a message on a typed channel, see {@link #send(String, Object)}. */
    default <T> void send(EventChannel<T> channel, @Nullable T payload) {
        send(channel.name(), payload);
    }

    /** Sends a message on a typed channel if there is room now, see {@link #trySend(String, Object)}. */
    default <T> boolean trySend(EventChannel<T> channel, @Nullable T payload) {
        return trySend(channel.name(), payload);
    }

    /** Sends a request with the default deadline, see {@link #invoke(String, Object, TypeRef, CallOptions)}. */
    default <R> Call<R> invoke(String channel, @Nullable Object payload, Class<R> replyType) {
        return invoke(channel, payload, TypeRef.of(replyType), CallOptions.defaults());
    }

    /** Sends a request, see {@link #invoke(String, Object, TypeRef, CallOptions)}. */
    default <R> Call<R> invoke(String channel, @Nullable Object payload, Class<R> replyType, CallOptions options) {
        return invoke(channel, payload, TypeRef.of(replyType), options);
    }

    /** Sends a request on a typed channel, see {@link #invoke(String, Object, TypeRef, CallOptions)}. */
    default <Q, R> Call<R> invoke(RequestChannel<Q, R> channel, @Nullable Q request) {
        return invoke(channel.name(), request, channel.replyType(), CallOptions.defaults());
    }

    /** Sends a request on a typed channel, see {@link #invoke(String, Object, TypeRef, CallOptions)}. */
    default <Q, R> Call<R> invoke(RequestChannel<Q, R> channel, @Nullable Q request, CallOptions options) {
        return invoke(channel.name(), request, channel.replyType(), options);
    }

    /** Sends a request and waits, see {@link #invokeSync(String, Object, TypeRef, CallOptions)}. */
    default <R> @Nullable R invokeSync(String channel, @Nullable Object payload, Class<R> replyType) {
        return invokeSync(channel, payload, TypeRef.of(replyType), CallOptions.defaults());
    }

    /** Sends a request and waits, see {@link #invokeSync(String, Object, TypeRef, CallOptions)}. */
    default <R> @Nullable R invokeSync(
            String channel, @Nullable Object payload, Class<R> replyType, CallOptions options) {
        return invokeSync(channel, payload, TypeRef.of(replyType), options);
    }

    /** Sends a request on a typed channel and waits, see {@link #invokeSync(String, Object, TypeRef, CallOptions)}. */
    default <Q, R> @Nullable R invokeSync(RequestChannel<Q, R> channel, @Nullable Q request) {
        return invokeSync(channel.name(), request, channel.replyType(), CallOptions.defaults());
    }

    /** Sends a request on a typed channel and waits, see {@link #invokeSync(String, Object, TypeRef, CallOptions)}. */
    default <Q, R> @Nullable R invokeSync(RequestChannel<Q, R> channel, @Nullable Q request, CallOptions options) {
        return invokeSync(channel.name(), request, channel.replyType(), options);
    }

    /** Returns a stream with the default deadline, see {@link #stream(String, Object, TypeRef, CallOptions)}. */
    default <T> Flow.Publisher<T> stream(String channel, @Nullable Object payload, Class<T> itemType) {
        return stream(channel, payload, TypeRef.of(itemType), CallOptions.defaults());
    }

    /** Returns a stream, see {@link #stream(String, Object, TypeRef, CallOptions)}. */
    default <T> Flow.Publisher<T> stream(
            String channel, @Nullable Object payload, Class<T> itemType, CallOptions options) {
        return stream(channel, payload, TypeRef.of(itemType), options);
    }

    /** Returns a stream on a typed channel, see {@link #stream(String, Object, TypeRef, CallOptions)}. */
    default <Q, T> Flow.Publisher<T> stream(StreamChannel<Q, T> channel, @Nullable Q request) {
        return stream(channel.name(), request, channel.itemType(), CallOptions.defaults());
    }

    /** Returns a stream on a typed channel, see {@link #stream(String, Object, TypeRef, CallOptions)}. */
    default <Q, T> Flow.Publisher<T> stream(StreamChannel<Q, T> channel, @Nullable Q request, CallOptions options) {
        return stream(channel.name(), request, channel.itemType(), options);
    }
}
