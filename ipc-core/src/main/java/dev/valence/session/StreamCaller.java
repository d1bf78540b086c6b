package dev.valence.session;

import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.Permissions;
import dev.valence.TapEvent.Direction;
import dev.valence.TapEvent.Kind;
import dev.valence.TypeRef;
import dev.valence.call.IncomingCall;
import dev.valence.call.LateMap;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Wire;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to streams of one peer and brings their items; the mirror of {@link StreamDesk}.
 *
 * <p><b>Threads.</b> What comes does so on the I/O thread, all else on any.
 */
final class StreamCaller {

    private final Session<?> session;
    private final Services services;
    private final Role role;
    private final Outbox outbox;
    private final Traffic traffic;
    private final Caller caller;
    private final LateMap<Long, OutgoingStream<?>> streams = new LateMap<>(); // until they end
    private final ConcurrentLinkedQueue<OutgoingStream<?>> creditDue = new ConcurrentLinkedQueue<>();

    /**
     * Makes it without streams.
     *
     * @param caller numbers and bounds requests and streams together
     */
    StreamCaller(Session<?> session, Services services, Role role, Outbox outbox, Caller caller) {
        this.session = session;
        this.services = services;
        this.role = role;
        this.outbox = outbox;
        this.traffic = session.traffic();
        this.caller = caller;
    }

    Outbox outbox() {
        return outbox;
    }

    /** Returns a publisher whose payload is encoded now. What that fails with is the outcome of every stream. */
    <T> Flow.Publisher<T> publisher(String channel, @Nullable Object value, TypeRef<T> itemType, CallOptions options) {
        Payload payload;
        try {
            payload = session.encode(value);
        } catch (IpcException e) {
            return subscriber -> newStream(channel, itemType, subscriber).fail(e);
        }
        return subscriber -> open(channel, payload, options, newStream(channel, itemType, subscriber));
    }

    private <T> OutgoingStream<T> newStream(
            String channel, TypeRef<T> itemType, Flow.@Nullable Subscriber<? super T> subscriber) {
        if (subscriber == null) {
            throw new NullPointerException("subscriber: null (expected: one)");
        }
        OutgoingStream<T> stream = new OutgoingStream<>(
                channel, this, services.dispatcher(), item -> services.codecs().take(item, itemType), subscriber);
        stream.begin();
        return stream;
    }

    private void open(String channel, Payload payload, CallOptions options, OutgoingStream<?> stream) {
        try {
            session.checkMay(Permissions.Use.INVOKE, channel);
            if (!session.isKnownToPeer(Wire.FEATURE_STREAMS)) {
                throw unsupported();
            }
            session.encode(payload); // the bound of the peer may not have been known before
            caller.checkPending();
            queue(channel, payload, options, stream);
            caller.expectAnswer();
        } catch (IpcException e) {
            stream.fail(e);
        }
    }

    private void queue(String channel, Payload payload, CallOptions options, OutgoingStream<?> stream) {
        Duration own = options.deadline();
        long patienceNanos = (own == null ? services.limits().requestDeadline() : own).toNanos();
        IncomingCall outer = IncomingCall.present();
        if (outer != null) {
            patienceNanos = Math.min(patienceNanos, outer.deadlineNanos() - System.nanoTime());
            caller.checkOuter(outer, patienceNanos);
        }
        long micros = Math.max(1, TimeUnit.NANOSECONDS.toMicros(patienceNanos));
        Opening header = Opening.call(Frame.Kind.STREAM, channel, payload.encoding(), micros);
        Outgoing request = Outgoing.stream(
                header,
                payload.bytes(),
                stream.demand()::takeInitial,
                traffic.sending(Kind.STREAM, channel, payload, stream));
        Runnable cancelledWithOuter = () -> stream.giveUp(new IpcException(
                ErrorCode.CANCELLED, "the request in which '" + channel + "' was subscribed to was cancelled"));
        if (outer != null) {
            outer.onCancel(cancelledWithOuter);
        }
        stream.prepare(request, clock(stream, patienceNanos), () -> {
            if (outer != null) {
                outer.removeOnCancel(cancelledWithOuter);
            }
            traffic.streamEnded(Direction.RECEIVED, channel, stream.failureCode());
        });
        if (!stream.isEnded() && !session.offer(request)) {
            throw new IpcException(ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait");
        }
    }

    private StreamClock clock(OutgoingStream<?> stream, long patienceNanos) {
        Runnable giveUp = () -> stream.giveUp(new IpcException(
                ErrorCode.DEADLINE_EXCEEDED,
                "no item from " + role.peerName() + " on '" + stream.channel() + "' in time"));
        return new StreamClock(services.deadlines(), patienceNanos, stream.demand()::isWaiting, giveUp);
    }

    /** Notes the id of a stream. With the lock of the outbox held. */
    void onQueued(long id, OutgoingStream<?> stream) {
        caller.ids().onQueued(id);
        if (id == 0) {
            return;
        }
        streams.put(id, stream);
        if (stream.isEnded()) { // perhaps between the two looks
            streams.remove(id, stream);
        }
    }

    /** The peer is to get credit for a stream; once for each stream that has not been asked for it since. */
    void tellPeer(OutgoingStream<?> stream) {
        creditDue.add(stream);
        outbox.wakeUp();
    }

    /** Returns credit that is due, or null. By the thread that writes. */
    @Nullable
    Frame nextCredit() {
        Frame credit = null;
        OutgoingStream<?> stream;
        while (credit == null && (stream = creditDue.poll()) != null) {
            credit = stream.takeCredit();
        }
        return credit;
    }

    void remove(long id, OutgoingStream<?> stream) {
        streams.remove(id, stream);
    }

    /** Returns how many streams are open. */
    int size() {
        return streams.size();
    }

    /** The peer said what it knows. */
    void onPeer() {
        if (!session.isKnownToPeer(Wire.FEATURE_STREAMS)) {
            streams.values().forEach(stream -> stream.giveUp(unsupported()));
        }
    }

    private IpcException unsupported() {
        return new IpcException(
                ErrorCode.UNSUPPORTED,
                "streams: " + role.peerName() + " does not know them (expected: a newer version)");
    }

    void onItem(long id, Payload item) {
        OutgoingStream<?> stream = streams.get(id);
        if (stream == null) {
            caller.checkKnown(id);
            services.tally().countLateAnswer();
        } else {
            traffic.received(Kind.ITEM, stream.channel(), item, null);
            stream.onItem(item);
        }
    }

    void onEnd(StreamEnd end) {
        OutgoingStream<?> stream = streams.get(end.id());
        if (stream == null) {
            caller.checkKnown(end.id());
            services.tally().countLateAnswer();
        } else if (end.code() == 0) {
            stream.complete();
        } else {
            Failure failure = new Failure(end.id(), end.code(), end.details());
            stream.fail(Failures.exception(stream.channel(), failure));
        }
    }

    /** Ends the stream that the peer refused; false if it was none. */
    boolean onFailure(Failure failure) {
        OutgoingStream<?> stream = streams.get(failure.id());
        if (stream == null) {
            return false;
        }
        stream.fail(Failures.exception(stream.channel(), failure));
        return true;
    }

    void failAll(IpcException reason) {
        streams.values().forEach(stream -> stream.fail(reason));
    }
}
