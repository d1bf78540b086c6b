package dev.valence.main;

import dev.valence.Endpoint;
import dev.valence.Registration;
import dev.valence.frame.Acceptor;
import dev.valence.frame.InMemoryTransport;
import java.util.UUID;

/**
 * Where a main process listens, and what has to be undone when it stops.
 *
 * @param endpoint what clients connect to
 * @param undo stops listening and removes what was made for it
 */
record ListeningPoint(Endpoint endpoint, Registration undo) {

    /** Starts to listen as the options say. */
    static ListeningPoint open(IpcMainOptions options, Acceptor acceptor) {
        Endpoint.InMemory endpoint = new Endpoint.InMemory("main-" + UUID.randomUUID());
        return new ListeningPoint(endpoint, InMemoryTransport.listen(endpoint, acceptor));
    }

    /** Stops listening; every connection ends. */
    void close() {
        undo.close();
    }
}
