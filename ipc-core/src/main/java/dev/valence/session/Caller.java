package dev.valence.session;

import dev.valence.CallOptions;
import dev.valence.ChannelName;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.Permissions;
import dev.valence.TapEvent.Kind;
import dev.valence.TypeRef;
import dev.valence.call.CallTable;
import dev.valence.call.DeadlineWatch;
import dev.valence.call.IncomingCall;
import dev.valence.call.OutgoingCall;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Link;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one peer and brings their outcomes; the mirror of {@link RequestDesk}.
 *
 * <p><b>Threads.</b> Outcomes come on the I/O thread, all else on any.
 */
final class Caller {

    private final Session<?> session;
    private final Services services;
    private final Role role;
    private final Outbox outbox;
    private final Traffic traffic;
    private final CallTable calls = new CallTable();
    private final DeadlineWatch deadlines;
    private volatile @Nullable StreamCaller streams; // null before the first; written with the monitor of this held

    Caller(Session<?> session, Services services, Role role, Outbox outbox) {
        this.traffic = session.traffic();
        this.session = session;
        this.services = services;
        this.role = role;
        this.outbox = outbox;
        this.deadlines = new DeadlineWatch(services.deadlines(), calls, this::giveUpLate);
    }

    private void giveUpLate(OutgoingCall<?> call) {
        call.giveUp(new IpcException(
                ErrorCode.DEADLINE_EXCEEDED,
                "no reply from " + role.peerName() + " to '" + call.channel() + "' in time"));
    }

    /** Returns what subscribes to streams of the peer, and makes it if need be. */
    StreamCaller streams() {
        StreamCaller made = streams;
        return made == null ? makeStreams() : made;
    }

    private synchronized StreamCaller makeStreams() {
        StreamCaller made = streams;
        if (made == null) {
            made = new StreamCaller(session, services, role, outbox, this);
            streams = made;
        }
        return made;
    }

    /** The peer said what it knows. */
    void onPeer() {
        StreamCaller made = streams;
        if (made != null) {
            made.onPeer();
        }
    }

    /** Returns credit for streams that is due, or null. By the thread that writes. */
    @Nullable
    Frame nextCredit() {
        StreamCaller made = streams;
        return made == null ? null : made.nextCredit();
    }

    void onItem(long id, Payload item) {
        streams().onItem(id, item);
    }

    void onStreamEnd(StreamEnd end) {
        streams().onEnd(end);
    }

    /** Returns what notes the ids of everything that is sent to the peer. */
    SendListener ids() {
        return calls;
    }

    /** Sends a request. Whatever goes wrong after the name was checked is the outcome of the call. */
    <R> OutgoingCall<R> start(String channel, @Nullable Object value, TypeRef<R> replyType, CallOptions options) {
        OutgoingCall<R> call = send(channel, value, replyType, options);
        expectAnswer();
        return call;
    }

    /** Sends a request and waits for the answer, and reads it from the socket if this thread may. */
    <R> @Nullable R call(String channel, @Nullable Object value, TypeRef<R> replyType, CallOptions options) {
        OutgoingCall<R> call = send(channel, value, replyType, options);
        if (services.dispatcher().hasOwnThreads()
                && services.tap() == null) { // else code of the application runs there
            call.readsFrom(outbox.link());
        }
        try {
            return call.await();
        } finally {
            if (pendingCalls() > 0) {
                expectAnswer();
            }
        }
    }

    /** Sees to it that what comes is read soon. */
    void expectAnswer() {
        Link link = outbox.link();
        if (link != null) {
            link.expectAnswer();
        }
    }

    private <R> OutgoingCall<R> send(
            String channel, @Nullable Object value, TypeRef<R> replyType, CallOptions options) {
        ChannelName.check(channel);
        OutgoingCall<R> call = new OutgoingCall<>(
                channel,
                calls,
                services.dispatcher(),
                payload -> services.codecs().take(payload, replyType));
        try {
            session.checkMay(Permissions.Use.INVOKE, channel);
            Payload payload = session.encode(value);
            checkPending();
            queue(call, channel, payload, options);
        } catch (IpcException e) {
            call.fail(e);
        }
        return call;
    }

    private void queue(OutgoingCall<?> call, String channel, Payload payload, CallOptions options) {
        Duration own = options.deadline();
        long now = System.nanoTime();
        long nanosLeft = (own == null ? services.limits().requestDeadline() : own).toNanos();
        IncomingCall outer = IncomingCall.present();
        if (outer != null) {
            nanosLeft = Math.min(nanosLeft, outer.deadlineNanos() - now);
            checkOuter(outer, nanosLeft);
        }
        Opening header = Opening.call(Frame.Kind.REQUEST, channel, payload.encoding(), 0);
        Outgoing request = Outgoing.request(
                header, payload.bytes(), now + nanosLeft, traffic.sending(Kind.REQUEST, channel, payload, call));
        if (outer == null) {
            call.onEnd(() -> outbox.cancel(request), () -> traffic.ended(call, now));
        } else {
            Runnable cancelledWithOuter = () -> call.giveUp(new IpcException(
                    ErrorCode.CANCELLED, "the request in which '" + channel + "' was invoked was cancelled"));
            call.onEnd(() -> outbox.cancel(request), () -> {
                outer.removeOnCancel(cancelledWithOuter);
                traffic.ended(call, now);
            });
            outer.onCancel(cancelledWithOuter);
        }
        call.endsBy(now + nanosLeft);
        if (!Session.offerNow(outbox, request)) {
            offerLater(call, request, nanosLeft);
        }
        deadlines.expect(now + nanosLeft);
    }

    /** Waits for room, as the present thread may; meanwhile the call is in no table and has a timer of its own. */
    private void offerLater(OutgoingCall<?> call, Outgoing request, long nanosLeft) {
        call.endsAt(services.deadlines().schedule(() -> giveUpLate(call), nanosLeft));
        if (!session.offer(request)) {
            throw new IpcException(ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait");
        }
    }

    /** Checks that what is started inside the answer to a request can still be of use to it. */
    void checkOuter(IncomingCall outer, long nanosLeft) {
        if (outer.isCancelled()) {
            throw new IpcException(ErrorCode.CANCELLED, "the request that is being answered was cancelled");
        }
        if (nanosLeft <= 0) {
            throw new IpcException(ErrorCode.DEADLINE_EXCEEDED, "the request that is being answered is out of time");
        }
        boolean isPeerWaiting = outer.peer() instanceof Session<?> asker && asker.inbox == session.inbox;
        if (isPeerWaiting && outbox.isHoldingData()) {
            throw new IpcException(
                    ErrorCode.NOT_READY,
                    role.peerName() + " is not ready, and waits for this call (expected: ready() first)");
        }
    }

    /** Checks that the peer takes one more request. */
    void checkPending() {
        long bound = Integer.toUnsignedLong(session.peerBounds().pendingRequests());
        long max = bound == 0
                ? services.limits().pendingRequests()
                : Math.min(bound, services.limits().pendingRequests());
        if (pendingCalls() >= max) {
            services.tally().countRefusedRequest();
            throw new IpcException(
                    ErrorCode.LIMIT,
                    "requests to " + role.peerName() + ": " + max + " are unanswered (expected: fewer)");
        }
    }

    void onReply(long id, Supplier<Payload> reply) {
        OutgoingCall<?> call = takeCall(id);
        if (call != null) {
            call.reply(reply);
        }
    }

    void onFailure(Failure failure) {
        StreamCaller made = streams;
        if (made != null && made.onFailure(failure)) {
            return;
        }
        OutgoingCall<?> call = takeCall(failure.id());
        if (call != null) {
            call.fail(Failures.exception(call.channel(), failure));
        }
    }

    private @Nullable OutgoingCall<?> takeCall(long id) {
        OutgoingCall<?> call = calls.take(id);
        if (call == null) {
            checkKnown(id);
            services.tally().countLateAnswer();
        }
        return call;
    }

    /** An answer may be late, but not to something that never was. */
    void checkKnown(long id) {
        if (!calls.isKnown(id)) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "answer to " + id + " (expected: an id that was used)");
        }
    }

    void failAll(IpcException reason) {
        calls.failAll(reason);
        deadlines.stop();
        StreamCaller made = streams;
        if (made != null) {
            made.failAll(reason);
        }
    }

    /** Returns how many requests, without streams, wait for their answer. */
    int requests() {
        return calls.size();
    }

    int pendingCalls() {
        return calls.size() + openStreams();
    }

    int openStreams() {
        StreamCaller made = streams;
        return made == null ? 0 : made.size();
    }
}
