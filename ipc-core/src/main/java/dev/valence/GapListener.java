package dev.valence;

/**
 * Told of broadcasts that this process would have got and for which it had no room.
 *
 * <p><b>Threads.</b> Called on the callback executor, one gap at a time.
 */
@FunctionalInterface
public interface GapListener {

    /**
     * Called for each gap in the place of what was lost, as a listener of its sender would be: after those of all earlier
     * messages, before those of later ones. {@link IpcEvent#missed()} of the next message on the channel, if there is one,
     * counts the same.
     *
     * @param channel of what was lost
     * @param count how many messages, 1 or more
     * @throws Exception reaches the uncaught-error hook; other listeners still run
     */
    void onGap(String channel, long count) throws Exception;
}
