package dev.valence.session;

import dev.valence.IpcEvent;
import dev.valence.IpcSender;
import dev.valence.MessagePort;
import dev.valence.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message as listeners see it. */
class MessageEvent<S extends IpcSender> implements IpcEvent<S> {

    private final Session<S> session;
    private final String channel;
    private final int origin; // as on the wire: 0 for the peer
    private final long missed;
    private final List<MessagePort> ports;
    private boolean isSeen; // inside the turn only; by a listener

    MessageEvent(Session<S> session, String channel, int origin, long missed, List<MessagePort> ports) {
        this.session = session;
        this.channel = channel;
        this.origin = origin;
        this.missed = missed;
        this.ports = ports;
    }

    @Override
    public S sender() {
        return session.sender();
    }

    @Override
    public String channel() {
        return channel;
    }

    @Override
    public Origin origin() {
        return origin == 0 ? session.peerOrigin() : new Origin(origin);
    }

    @Override
    public List<MessagePort> ports() {
        return ports;
    }

    /** A listener gets it now. */
    void see() {
        isSeen = true;
    }

    /** All listeners have returned: closes what came with it if none got it. */
    void end() {
        PortDesk.endDelivery(ports, isSeen);
    }

    @Override
    public long missed() {
        return missed;
    }

    @Override
    public void reply(String replyChannel, @Nullable Object payload) {
        session.sendTo(origin, replyChannel, payload);
    }

    @Override
    public String toString() {
        return "'" + channel + "' from " + origin();
    }
}
