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
     * The process of a renderer does not respond: nothing comes from it, or its listeners make no step. Main does nothing
     * about it: what is sent waits as usual, and it may respond again. {@link Renderer#kill} and {@link Renderer#reload} are
     * up to the application. Told once, until {@link #responsive}; never while main itself stood still.
     */
    default void unresponsive(Renderer renderer, Unresponsiveness how) {}

    /**
     * The process of a renderer responds again. Told once after {@link #unresponsive}, unless the process was asked to end
     * or has ended before that.
     */
    default void responsive(Renderer renderer) {}

    /**
     * A process that main launched has ended before it was ready, and main had not asked it to: its main class is missing,
     * its main method or setup threw, it never connected. Told once for each such process, before what follows it:
     * {@link #restarting}, or {@link #gaveUp} and {@link #gone}.
     *
     * @param exit with the words of the process in {@link RendererExit#detail}, its output with the stack in
     *     {@link RendererExit#lastOutput}, and often a {@link RendererExit#hint}
     */
    default void bootstrapError(Renderer renderer, RendererExit exit) {}

    /**
     * A renderer gets its next process: it was reloaded, and its present process, if it has one, ends before that; or its
     * process ended, and its {@link RestartPolicy} starts another after the backoff. Told once for each further process;
     * {@link Renderer#incarnation} is already that of the next.
     */
    default void restarting(Renderer renderer) {}

    /**
     * The {@link RestartPolicy} of a renderer would have started another process, but there were too many restarts.
     * {@link #gone} follows. Told once until the renderer is reloaded.
     */
    default void gaveUp(Renderer renderer, GaveUp why) {}

    /**
     * A renderer has ended. Not told of a process whose place another takes after a reload or by its policy: the future that
     * {@link Renderer#exit} returned before says how that one ended. May come again if the renderer is reloaded.
     */
    default void gone(Renderer renderer, RendererExit exit) {}
}
