package dev.valence;

/**
 * A channel for messages that carries the type of its payload.
 *
 * @param name 1 to 255 bytes of UTF-8
 * @param type what payloads are decoded to
 * @param <T> the payload
 */
public record EventChannel<T>(String name, TypeRef<T> type) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is empty or longer than 255 bytes of UTF-8
     */
    public EventChannel {
        ChannelName.check(name);
    }

    /** Returns the channel of this name and type. */
    public static <T> EventChannel<T> of(String name, Class<T> type) {
        return new EventChannel<>(name, TypeRef.of(type));
    }

    /** Returns the channel of this name and generic type. */
    public static <T> EventChannel<T> of(String name, TypeRef<T> type) {
        return new EventChannel<>(name, type);
    }
}
