package dev.valence.main;

import dev.valence.IpcException;
import dev.valence.Origin;
import dev.valence.Permissions.Use;
import dev.valence.call.Dispatcher;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.frame.Frame.Pong;
import dev.valence.session.Role;
import dev.valence.session.Session;

/**
 * The session of an incarnation. If that never connected, nothing was said yet, and the one that a restart makes may take it
 * over with all that waits in it.
 *
 * <p><b>Threads.</b> It is passed on with the lock of the renderer held; I/O threads call it once there is a connection.
 */
final class Conversation implements Role {

    private final Session<Renderer> session;
    private volatile Incarnation owner; // written with the lock of the renderer held

    /** Begins one. */
    Conversation(Incarnation first) {
        owner = first;
        RendererPeer renderer = first.renderer();
        session = new Session<>(
                renderer.host().services().countedBy(renderer.tally()),
                this,
                renderer,
                new Origin(renderer.id()),
                Outbox.holdingData(renderer.host().services().limits()),
                renderer.registries());
    }

    Session<Renderer> session() {
        return session;
    }

    boolean isOf(Incarnation incarnation) {
        return owner == incarnation;
    }

    /** From now on it is the next incarnation's. There was no connection yet. */
    Conversation passTo(Incarnation next) {
        owner = next;
        return this;
    }

    @Override
    public String peerName() {
        return owner.peerName();
    }

    @Override
    public Dispatcher.Inbox inbox(Dispatcher dispatcher) {
        return owner.inbox(dispatcher);
    }

    @Override
    public boolean permits(Use use, String channel) {
        return owner.permits(use, channel);
    }

    @Override
    public boolean mayUse(Use use, String channel) {
        return owner.mayUse(use, channel);
    }

    @Override
    public boolean relay(Incoming message) {
        return owner.relay(message);
    }

    @Override
    public void onSubscribe(String channel) {
        owner.onSubscribe(channel);
    }

    @Override
    public void onUnsubscribe(String channel) {
        owner.onUnsubscribe(channel);
    }

    @Override
    public void onReady() {
        owner.onReady();
    }

    @Override
    public void onPong(Pong pong) {
        owner.onPong(pong);
    }

    @Override
    public void onDisconnected(IpcException reason) {
        owner.onDisconnected(reason);
    }
}
