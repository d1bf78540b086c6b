package dev.valence.session;

import dev.valence.ChannelName;
import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.Permissions.Use;
import dev.valence.TapEvent.Kind;
import dev.valence.connection.Admission;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages and broadcasts to one peer; the mirror of {@link MessageDelivery}.
 *
 * <p><b>Threads.</b> Any.
 */
final class MessageSender {

    private final Session<?> session;
    private final Outbox outbox;
    private final Traffic traffic;
    private final Tally tally;
    private final SendListener ids;
    private final SendListener fate;
    private final Reports reports;

    MessageSender(Session<?> session, Services services, Outbox outbox, SendListener ids) {
        this.session = session;
        this.outbox = outbox;
        this.traffic = session.traffic();
        this.tally = services.tally();
        this.ids = ids;
        this.fate = new MessageFate(ids, tally);
        this.reports = new Reports(services.dispatcher());
    }

    /** Returns what waits for word of who got a broadcast. */
    Reports reports() {
        return reports;
    }

    /**
     * Sends a message.
     *
     * @param destination the renderer that the peer passes it on to; 0 for the peer
     */
    void send(int destination, String channel, @Nullable Object payload) {
        if (!session.offer(message(destination, channel, payload))) {
            throw new IpcException(
                    ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait (see trySend)");
        }
    }

    /** Sends a message if there is room now. */
    boolean trySend(String channel, @Nullable Object payload) {
        Outgoing message = message(0, channel, payload);
        boolean sent;
        try {
            sent = outbox.offer(message, Admission.NEVER_WAIT);
        } catch (IpcException e) {
            sent = false;
        }
        if (!sent) {
            tally.countRefusedSend();
        }
        return sent;
    }

    private Outgoing message(int destination, String channel, @Nullable Object value) {
        ChannelName.check(channel);
        session.checkMay(destination == 0 ? Use.SEND : Use.BROADCAST, channel);
        Payload payload = session.encode(value);
        Message.Builder header = Message.newBuilder().setChannel(channel).setEncoding(payload.encoding());
        Frame.Builder frame = Frame.newBuilder().setDestination(destination);
        return Outgoing.message(frame, header, payload.bytes(), false, following(Kind.MESSAGE, channel, payload));
    }

    /** Publishes a message to main and every other subscriber. */
    Delivery broadcast(String channel, @Nullable Object value) {
        ChannelName.check(channel);
        session.checkMay(Use.BROADCAST, channel);
        Payload payload = session.encode(value);
        CompletableFuture<Delivery.Report> report = new CompletableFuture<>();
        Message.Builder header = Message.newBuilder()
                .setChannel(channel)
                .setEncoding(payload.encoding())
                .setBroadcast(true);
        SendListener awaiting = new MessageFate(ids, tally) {
            @Override
            public void onQueued(long id) {
                super.onQueued(id);
                reports.await(id, report);
            }
        };
        SendListener shown = traffic.sending(Kind.BROADCAST, channel, payload, awaiting);
        if (!session.offer(Outgoing.message(Frame.newBuilder(), header, payload.bytes(), true, shown))) {
            throw new IpcException(ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait");
        }
        return new Delivery(report);
    }

    /** Returns what follows a message that goes to this peer. */
    SendListener following(Kind kind, String channel, Payload payload) {
        return traffic.sending(kind, channel, payload, fate);
    }

    /**
     * Adds a broadcast if this peer takes its size and there is room for it; never waits.
     *
     * @param payloadBytes of the message
     * @param origin the renderer that published it, 0 for main
     */
    boolean offerBroadcast(Outgoing message, int payloadBytes, String channel, int origin) {
        boolean isTaken = offerShared(message, payloadBytes, channel, origin);
        if (!isTaken) {
            tally.countSkippedBroadcast();
        }
        return isTaken;
    }

    /** Adds a message of another renderer to this one, as a broadcast is added. */
    void offerRelay(Outgoing message, int payloadBytes, String channel, int origin) {
        if (!offerShared(message, payloadBytes, channel, origin)) {
            tally.countDroppedRelay();
        }
    }

    private boolean offerShared(Outgoing message, int payloadBytes, String channel, int origin) {
        long max = session.peerBounds().getPayloadBytes();
        if (max == 0 || payloadBytes <= max) {
            return outbox.offerBroadcast(message, channel, origin);
        }
        tally.countUntoldGap();
        return false;
    }
}
