package dev.valence.connection;

import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;

/** A link that nobody listens to: tests take frames themselves. */
class SilentLink implements Link {

    @Override
    public void wakeUp() {}

    @Override
    public void close() {}

    @Override
    public PeerCredentials credentials() {
        return null;
    }
}
