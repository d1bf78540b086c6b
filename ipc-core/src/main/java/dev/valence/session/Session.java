package dev.valence.session;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ChannelName;
import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.GapListener;
import dev.valence.IpcException;
import dev.valence.IpcSender;
import dev.valence.MessagePort;
import dev.valence.Origin;
import dev.valence.Payload;
import dev.valence.Permissions.Use;
import dev.valence.Registration;
import dev.valence.TapEvent.Kind;
import dev.valence.TypeRef;
import dev.valence.call.CallbackScope;
import dev.valence.call.Dispatcher;
import dev.valence.call.IncomingCall;
import dev.valence.connection.Admission;
import dev.valence.connection.FrameListener;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.OutFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this process has to do with one peer: what goes to it, what comes from it, and who waits for what. It exists
 * before the connection does and ends after it.
 *
 * <p><b>Threads.</b> The methods of {@link FrameListener} on the I/O thread, all others from any.
 *
 * @param <S> how the peer is seen from here
 */
public final class Session<S extends IpcSender> implements FrameListener {

    private final Services services;
    private final Role role;
    private final S sender;
    private final Origin peerOrigin;
    private final Outbox outbox;
    private final Traffic traffic;
    final Dispatcher.Inbox inbox; // the same for all sessions of a renderer that is reloaded
    final MessageDelivery<S> delivery;
    private final Caller caller;
    private final Desks<S> desks;
    private final SendListener messages;
    private final MessageDesk sending;
    private final BroadcastDesk broadcasts;
    private final HealthDesk health;
    private volatile Bounds peerBounds = Bounds.NONE; // none known before the handshake

    /**
     * Makes a session without a connection.
     *
     * @param sender what callbacks get as the sender
     * @param peerOrigin who the sender is
     * @param outbox where what is sent waits
     * @param registries where listeners and handlers are looked up, in this order
     */
    public Session(
            Services services, Role role, S sender, Origin peerOrigin, Outbox outbox, List<Registry<S>> registries) {
        this.services = services;
        this.role = role;
        this.sender = sender;
        this.peerOrigin = peerOrigin;
        this.outbox = outbox;
        this.traffic = new Traffic(services.tap(), peerOrigin);
        this.inbox = role.inbox(services.dispatcher());
        this.delivery = new MessageDelivery<>(this, services, registries);
        this.caller = new Caller(this, services, role, outbox);
        this.desks = new Desks<>(this, services, registries, outbox, caller.ids());
        this.broadcasts = new BroadcastDesk(this, services, outbox, caller.ids());
        this.health = new HealthDesk(role, outbox);
        outbox.whenReplyRoom(desks::onReplyRoom);
        this.messages = new MessageFate(caller.ids(), services.tally());
        outbox.followShared(messages);
        this.sending = new MessageDesk(this, outbox, services.tally());
    }

    Traffic traffic() {
        return traffic;
    }

    S sender() {
        return sender;
    }

    Origin peerOrigin() {
        return peerOrigin;
    }

    // ---- Sending -------------------------------------------------------------------------------------------------

    /** See {@link IpcSender#send(String, Object)}. */
    public void send(String channel, @Nullable Object payload) {
        sending.send(0, channel, payload);
    }

    /** Sends a message that the peer passes on. */
    void sendTo(int destination, String channel, @Nullable Object payload) {
        sending.send(destination, channel, payload);
    }

    /** See {@link IpcSender#trySend(String, Object)}. */
    public boolean trySend(String channel, @Nullable Object payload) {
        return sending.trySend(channel, payload);
    }

    /** See {@link IpcSender#postMessage(String, Object, MessagePort...)}. */
    public void postMessage(String channel, @Nullable Object payload, MessagePort... handedOver) {
        ChannelName.check(channel);
        checkMay(Use.SEND, channel);
        desks.ports().postMessage(channel, encode(payload), handedOver);
    }

    /** Publishes a message to main and every other subscriber; a renderer's broadcast. */
    public Delivery broadcast(String channel, @Nullable Object value) {
        ChannelName.check(channel);
        checkMay(Use.BROADCAST, channel);
        return broadcasts.publish(channel, encode(value));
    }

    /** Returns what follows a message that goes to this peer. */
    public SendListener following(Kind kind, String channel, Payload payload) {
        return traffic.sending(kind, channel, payload, messages);
    }

    /**
     * Adds a broadcast if this peer takes its size and there is room for it; never waits.
     *
     * @param payloadBytes of the message
     * @param origin the renderer that published it, 0 for main
     * @param wakeUps gets what is to be run once all peers have theirs, and has each once
     */
    public boolean offerBroadcast(
            Outgoing message, int payloadBytes, String channel, int origin, List<Runnable> wakeUps) {
        boolean isTaken = broadcasts.offer(message, payloadBytes, channel, origin, wakeUps);
        if (!isTaken) {
            services.tally().countSkippedBroadcast();
        }
        return isTaken;
    }

    /** Adds a message of another renderer to this one, as a broadcast is added. */
    public void offerRelay(Outgoing message, int payloadBytes, String channel, int origin) {
        List<Runnable> wakeUps = new ArrayList<>(1);
        if (!broadcasts.offer(message, payloadBytes, channel, origin, wakeUps)) {
            services.tally().countDroppedRelay();
        }
        wakeUps.forEach(Runnable::run);
    }

    /** Tells main about a channel; bounded by the number of subscriptions. */
    public void sendPlain(Frame frame) {
        outbox.offer(Outgoing.frame(OutFrame.of(frame), 0, SendListener.NONE), Admission.ALWAYS);
    }

    /** Answers a broadcast with who got it. */
    public void sendReport(Report report) {
        broadcasts.sendReport(report);
    }

    /** See {@link IpcSender#invokeSync(String, Object, TypeRef, CallOptions)}. */
    public <R> @Nullable R invokeSync(
            String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        CallbackScope.checkMayWait();
        return caller.call(channel, payload, replyType, options);
    }

    /** See {@link IpcSender#invoke(String, Object, TypeRef, CallOptions)}. */
    public <R> Call<R> invoke(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return caller.start(channel, payload, replyType, options);
    }

    /** See {@link IpcSender#stream(String, Object, TypeRef, CallOptions)}. */
    public <T> Flow.Publisher<T> stream(
            String channel, @Nullable Object payload, TypeRef<T> itemType, CallOptions options) {
        return caller.streams().publisher(ChannelName.check(channel), payload, itemType, options);
    }

    /** Returns whether the peer knows something, as far as is known. */
    boolean isKnownToPeer(long feature) {
        return desks.isKnown(feature);
    }

    Bounds peerBounds() {
        return peerBounds;
    }

    /** Encodes a value that this peer takes. */
    Payload encode(@Nullable Object value) {
        Payload payload = services.encode(value);
        long max = peerBounds.payloadBytes();
        if (max > 0 && payload.bytes().length > max) {
            throw new IpcException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "payload: " + payload.bytes().length + " bytes (expected: at most " + max + ", the bound of "
                            + role.peerName() + ")");
        }
        return payload;
    }

    /**
     * Checks that this process may use a channel in this way.
     *
     * @throws IpcException with PERMISSION_DENIED if it may not
     */
    public void checkMay(Use use, String channel) {
        if (!role.mayUse(use, channel)) {
            services.tally().countDeniedUse();
            throw new IpcException(
                    ErrorCode.PERMISSION_DENIED,
                    use + " on '" + channel + "' with " + role.peerName()
                            + ": forbidden (expected: a channel that the renderer's permissions allow)");
        }
    }

    /** Offers something as the present thread may, and counts it if there is no room. */
    boolean offer(Outgoing item) {
        boolean hasRoom;
        try {
            hasRoom = offer(outbox, item);
        } catch (IpcException e) {
            if (e.code() == ErrorCode.BACKPRESSURE) {
                services.tally().countFullQueue();
            }
            throw e;
        }
        if (!hasRoom) {
            services.tally().countFullQueue();
        }
        return hasRoom;
    }

    /**
     * Offers something as the present thread may: outside a callback it waits at the soft limit, inside one at the hard
     * limit, and where waiting would block I/O or a thread of the application not at all. A callback that waits takes no
     * place of another, so that a peer which does not read holds up only who sends to it.
     */
    static boolean offer(Outbox outbox, Outgoing item) {
        CallbackScope scope = CallbackScope.current();
        if (scope == null) {
            return outbox.offer(item, Admission.SOFT);
        }
        if (offerNow(outbox, item)) {
            return true;
        }
        if (!scope.mayWaitForRoom()) {
            return false;
        }
        scope.beginWaitForRoom();
        try {
            return outbox.offer(item, Admission.HARD);
        } finally {
            scope.endWaitForRoom();
        }
    }

    /** Offers something as {@link #offer(Outbox, Outgoing)} does, but never waits. */
    static boolean offerNow(Outbox outbox, Outgoing item) {
        boolean isInCallback = CallbackScope.current() != null;
        return outbox.offer(item, isInCallback ? Admission.HARD_NEVER_WAIT : Admission.NEVER_WAIT);
    }

    // ---- What comes ----------------------------------------------------------------------------------------------

    @Override
    public Outbox outbox() {
        return outbox;
    }

    @Override
    public @Nullable Frame nextCredit() {
        Frame credit = caller.nextCredit();
        return credit == null ? desks.nextCredit() : credit;
    }

    @Override
    public void onPeer(Bounds bounds, long features) {
        peerBounds = bounds;
        desks.onPeer(features);
        caller.onPeer();
        health.onPeer(features);
    }

    @Override
    public HealthDesk health() {
        return health;
    }

    @Override
    public void onWelcome(Welcome welcome) {
        role.onWelcome(welcome);
    }

    @Override
    public void onMessage(Incoming message) {
        List<PipeEnd> offered =
                message.ports().isEmpty() ? List.of() : desks.ports().accept(message);
        boolean isDenied = !role.permits(
                message.isBroadcast() || message.destination() != 0 ? Use.BROADCAST : Use.SEND, message.channel());
        traffic.received(
                message.isBroadcast() ? Kind.BROADCAST : Kind.MESSAGE,
                message,
                isDenied ? ErrorCode.PERMISSION_DENIED : null);
        if (isDenied) {
            services.tally().countDeniedFrame();
            message.release();
            offered.forEach(PipeEnd::close);
            if (message.isBroadcast()) {
                sendReport(new Report(message.id(), List.of(), List.of()));
            }
        } else if (role.relay(message)) {
            inbox.submit(delivery.delivering(message, offered));
        } else {
            message.release();
        }
    }

    @Override
    public void onRequest(Incoming request) {
        traffic.received(Kind.REQUEST, request, null);
        if (!role.permits(Use.INVOKE, request.channel())) {
            services.tally().countDeniedFrame();
            desks.requests().refuse(request, ErrorCode.PERMISSION_DENIED);
            return;
        }
        RequestDesk<S> desk = desks.requests();
        IncomingCall call = desk.accept(request, desks.openStreams());
        if (call != null) {
            inbox.submit(() -> desk.start(call, request));
        }
    }

    @Override
    public void onStream(Incoming request) {
        traffic.received(Kind.STREAM, request, null);
        if (!role.permits(Use.INVOKE, request.channel())) {
            services.tally().countDeniedFrame();
            desks.streams().refuse(request, ErrorCode.PERMISSION_DENIED);
            return;
        }
        StreamDesk<S> desk = desks.streams();
        IncomingStream stream = desk.accept(request, desks.openRequests());
        if (stream != null) {
            inbox.submit(() -> desk.start(stream, request));
        }
    }

    @Override
    public void onPortMessage(Incoming message) {
        desks.ports().onMessage(message);
    }

    @Override
    public void onReply(long id, Supplier<Payload> reply) {
        caller.onReply(id, reply);
    }

    @Override
    public void onFailure(Failure failure) {
        caller.onFailure(failure);
    }

    @Override
    public void onItem(long id, Payload item) {
        caller.onItem(id, item);
    }

    @Override
    public void onStreamEnd(StreamEnd end) {
        caller.onStreamEnd(end);
    }

    @Override
    public void onStreamCredit(long id, long items, long bytes) {
        desks.onStreamCredit(id, items, bytes);
    }

    @Override
    public void onPortCredit(long port, long bytes) {
        desks.ports().onCredit(port, bytes);
    }

    @Override
    public void onPortClose(long port) {
        desks.ports().onClose(port);
    }

    @Override
    public void onCancel(long id) {
        desks.cancel(id);
    }

    @Override
    public void onSubscribe(String channel) {
        if (role.permits(Use.SUBSCRIBE, channel)) {
            role.onSubscribe(channel);
        } else {
            services.tally().countDeniedFrame();
        }
    }

    @Override
    public void onUnsubscribe(String channel) {
        role.onUnsubscribe(channel);
    }

    @Override
    public void onReady() {
        outbox.releaseData();
        role.onReady();
    }

    @Override
    public void onGap(String channel, long count) {
        inbox.submit(() -> delivery.onGap(channel, count));
    }

    /** Adds what is told of every gap, in its place among the messages. */
    public Registration listenToGaps(GapListener listener) {
        return delivery.onGap(Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public void onReport(Report report) {
        if (!broadcasts.complete(report)) {
            caller.checkKnown(report.id());
        }
    }

    @Override
    public void onDrain() {
        inbox.submit(() -> delivery.whenFinished(() -> desks.requests().whenIdle(role::onDrained)));
    }

    @Override
    public void onDisconnected(IpcException reason) {
        desks.cancelAll();
        role.onDisconnected(reason);
    }

    // ---- The end -------------------------------------------------------------------------------------------------

    /**
     * Starts nothing new: tells the peer once what waits for it was sent. Requests to a peer that is not ready fail.
     *
     * @param grace what the peer has time for
     * @param reason what callers are told from now on
     */
    public void drain(Duration grace, IpcException reason) {
        if (outbox.isHoldingData()) {
            caller.failAll(reason);
        }
        outbox.drain(grace, reason);
    }

    /** Ends everything that waits for this peer; what is tried from now on fails the same way. Idempotent. */
    public void end(IpcException reason) {
        outbox.close(reason);
        caller.failAll(reason);
        desks.cancelAll();
        broadcasts.failAll(reason);
        health.end(reason);
    }

    /** Returns what is under way. */
    public SessionLoad load() {
        return new SessionLoad(
                outbox.levels(),
                caller.requests(),
                caller.openStreams(),
                desks.openRequests(),
                desks.openStreams(),
                desks.openPorts());
    }

    /** Returns how many requests to this peer are unanswered. */
    public int pendingCalls() {
        return caller.pendingCalls();
    }
}
