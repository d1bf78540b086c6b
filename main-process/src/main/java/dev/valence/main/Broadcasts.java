package dev.valence.main;

import dev.valence.Delivery;
import dev.valence.Payload;
import dev.valence.TapEvent.Kind;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.main.Subscriptions.Subscriber;
import dev.valence.main.Subscriptions.Subscribers;
import dev.valence.session.Services;
import dev.valence.session.Session;
import dev.valence.session.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
    private final boolean isTapped; // each message has a listener of its own

    /**
     * Makes the relay.
     *
     * @param renderers finds a renderer by id
     * @param services whose tally counts what has nowhere to go
     */
    Broadcasts(Subscriptions subscriptions, IntFunction<@Nullable RendererPeer> renderers, Services services) {
        this.subscriptions = subscriptions;
        this.renderers = renderers;
        this.tally = services.tally();
        this.isTapped = services.tap() != null;
    }

    /** Passes a message of main to every subscriber; returns who got it. */
    Delivery.Report publish(String channel, Payload payload) {
        Subscribers subscribers = subscriptions.of(channel);
        Set<Integer> skipped = offer(subscribers.all(), channel, payload, 0);
        return skipped.isEmpty()
                ? subscribers.everybody()
                : new Delivery.Report(Set.copyOf(accepted(subscribers, skipped, 0)), skipped);
    }

    /** Passes a message of a renderer to every other subscriber; returns who got it. */
    Report passToAll(Incoming message, int origin) {
        message.lend();
        Subscribers subscribers = subscriptions.of(message.channel());
        Set<Integer> skipped = offer(subscribers.all(), message.channel(), message.payload(), origin);
        return new Report(message.id(), accepted(subscribers, skipped, origin), List.copyOf(skipped));
    }

    private static List<Integer> accepted(Subscribers subscribers, Set<Integer> skipped, int origin) {
        List<Integer> accepted = new ArrayList<>();
        for (Subscriber subscriber : subscribers.all()) {
            int id = subscriber.id();
            if (id != origin && !skipped.contains(id)) {
                accepted.add(id);
            }
        }
        return accepted;
    }

    /** Offers a message to every subscriber but its publisher; returns who had no room. */
    private Set<Integer> offer(List<Subscriber> subscribers, String channel, Payload payload, int origin) {
        if (subscribers.isEmpty()) {
            return Set.of();
        }
        Opening header = Opening.broadcast(origin, channel, payload.encoding());
        boolean isWhole = payload.bytes().length <= Wire.CHUNK_BYTES; // chunks have ids, and share the array only
        Outgoing shared = isWhole && !isTapped
                ? Outgoing.shared(OutFrame.shared(header, payload.bytes()), payload.bytes().length, origin)
                : null;
        Set<Integer> skipped = Set.of();
        List<Runnable> wakeUps = new ArrayList<>(); // one an I/O thread, so there are few
        try {
            for (Subscriber subscriber : subscribers) {
                int id = subscriber.id();
                if (id != origin && !offer(subscriber.session(), header, shared, payload, wakeUps)) {
                    skipped = skipped.isEmpty() ? new TreeSet<>() : skipped;
                    skipped.add(id);
                }
            }
        } finally {
            wakeUps.forEach(Runnable::run);
        }
        return skipped;
    }

    private static boolean offer(
            Session<Renderer> to, Opening header, @Nullable Outgoing shared, Payload payload, List<Runnable> wakeUps) {
        Outgoing message = shared != null
                ? shared
                : Outgoing.message(
                        header, payload.bytes(), false, to.following(Kind.BROADCAST, header.channel(), payload));
        return to.offerBroadcast(message, payload.bytes().length, header.channel(), header.origin(), wakeUps);
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
