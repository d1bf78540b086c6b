package dev.valence.main;

import dev.valence.Permissions;

/**
 * Follows the lives of all renderers of a main.
 *
 * <p><b>Threads.</b> Called on the callback executor, one event at a time, in the order of what happened. An exception is
 * logged.
 */
public interface RendererListener {

    /** A renderer was launched or invited. */
    default void launched(Renderer renderer) {}

    /** The listeners of a renderer's process are in place; once for each process. */
    default void ready(Renderer renderer) {}

    /**
     * A renderer tried what its permissions forbid, past the checks on its own side: it is broken, or not what it claims
     * to be. Told once for each use and process; {@link dev.valence.Counters#deniedFrames} counts all.
     *
     * @param use what it tried
     * @param channel what it tried it with
     */
    default void denied(Renderer renderer, Permissions.Use use, String channel) {}

    /**
     * A renderer was reloaded: its present process, if it has one, ends, and the next one starts after that. Told once for
     * each further process; {@link Renderer#incarnation} is already that of the next.
     */
    default void restarting(Renderer renderer) {}

    /**
     * A renderer has ended. Not told of a process whose place another takes after a reload: the future that
     * {@link Renderer#exit} returned before says how that one ended. May come again if the renderer is reloaded.
     */
    default void gone(Renderer renderer, RendererExit exit) {}
}
