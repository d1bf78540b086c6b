package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that this process has subscribed to; the mirror of {@link IncomingStream}.
 *
 * <p>It ends in two steps, as a call does. The <em>end</em> is settled once, by whoever brings it. The subscriber is told on
 * the callback executor, after the items that came before.
 *
 * <p><b>Threads.</b> Any. The subscriber is called by one thread at a time: whoever adds the first signal starts a run of
 * {@link #deliver}, the others leave theirs to it.
 *
 * @param <T> the items
 */
final class OutgoingStream<T> implements Flow.Subscription, SendListener {

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingStream.class);

    /** Signals in a row before others get their turn on the executor. */
    private static final int BATCH = 64;

    private static final Object COMPLETED = new Object();

    private static final Object CANCELLED = new Object();

    private final String channel;
    private final StreamCaller streams;
    private final Outbox outbox;
    private final Executor executor;
    private final Function<Payload, @Nullable T> decoder;
    private final Demand demand = new Demand();
    private final ConcurrentLinkedQueue<Payload> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicInteger signals = new AtomicInteger(); // since the subscriber was last idle
    private final AtomicReference<@Nullable Object> end = new AtomicReference<>(); // Throwable or one of the above
    private volatile boolean cancelled; // by the subscriber, perhaps after the end
    private volatile long id; // 0 before it has a place in the queue
    private volatile @Nullable Outgoing request;
    private volatile @Nullable StreamClock clock;
    private volatile Runnable onEnded = () -> {};

    // inside a run of deliver only
    private Flow.@Nullable Subscriber<? super T> subscriber; // null after its last signal
    private boolean isIntroduced;
    private @Nullable IpcException failure; // of decoding; whatever else comes

    /**
     * Makes a stream that was not asked for yet.
     *
     * @param executor where the subscriber is called
     * @param decoder turns a payload into an item; throws DECODE_FAILED
     */
    OutgoingStream(
            String channel,
            StreamCaller streams,
            Executor executor,
            Function<Payload, @Nullable T> decoder,
            Flow.Subscriber<? super T> subscriber) {
        this.channel = channel;
        this.streams = streams;
        this.outbox = streams.outbox();
        this.executor = executor;
        this.decoder = decoder;
        this.subscriber = subscriber;
    }

    String channel() {
        return channel;
    }

    Demand demand() {
        return demand;
    }

    /** Hands the subscriber its subscription. */
    void begin() {
        signal();
    }

    /**
     * Sets what belongs to the stream from now on. Called before it is queued.
     *
     * @param patience notices that no item comes
     * @param ended releases what belongs to the stream
     */
    void prepare(Outgoing sent, StreamClock patience, Runnable ended) {
        request = sent;
        clock = patience;
        onEnded = ended;
        if (isEnded()) {
            release();
        } else if (demand.isWaiting()) {
            patience.restart();
        }
    }

    boolean isEnded() {
        return end.get() != null;
    }

    /** Returns why it has ended; null if it is complete, or has not ended. */
    @Nullable
    ErrorCode failureCode() {
        Object how = end.get();
        if (how instanceof IpcException reason) {
            return reason.code();
        }
        return how == null || how == COMPLETED ? null : ErrorCode.CANCELLED;
    }

    // ---- What the subscriber wants -------------------------------------------------------------------------------

    @Override
    public void request(long items) {
        if (isEnded()) {
            return;
        }
        if (items <= 0) {
            giveUp(new IllegalArgumentException(
                    "request: " + items + " items (expected: 1 or more, by rule 3.9 of Reactive Streams)"));
            return;
        }
        boolean wasWaiting = demand.isWaiting();
        demand.add(items);
        if (!wasWaiting) {
            restartClock();
        }
        tellPeer();
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (settle(CANCELLED)) {
            abandon();
        }
        signal(); // lets the subscriber go
    }

    private void tellPeer() {
        if (!isEnded() && demand.claimCredit()) {
            streams.tellPeer(this);
        }
    }

    /** Returns what the peer is to be told; null if there is nothing any more. */
    @Nullable
    Frame takeCredit() {
        return isEnded() ? null : demand.takeCredit(id);
    }

    private void restartClock() {
        StreamClock patience = clock;
        if (patience != null) {
            patience.restart();
        }
    }

    // ---- What becomes of the request -----------------------------------------------------------------------------

    @Override
    public void onQueued(long newId) {
        id = newId;
        streams.onQueued(newId, this);
    }

    @Override
    public void onSent() {
        demand.allowCredit();
        tellPeer();
    }

    @Override
    public void onDropped() {
        fail(new IpcException(ErrorCode.CLOSED, "'" + channel + "' was not sent: closing"));
    }

    // ---- What comes ----------------------------------------------------------------------------------------------

    /** Takes an item. I/O thread. */
    void onItem(Payload item) {
        if (isEnded()) {
            return;
        }
        if (!demand.take(Demand.chargeOf(item))) {
            throw new IpcException(
                    ErrorCode.PROTOCOL_ERROR, "item of stream " + id + " (expected: none without credit for it)");
        }
        arrived.add(item);
        signal();
    }

    void complete() {
        if (settle(COMPLETED)) {
            signal();
        }
    }

    /** Ends the stream with a failure, behind the items that have come. */
    void fail(Throwable reason) {
        if (settle(reason)) {
            signal();
        }
    }

    /** Ends the stream because of this side, and tells the peer that nothing is wanted any more. */
    void giveUp(Throwable reason) {
        if (settle(reason)) {
            abandon();
            signal();
        }
    }

    private boolean settle(Object how) {
        if (!end.compareAndSet(null, how)) {
            return false;
        }
        release();
        return true;
    }

    private void release() {
        streams.remove(id, this);
        StreamClock patience = clock;
        if (patience != null) {
            patience.stop();
        }
        onEnded.run();
    }

    private void abandon() {
        Outgoing sent = request;
        if (sent != null) {
            outbox.cancel(sent);
        }
    }

    // ---- What the subscriber is told -----------------------------------------------------------------------------

    private void signal() {
        if (signals.getAndIncrement() == 0) {
            executor.execute(this::deliver);
        }
    }

    private void deliver() {
        int seen = signals.get();
        for (int i = 0; i < BATCH; i++) {
            if (!deliverNext()) {
                if (signals.addAndGet(-seen) == 0) {
                    return;
                }
                seen = signals.get();
            }
        }
        executor.execute(this::deliver);
    }

    /** Calls the subscriber once; false if there is nothing to say now. */
    private boolean deliverNext() {
        Flow.Subscriber<? super T> to = subscriber;
        if (to == null || (cancelled && isIntroduced)) {
            subscriber = null;
            arrived.clear();
            return false;
        }
        if (!isIntroduced) {
            isIntroduced = true;
            call(() -> to.onSubscribe(this));
            return true;
        }
        Object how = end.get(); // before the items, so that none is behind it
        Payload item = failure == null ? arrived.poll() : null;
        if (item != null) {
            deliver(item, to);
            return true;
        }
        if (how == null && failure == null) {
            return false;
        }
        subscriber = null;
        arrived.clear();
        if (failure != null) {
            IpcException reason = failure;
            call(() -> to.onError(reason));
        } else if (how instanceof Throwable reason) {
            call(() -> to.onError(reason));
        } else if (how == COMPLETED) {
            call(to::onComplete);
        }
        return true;
    }

    private void deliver(Payload item, Flow.Subscriber<? super T> to) {
        T value = decode(item);
        if (value == null) {
            return;
        }
        call(() -> to.onNext(value));
        demand.free(Demand.chargeOf(item));
        if (!isEnded()) {
            restartClock();
            tellPeer();
        }
    }

    private @Nullable T decode(Payload item) {
        IpcException reason;
        try {
            T value = decoder.apply(item);
            if (value != null) {
                return value;
            }
            reason = new IpcException(
                    ErrorCode.DECODE_FAILED, "item of '" + channel + "': null (expected: a value, in a stream)");
        } catch (IpcException e) {
            reason = e;
        } catch (Throwable t) {
            reason = new IpcException(ErrorCode.DECODE_FAILED, "item of '" + channel + "' cannot be decoded", t);
        }
        failure = reason;
        giveUp(reason);
        return null;
    }

    /** Calls the subscriber. One that throws is not called again. */
    private void call(Runnable signal) {
        try {
            signal.run();
        } catch (Throwable t) {
            cancel();
            report(t);
        }
    }

    private void report(Throwable thrown) {
        try {
            LOG.error("the subscriber of a stream on '{}' failed and is cancelled", channel, thrown);
        } catch (Throwable t) { // a logger calls the throwable's methods, and those are code of the application
            LOG.error(
                    "the subscriber of a stream on '{}' failed with what cannot be logged: {}", channel, t.getClass());
        }
    }
}
