package dev.valence.connection;

import dev.valence.frame.Frame.Pong;

/**
 * What a {@link Connection} tells of how the peer is, and of what the peer wants to know of this side.
 *
 * <p><b>Threads.</b> As {@link FrameListener}.
 */
public interface HealthListener {

    /** The peer asks whether this side is there. */
    void onPing(long nonce);

    /** The peer is there. */
    void onPong(Pong pong);

    /** Main asks what the threads of this client do. */
    void onDumpThreads();

    /**
     * The client says what its threads do.
     *
     * @param text UTF-8, if the client keeps to that
     */
    void onThreadDump(byte[] text);
}
