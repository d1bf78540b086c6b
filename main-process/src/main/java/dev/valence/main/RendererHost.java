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

    /** Returns what starts their JVMs. */
    Launcher launcher();

    /** Makes a token that lets an incarnation in once; returns it as 64 hexadecimal digits. */
    String expect(Incarnation incarnation);

    /** Makes the token of an incarnation worthless. */
    void forget(Incarnation incarnation);

    /** Returns whether main takes no renderer any more. */
    boolean isClosing();

    /** Takes a renderer back that was gone; returns false if main takes none any more. */
    boolean rejoin(RendererPeer renderer);

    /** Forgets a renderer, if it is gone. */
    void remove(RendererPeer renderer);

    /** Notes what happened, in the order of calls. Takes no lock; {@link #tell} is to follow. */
    void note(Consumer<RendererListener> event);

    /** Tells the next event that was noted to every listener, on the callback executor. No lock may be held. */
    void tell();
}
