package dev.valence;

/**
 * Receives the messages of a channel.
 *
 * <p>A payload of {@code null} is passed as null, whatever the type.
 *
 * @param <S> how the other side is seen from here
 * @param <T> what payloads are decoded to
 */
@FunctionalInterface
public interface Listener<S extends IpcSender, T> {

    /**
     * Called for each message, one at a time for each sender.
     *
     * @param event who sent it
     * @param payload what was sent
     * @throws Exception reaches the uncaught-error hook; other listeners still run
     */
    void onMessage(IpcEvent<S> event, T payload) throws Exception;
}
