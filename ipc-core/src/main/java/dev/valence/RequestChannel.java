package dev.valence;

/**
 * A channel for requests that carries the types of request and reply.
 *
 * @param name 1 to 255 bytes of UTF-8
 * @param requestType what requests are decoded to
 * @param replyType what replies are decoded to
 * @param <Q> the request
 * @param <R> the reply
 */
public record RequestChannel<Q, R>(String name, TypeRef<Q> requestType, TypeRef<R> replyType) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is empty or longer than 255 bytes of UTF-8
     */
    public RequestChannel {
        ChannelName.check(name);
    }

    /** Returns the channel of this name and these types. */
    public static <Q, R> RequestChannel<Q, R> of(String name, Class<Q> requestType, Class<R> replyType) {
        return new RequestChannel<>(name, TypeRef.of(requestType), TypeRef.of(replyType));
    }

    /** Returns the channel of this name and these generic types. */
    public static <Q, R> RequestChannel<Q, R> of(String name, TypeRef<Q> requestType, TypeRef<R> replyType) {
        return new RequestChannel<>(name, requestType, replyType);
    }
}
