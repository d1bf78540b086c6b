package dev.valence.frame;

/** What a server transport asks for each connection it accepts. */
@FunctionalInterface
public interface Acceptor {

    /**
     * Returns what reads and writes the frames of a new connection. Called on the I/O thread, before anything is read.
     *
     * @param link the connection
     */
    FrameHandler accept(Link link);
}
