package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcSender;
import dev.valence.Payload;
import dev.valence.call.CallbackScope;
import dev.valence.call.IncomingCall;
import dev.valence.call.LateMap;
import dev.valence.connection.Admission;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.OutFrame;
import dev.valence.session.Registry.HandlerEntry;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one peer: each gets exactly one reply or failure, unless it was cancelled.
 *
 * <p><b>Threads.</b> Requests come on the I/O thread, start inside the sender's turn, and end on any thread.
 */
final class RequestDesk<S extends IpcSender> {

    private static final Logger LOG = LoggerFactory.getLogger(RequestDesk.class);

    private final Session<S> session;
    private final Services services;
    private final List<Registry<S>> registries; // the scope first, then the global one
    private final Outbox outbox;
    private final ReplyGate gate;
    private final Traffic traffic;
    private final LateMap<Long, IncomingCall> calls = new LateMap<>(); // until the answer is written
    private final AtomicLong runningBytes = new AtomicLong(); // of the requests in calls
    private final AtomicReference<@Nullable Runnable> onIdle = new AtomicReference<>();

    RequestDesk(Session<S> session, Services services, List<Registry<S>> registries, Outbox outbox) {
        this.session = session;
        this.services = services;
        this.registries = registries;
        this.outbox = outbox;
        this.gate = new ReplyGate(services, outbox);
        this.traffic = session.traffic();
    }

    /**
     * Takes a request; returns its call, or null if it was refused. I/O thread.
     *
     * @param streams that count against the same bound
     */
    @Nullable
    IncomingCall accept(Incoming request, int streams) {
        if (calls.size() + streams >= services.limits().pendingRequests()) {
            services.tally().countRefusedRequest();
            refuse(request, ErrorCode.LIMIT);
            return null;
        }
        long micros = Math.min(request.timeLeftMicros(), TimeUnit.NANOSECONDS.toMicros(Long.MAX_VALUE / 2));
        IncomingCall call = new IncomingCall(
                request.id(),
                request.channel(),
                session,
                System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros),
                services.dispatcher());
        calls.put(request.id(), call);
        return call;
    }

    /** Returns how many requests are not answered. */
    int size() {
        return calls.size();
    }

    /** Fails a request that is not taken, and releases it. */
    void refuse(Incoming request, ErrorCode code) {
        traffic.refused(request.channel(), code);
        sendFailure(request.id(), code);
        request.release();
    }

    /** Fails a request without details. */
    private void sendFailure(IncomingCall call, ErrorCode code) {
        traffic.failed(call, code);
        sendFailure(call.id(), code);
    }

    private void sendFailure(long id, ErrorCode code) {
        outbox.offerControl(new Failure(id, code.number(), null));
    }

    /**
     * Starts a request, or keeps it until there is room for its answer; one whose handler runs in the turn holds the turn
     * meanwhile. Inside the turn.
     */
    void start(IncomingCall call, Incoming request) {
        CallbackScope scope = CallbackScope.current();
        if (gate.isOpen() || call.isCancelled()) {
            begin(call, request, scope);
        } else if (patience() == ReplyGate.Patience.NONE && outbox.hasRoomForReply()) {
            begin(call, request, scope); // one after the other, so no burst can follow
        } else if (patience() == ReplyGate.Patience.NONE) {
            request.release();
            fail(call, ErrorCode.BACKPRESSURE, null);
        } else if (scope != null && isSequential(request.channel())) {
            awaitRoom(call, scope);
            beginInTime(call, request, scope);
        } else {
            gate.park(call, () -> beginInTime(call, request, null));
        }
    }

    private boolean isSequential(String channel) {
        for (Registry<S> registry : registries) {
            HandlerEntry<S, ?, ?> entry = registry.requestHandler(channel);
            if (entry != null) {
                return entry.options.isSequential();
            }
        }
        return false;
    }

    private void awaitRoom(IncomingCall call, CallbackScope scope) {
        CompletableFuture<Void> room = new CompletableFuture<>();
        gate.park(call, () -> room.complete(null));
        scope.beginWaitForRoom();
        try {
            room.join();
        } finally {
            scope.endWaitForRoom();
        }
    }

    private void beginInTime(IncomingCall call, Incoming request, @Nullable CallbackScope turn) {
        if (call.remaining().isZero()) {
            request.release();
            fail(call, ErrorCode.DEADLINE_EXCEEDED, null);
        } else {
            begin(call, request, turn);
        }
    }

    /**
     * Starts a request.
     *
     * @param turn null outside the turn
     */
    private void begin(IncomingCall call, Incoming request, @Nullable CallbackScope turn) {
        if (dropIfCancelled(call)) {
            request.release();
            return;
        }
        HandlerEntry<S, ?, ?> entry = null;
        for (int i = 0; i < registries.size() && entry == null; i++) {
            entry = registries.get(i).claimHandler(request.channel());
        }
        if (entry == null) {
            request.release();
            fail(call, ErrorCode.NO_HANDLER, null);
            return;
        }
        HandlerEntry<S, ?, ?> handler = entry;
        if (turn != null && handler.options.isSequential()) {
            turn.onWait(request);
            run(handler, call, request);
            turn.onWait(null);
            request.release();
        } else {
            holdOrRelease(call, request);
            services.dispatcher().startHandler(() -> run(handler, call, request));
        }
    }

    /**
     * Gives the peer its room back while the handler runs, unless the requests that run take as much memory as one
     * payload may: then it is held until the request has ended.
     */
    private void holdOrRelease(IncomingCall call, Incoming request) {
        int bytes = request.payloadBytes();
        long all = runningBytes.addAndGet(bytes);
        boolean isHeld = all > services.limits().payloadBytes();
        if (!isHeld) {
            request.release();
        }
        call.onEnd(() -> {
            runningBytes.addAndGet(-bytes);
            request.release();
        });
    }

    private <Q, R> void run(HandlerEntry<S, Q, R> entry, IncomingCall call, Incoming request) {
        CallbackScope scope = CallbackScope.current();
        boolean isInterruptible = entry.options.isInterruptible() && scope != null && scope.mayWaitForRoom();
        Callable<@Nullable Object> handler = () -> handle(entry, call, request);
        Object value;
        try {
            value = isInterruptible ? call.callInterruptibly(handler) : call.call(handler);
        } catch (Throwable t) {
            fail(call, failureCode(t), t);
            return;
        }
        answer(call, value); // outside, where an interrupt meant for the handler cannot hit what is encoded for others
    }

    @SuppressWarnings("NullAway") // a null request is passed as null, whatever the type
    private <Q, R> @Nullable Object handle(HandlerEntry<S, Q, R> entry, IncomingCall call, Incoming request)
            throws Exception {
        Q decoded = services.codecs().take(request.payload(), entry.type);
        return entry.handler.handle(new RequestEvent<>(session, request.header(), call), decoded);
    }

    private static ErrorCode failureCode(Throwable thrown) {
        boolean isOwn =
                thrown instanceof IpcException own && own.code() == ErrorCode.DECODE_FAILED && own.remote() == null;
        return isOwn ? ErrorCode.DECODE_FAILED : ErrorCode.HANDLER_FAILED;
    }

    private void answer(IncomingCall call, @Nullable Object value) {
        if (!(value instanceof CompletionStage<?> stage)) {
            reply(call, value);
            return;
        }
        try {
            services.lostReplies()
                    .await(
                            stage,
                            (result, thrown) -> services.dispatcher().execute(() -> answerLater(call, result, thrown)),
                            () -> services.dispatcher().execute(() -> giveUp(call)));
        } catch (Throwable t) { // a stage is code of the application too
            fail(call, failureCode(t), t);
        }
    }

    /** Nothing can complete the stage that the handler returned. */
    private void giveUp(IncomingCall call) {
        if (!call.isCancelled()) {
            services.tally().countDroppedReply();
        }
        fail(call, ErrorCode.REPLY_DROPPED, null);
    }

    private void answerLater(IncomingCall call, @Nullable Object result, @Nullable Throwable thrown) {
        if (thrown == null) {
            reply(call, result);
        } else {
            fail(call, failureCode(thrown), thrown);
        }
    }

    private void reply(IncomingCall call, @Nullable Object value) {
        if (dropIfCancelled(call)) {
            return;
        }
        if (SizeHint.isSmall(value) && outbox.hasRoomForReply()) {
            placeReply(call, value); // it need not wait for a large one that is being encoded
        } else {
            pass(call, () -> placeReply(call, value));
        }
    }

    /** Lets an answer through the gate. */
    private void pass(IncomingCall call, Runnable place) {
        ReplyGate.Answer answer = new ReplyGate.Answer(call, place, () -> fail(call, ErrorCode.BACKPRESSURE, null));
        if (!gate.answer(answer, patience())) {
            answer.giveUp().run();
        }
    }

    private static ReplyGate.Patience patience() {
        CallbackScope scope = CallbackScope.current();
        return scope == null || scope.mayWaitForRoom() ? ReplyGate.Patience.SEND_TIMEOUT : ReplyGate.Patience.NONE;
    }

    private void placeReply(IncomingCall call, @Nullable Object value) {
        if (dropIfCancelled(call)) {
            return;
        }
        try {
            Payload payload = session.encode(value);
            Opening header = Opening.answer(Kind.REPLY, call.id(), payload.encoding());
            place(call, Outgoing.answer(header, payload.bytes(), new Ending(call, payload, null)));
        } catch (IpcException e) {
            placeFailure(call, e.code(), e);
        } catch (Throwable t) { // whatever a codec throws
            placeFailure(call, failureCode(t), t);
        }
    }

    private void placeFailure(IncomingCall call, ErrorCode code, Throwable thrown) {
        if (dropIfCancelled(call)) {
            return;
        }
        OutFrame frame = OutFrame.of(new Failure(call.id(), code.number(), Failures.describe(thrown)));
        place(call, Outgoing.answer(call.id(), frame, new Ending(call, null, code)));
        log(call, thrown);
    }

    private void place(IncomingCall call, Outgoing answer) {
        if (!call.claimAnswer()) {
            return;
        }
        try {
            outbox.offer(answer, Admission.ALWAYS);
        } catch (IpcException e) {
            LOG.debug("the answer to request {} could not be sent: {}", call.id(), e.getMessage());
            sendFailure(call, e.code());
            end(call);
        }
        gate.answered(call);
    }

    /** Nobody waits for the answer to a cancelled call. */
    private boolean dropIfCancelled(IncomingCall call) {
        if (!call.isCancelled()) {
            return false;
        }
        if (call.claimAnswer()) {
            traffic.failed(call, ErrorCode.CANCELLED);
            end(call);
        }
        return true;
    }

    private void fail(IncomingCall call, ErrorCode code, @Nullable Throwable thrown) {
        if (dropIfCancelled(call)) {
            return;
        }
        if (thrown != null) {
            pass(call, () -> placeFailure(call, code, thrown));
        } else if (call.claimAnswer()) {
            sendFailure(call, code);
            end(call);
        }
    }

    private static void log(IncomingCall call, Throwable thrown) {
        try {
            LOG.debug("request {} failed", call.id(), thrown);
        } catch (Throwable t) { // a logger calls the throwable's methods, and those are code of the application
            LOG.debug("request {} failed with what cannot be logged: {}", call.id(), t.getClass());
        }
    }

    /** A call takes its place among the pending ones until its answer is written: the peer has to read. */
    private final class Ending implements SendListener {

        private final IncomingCall call;
        private final @Nullable Payload reply;
        private final @Nullable ErrorCode failure;

        Ending(IncomingCall call, @Nullable Payload reply, @Nullable ErrorCode failure) {
            this.call = call;
            this.reply = reply;
            this.failure = failure;
        }

        @Override
        public void onSent() {
            if (reply != null) {
                traffic.replied(call, reply);
            } else if (failure != null) {
                traffic.failed(call, failure);
            }
            end(call);
        }
    }

    private void end(IncomingCall call) {
        calls.remove(call.id(), call);
        call.end();
        gate.answered(call);
        gate.advance();
        checkIdle();
    }

    /** There may be room in the reply lane again. */
    void onRoom() {
        gate.advance();
    }

    /** Marks a call as no longer wanted. I/O thread. */
    void cancel(long id) {
        IncomingCall call = calls.get(id);
        if (call != null) {
            call.cancel();
            gate.leave(call);
            checkIdle();
        }
    }

    /** The peer is gone: nobody waits for any answer. */
    void cancelAll() {
        for (IncomingCall call : calls.values()) {
            call.cancel();
            gate.leave(call);
        }
    }

    /** Runs an action once nobody waits for an answer. */
    void whenIdle(Runnable action) {
        onIdle.set(action);
        checkIdle();
    }

    private void checkIdle() {
        if (onIdle.get() != null && calls.values().stream().allMatch(IncomingCall::isCancelled)) {
            Runnable action = onIdle.getAndSet(null);
            if (action != null) {
                services.dispatcher().execute(action);
            }
        }
    }
}
