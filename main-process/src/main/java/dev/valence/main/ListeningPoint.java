package dev.valence.main;

import dev.valence.Endpoint;
import dev.valence.frame.Acceptor;

/** Where a main process listens, and what has to be undone when it stops. */
interface ListeningPoint extends AutoCloseable {

    /** Starts to listen as the options say. */
    static ListeningPoint open(IpcMainOptions options, Acceptor acceptor) {
        throw new UnsupportedOperationException("waiting for the transports");
    }

    /** Returns what clients connect to. */
    Endpoint endpoint();

    @Override
    void close();
}
