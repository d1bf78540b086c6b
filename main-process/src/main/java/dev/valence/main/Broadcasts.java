package dev.valence.main;

import dev.valence.Payload;
import dev.valence.TapEvent.Kind;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.session.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Passes one message to many renderers, encoded once, and never waits for any.
 *
 * <p><b>Threads.</b> Any.
 */
final class Broadcasts {

    private final Subscriptions subscriptions;
    private final IntFunction<@Nullable RendererPeer> renderers;
    private final Tally tally;

    /**
     * Makes the relay.
     *
     * @param renderers finds a renderer by id
     * @param tally counts what has nowhere to go
     */
    Broadcasts(Subscriptions subscriptions, IntFunction<@Nullable RendererPeer> renderers, Tally tally) {
        this.subscriptions = subscriptions;
        this.renderers = renderers;
        this.tally = tally;
    }

    /**
     * Passes a message to every subscriber but its publisher.
     *
     * @param origin the renderer that published it, 0 for main
     * @return who got it, without an id
     */
    Report publish(String channel, Payload payload, int origin) {
        List<Integer> accepted = new ArrayList<>();
        List<Integer> skipped = new ArrayList<>();
        Opening header = Opening.broadcast(origin, channel, payload.encoding());
        OutFrame shared = null;
        for (Incarnation subscriber : subscriptions.of(channel)) {
            int id = subscriber.renderer().id();
            if (id == origin) {
                continue;
            }
            SendListener listener = subscriber.session().following(Kind.BROADCAST, channel, payload);
            Outgoing message;
            if (payload.bytes().length <= Wire.CHUNK_BYTES) {
                if (shared == null) {
                    shared = OutFrame.shared(header, payload.bytes());
                }
                message = Outgoing.frame(shared, payload.bytes().length, listener);
            } else { // chunks carry an id of their connection; the payload itself is still shared
                message = Outgoing.message(header, payload.bytes(), false, listener);
            }
            if (subscriber.session().offerBroadcast(message, payload.bytes().length, channel, origin)) {
                accepted.add(id);
            } else {
                skipped.add(id);
            }
        }
        return new Report(0, accepted, skipped);
    }

    /** Passes a message of one renderer to the one it is meant for; without room it is dropped and counted. */
    void passOn(Incoming message, int origin) {
        RendererPeer target = renderers.apply(message.destination());
        if (target == null) {
            tally.countDroppedRelay();
            tally.countUntoldGap();
        } else {
            Payload payload = message.payload();
            Opening header =
                    Opening.message(origin, 0, message.hops() + 1, message.channel(), payload.encoding(), List.of());
            SendListener listener = target.session().following(Kind.MESSAGE, message.channel(), payload);
            Outgoing relayed = Outgoing.message(header, payload.bytes(), false, listener);
            target.session().offerRelay(relayed, payload.bytes().length, message.channel(), origin);
        }
    }
}
