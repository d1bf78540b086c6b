package dev.valence.benchmarks.peer;

import java.util.List;

/**
 * One end of one way to talk, in a process of its own. {@link PeerProgram} calls what the driver asks for; what an end cannot
 * do keeps its default and fails.
 *
 * <p>A process has one peer, so that calls through this interface have one target and are inlined.
 */
public interface Peer {

    /**
     * Opens this end.
     *
     * @param address where the other end listens; empty for the end that listens
     * @param options words that choose between variants
     * @param receipts counts what arrives
     */
    void open(String address, List<String> options, Receipts receipts) throws Exception;

    /** Returns where one more client connects. */
    default String address() throws Exception {
        throw unsupported("address");
    }

    /** Returns what is sent: as a rule an array of this many bytes. */
    default Object payload(int bytes) {
        return new byte[bytes];
    }

    /** Sends a request and waits for the reply. */
    default void call(Object payload) throws Exception {
        throw unsupported("call");
    }

    /** Sends a request; the task runs when the reply is there, on the thread where this way to talk gives it. */
    default void call(Object payload, Runnable done) {
        throw unsupported("asynchronous call");
    }

    /** Sends messages as fast as the other end takes them, until the turnstile is closed. */
    default void flood(Object payload, Turnstile turnstile) throws Exception {
        throw unsupported("flood");
    }

    /** Returns how many subscribers this end knows of. */
    default long subscribers() {
        throw unsupported("subscribers");
    }

    /** Sends each message to all subscribers, as fast as all of them take them, until the turnstile is closed. */
    default void publish(Object payload, Turnstile turnstile) throws Exception {
        throw unsupported("publish");
    }

    /** Makes this end further subscribers, each with a connection of its own, to what the other end publishes. */
    default void subscribe(List<String> addresses) throws Exception {
        throw unsupported("subscribe");
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(what + " by " + getClass().getSimpleName());
    }
}
