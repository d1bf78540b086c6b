package dev.valence.session;

import dev.valence.IpcEvent;
import dev.valence.IpcSender;
import dev.valence.MessagePort;
import dev.valence.Origin;
import dev.valence.frame.Frame.Opening;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message as listeners see it. */
class MessageEvent<S extends IpcSender> implements IpcEvent<S> {

    private final Session<S> session;
    private final Opening header;
    private long missed; // set before a listener gets it
    private List<MessagePort> ports = List.of(); // set before a listener gets it
    private boolean isSeen; // inside the turn only; by a listener

    MessageEvent(Session<S> session, Opening header) {
        this.session = session;
        this.header = header;
    }

    final Session<S> session() {
        return session;
    }

    @Override
    public S sender() {
        return session.sender();
    }

    @Override
    public String channel() {
        return header.channel();
    }

    @Override
    public Origin origin() {
        return header.origin() == 0 ? session.peerOrigin() : new Origin(header.origin());
    }

    @Override
    public List<MessagePort> ports() {
        return ports;
    }

    /** Sets what was dropped before the message, and the ports that came with it. */
    final void begin(long messagesMissed, List<MessagePort> opened) {
        missed = messagesMissed;
        ports = opened;
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
        session.sendTo(header.origin(), replyChannel, payload);
    }

    @Override
    public String toString() {
        return "'" + channel() + "' from " + origin();
    }
}
