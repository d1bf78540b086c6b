package dev.valence.session;

import dev.valence.IpcException;
import dev.valence.Permissions;
import dev.valence.call.Activity;
import dev.valence.call.Dispatcher;
import dev.valence.connection.Incoming;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.Frame.Welcome;

/**
 * What a session means to the end it belongs to: main relays, renderers do not.
 *
 * <p><b>Threads.</b> Called on the I/O thread; must not wait.
 */
public interface Role {

    /** Returns the peer's name in error texts, such as {@code renderer 'editor'}. */
    String peerName();

    /** Returns where callbacks for what the peer sends wait for their turn. Peers that are one sender share it. */
    default Dispatcher.Inbox inbox(Dispatcher dispatcher) {
        return dispatcher.newInbox();
    }

    /** Whether the peer may use a channel in this way. */
    default boolean permits(Permissions.Use use, String channel) {
        return true;
    }

    /** Whether this process may use a channel in this way towards the peer. Called on any thread. */
    default boolean mayUse(Permissions.Use use, String channel) {
        return true;
    }

    /** Passes a message on to whom it is also, or only, meant for; returns whether it is for this process too. */
    default boolean relay(Incoming message) {
        return true;
    }

    /** Main let this client in. */
    default void onWelcome(Welcome welcome) {}

    /** The peer has its first listener on a channel. */
    default void onSubscribe(String channel) {}

    /** The peer has no listener on a channel any more. */
    default void onUnsubscribe(String channel) {}

    /** The peer's listeners are in place. */
    default void onReady() {}

    /** Returns what the peer is told about callbacks when it asks whether this side is there. Main tells nothing. */
    default Activity activity() {
        return Activity.UNKNOWN;
    }

    /** The peer has answered a ping. */
    default void onPong(Pong pong) {}

    /** Main wants to know what the threads of this client do; {@link HealthDesk#sendThreadDump} is to follow. */
    default void onDumpThreads() {}

    /** The peer sends nothing new, and everything it asked for is done: this side closes. On a callback thread. */
    default void onDrained() {}

    /**
     * The connection has ended. The role calls {@link Session#end} when it knows what to tell those who wait.
     *
     * @param reason of the connection
     */
    void onDisconnected(IpcException reason);
}
