package dev.valence.connection;

import dev.valence.frame.Frame.Hello;
import dev.valence.frame.PeerCredentials;
import org.jspecify.annotations.Nullable;

/** Decides who may connect to main. */
public interface Doorkeeper {

    /**
     * Lets a client in or not. Called on the I/O thread; magic and version were checked.
     *
     * @param hello what the client says about itself
     * @param credentials what the kernel says about it, null if it does not
     * @param connection the connection, to be closed later
     * @return who it is
     * @throws dev.valence.IpcException with REJECTED; its message is told to the client
     */
    Admitted admit(Hello hello, @Nullable PeerCredentials credentials, Connection connection);

    /** A connection that was not let in has ended. Called on the I/O thread. */
    void turnedAway(Connection connection);
}
