package dev.valence;

import org.jspecify.annotations.Nullable;

/**
 * One end of a private pipe between any two processes, or inside one. What is posted at one end arrives at the other. An
 * end can be handed over with a message: the process that gets it talks to the other end from then on, wherever that is.
 *
 * <p>Made by {@link MessageChannel}; found in {@link IpcEvent#ports()} and {@link PortEvent#ports()}. Not meant to be
 * implemented.
 *
 * <p>Permissions are asked for the channel of the message that hands a port over. What goes through the port afterwards is
 * between those who hold its ends: nobody checks it.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, also inside callbacks. Listeners run on the callback
 * executor of the process that the port came to; those of a port that stayed where it was made on that of its {@link
 * MessageChannel}.
 *
 * <p><b>Order.</b> What is posted at one end arrives in that order, and the close of that end after it. Listeners of one
 * port run one at a time. Nothing is promised between two ports, nor between a port and the messages of its connection.
 *
 * <p><b>Lifetime.</b> A port is open until one of its two ends is closed, or a process through which it leads ends.
 * A process that hands on a port which it got passes its messages on as long as it lives.
 *
 * <p><b>Ownership.</b> Handing a port over ends the use of this object: it posts and receives nothing more. What had
 * arrived and no listener had been given goes with it.
 */
public interface MessagePort extends AutoCloseable {

    /**
     * Sends a message to the other end, with ports that are handed over.
     *
     * <p>Waits while the other end has 256 KiB that its listeners have not dealt with, inside a callback of the elastic
     * executor too, and for room in the queue of the connection as {@link IpcSender#send} does. On a closed port it does
     * nothing, and the ports stay with the caller.
     *
     * @param payload what the listeners at the other end get, see {@link PayloadCodec}
     * @param ports handed over; none is twice in the list, closed or handed over, nor this port or its other end
     * @throws IllegalArgumentException if one of the ports cannot be handed over; names its index; nothing was sent and
     *     every port stays with its owner
     * @throws IllegalStateException if this port was handed over; nothing was sent
     * @throws IpcException as {@link IpcSender#send} does, and with {@link ErrorCode#LIMIT} beyond 64 ports of one message
     *     or 1,024 that were handed over to one process and are open; nothing was sent and every port stays with its owner
     */
    void postMessage(@Nullable Object payload, MessagePort... ports);

    /**
     * Registers a listener. Nothing is delivered before {@link #start}.
     *
     * @param type what payloads are decoded to
     * @param listener called for every message
     * @return closing it removes the listener
     * @throws IllegalStateException if this port was handed over
     */
    <T> Registration onMessage(TypeRef<T> type, PortListener<T> listener);

    /** Registers a listener, see {@link #onMessage(TypeRef, PortListener)}. */
    default <T> Registration onMessage(Class<T> type, PortListener<T> listener) {
        return onMessage(TypeRef.of(type), listener);
    }

    /**
     * Registers what runs once when the other end is closed, or can no longer be reached: after the listeners have had what
     * came before. On a port that is not started it does not wait for that, but until the listener that got the port has
     * returned, which may be about to start it. Runs soon if it is so already; not if this end is closed here.
     *
     * @param action run on the callback executor
     * @return closing it removes the action
     * @throws IllegalStateException if this port was handed over
     */
    Registration onClose(Runnable action);

    /**
     * Lets messages through to the listeners. Until then they wait here. Idempotent.
     *
     * @throws IllegalStateException if this port was handed over
     */
    void start();

    /**
     * Closes the pipe. The other end gets what was posted before; what had arrived here and no listener had been given is
     * dropped. Idempotent; does nothing to a port that was handed over.
     */
    @Override
    void close();

    /** Returns whether what is posted here goes nowhere: one of the ends is closed, or this one was handed over. */
    boolean isClosed();
}
