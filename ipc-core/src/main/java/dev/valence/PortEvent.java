package dev.valence;

import java.util.List;

/**
 * What a listener learns about a message of a port besides its payload.
 *
 * <p><b>Threads.</b> May be used from any thread, also after the listener has returned.
 */
public interface PortEvent {

    /** Returns the port on which this came. */
    MessagePort port();

    /** Returns the ports that were handed over with this message; they belong to this process now. */
    List<MessagePort> ports();
}
