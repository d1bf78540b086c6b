package dev.valence;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a listener learns about a message besides its payload.
 *
 * <p><b>Threads.</b> May be used from any thread, also after the listener has returned.
 *
 * @param <S> how the other side is seen from here
 */
public interface IpcEvent<S extends IpcSender> {

    /** Returns the other end of the connection on which this came. */
    S sender();

    /** Returns the channel on which this came. */
    String channel();

    /** Returns who published this: the sender itself, or, for a relayed broadcast, the renderer it came from. */
    Origin origin();

    /**
     * Returns the ports that were handed over with this message, the same at each call; they belong to this process now.
     * Empty for all but {@link IpcSender#postMessage}.
     */
    List<MessagePort> ports();

    /** Returns how many broadcasts on this channel were lost for lack of room since the last message here. */
    long missed();

    /**
     * Sends a message to the {@link #origin()} of this one.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what the listeners of that process get
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     * @throws IpcException as {@link IpcSender#send(String, Object)} does
     */
    void reply(String channel, @Nullable Object payload);

    /** Sends a message on a typed channel to the {@link #origin()} of this one. */
    default <T> void reply(EventChannel<T> channel, @Nullable T payload) {
        reply(channel.name(), payload);
    }
}
