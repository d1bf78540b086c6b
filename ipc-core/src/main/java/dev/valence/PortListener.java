package dev.valence;

/**
 * Receives the messages of a port.
 *
 * <p>A payload of {@code null} is passed as null, whatever the type.
 *
 * @param <T> what payloads are decoded to
 */
@FunctionalInterface
public interface PortListener<T> {

    /**
     * Called for each message, one at a time for each port.
     *
     * @param event what came with it
     * @param payload what was posted
     * @throws Exception is logged; other listeners still run
     */
    void onMessage(PortEvent event, T payload) throws Exception;
}
