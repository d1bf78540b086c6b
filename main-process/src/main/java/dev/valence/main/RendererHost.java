package dev.valence.main;

import dev.valence.session.Registry;
import dev.valence.session.Services;
import java.util.function.Consumer;

/** What a renderer asks of the main process it belongs to. */
interface RendererHost {

    /** Returns what all sessions share. */
    Services services();

    /** Returns the listeners and handlers of all renderers. */
    Registry<Renderer> registry();

    /** Returns who is subscribed to what. */
    Subscriptions subscriptions();

    /** Returns what passes messages on. */
    Broadcasts broadcasts();

    /** Makes the token of a renderer worthless. */
    void forget(RendererPeer renderer);

    /** Forgets a renderer that is gone. */
    void remove(RendererPeer renderer);

    /** Tells every listener, in order, on the callback executor. */
    void publish(Consumer<RendererListener> event);
}
