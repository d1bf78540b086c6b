package dev.valence.main;

/**
 * Follows the lives of all renderers of a main.
 *
 * <p><b>Threads.</b> Called on the callback executor, one event at a time, in the order of what happened. An exception is
 * logged.
 */
public interface RendererListener {

    /** A renderer was launched or invited. */
    default void launched(Renderer renderer) {}

    /** A renderer's listeners are in place. */
    default void ready(Renderer renderer) {}

    /** A renderer has ended. */
    default void gone(Renderer renderer, RendererExit exit) {}
}
