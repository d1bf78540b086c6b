package dev.valence;

/**
 * A channel for streams that carries the types of request and items.
 *
 * @param name 1 to 255 bytes of UTF-8
 * @param requestType what requests are decoded to
 * @param itemType what items are decoded to
 * @param <Q> the request
 * @param <T> the items
 */
public record StreamChannel<Q, T>(String name, TypeRef<Q> requestType, TypeRef<T> itemType) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is empty or longer than 255 bytes of UTF-8
     */
    public StreamChannel {
        ChannelName.check(name);
    }

    /** Returns the channel of this name and these types. */
    public static <Q, T> StreamChannel<Q, T> of(String name, Class<Q> requestType, Class<T> itemType) {
        return new StreamChannel<>(name, TypeRef.of(requestType), TypeRef.of(itemType));
    }

    /** Returns the channel of this name and these generic types. */
    public static <Q, T> StreamChannel<Q, T> of(String name, TypeRef<Q> requestType, TypeRef<T> itemType) {
        return new StreamChannel<>(name, requestType, itemType);
    }
}
