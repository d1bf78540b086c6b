package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.TapEvent.Direction;
import dev.valence.TapEvent.Kind;
import dev.valence.call.IncomingCall;
import dev.valence.connection.Admission;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that this process serves: the subscriber to the publisher of a handler, and the mirror of
 * {@link OutgoingStream}.
 *
 * <p>The publisher is asked for what the peer has asked for and there is room for, a few small items or one large one
 * ahead. What it gives is encoded when it goes, so that no more than that waits here, unencoded.
 *
 * <p><b>Threads.</b> Any. One thread at a time makes a {@link #run}: whoever has the first reason for one; the others
 * leave theirs to it. I/O threads have theirs made on the callback executor.
 */
final class IncomingStream implements Flow.Subscriber<Object> {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingStream.class);

    /** Steps in a row before others get their turn on the executor. */
    private static final int BATCH = 64;

    /** What the publisher may be ahead, in items and in bytes as far as they can be foreseen. */
    private static final int MAX_AHEAD = 32;

    private static final int MAX_AHEAD_BYTES = 16 * 1024;

    private final StreamDesk<?> desk;
    private final StreamGate gate;
    private final IncomingCall call;
    private final long patienceNanos;
    private final AtomicLong items; // that the peer still takes
    private final AtomicLong window = new AtomicLong(Wire.STREAM_WINDOW_BYTES); // below 0 after a large item
    private final AtomicLong asked = new AtomicLong(); // and not given yet
    private final ConcurrentLinkedQueue<Object> given = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
    private final AtomicReference<@Nullable Failed> failure = new AtomicReference<>(); // found here; drops the rest
    private final AtomicReference<@Nullable Object> publisherEnd = new AtomicReference<>(); // Failed, or the call
    private final AtomicInteger reasons = new AtomicInteger(); // for a run
    private final AtomicInteger holds = new AtomicInteger(2); // the handler, and the stream until its end is written

    // inside a run only
    private boolean hasEnded;
    private boolean isUpstreamDone; // by cancelUpstream
    private long largestCharge; // of an item; 0 before the first, of which nothing is known

    /** Why a stream ends. */
    private record Failed(ErrorCode code, Throwable reason) {}

    /**
     * Makes a stream that nothing was published to.
     *
     * @param initialItems that the peer takes
     */
    IncomingStream(StreamDesk<?> desk, IncomingCall call, long patienceNanos, long initialItems) {
        this.desk = desk;
        this.gate = desk.gate();
        this.call = call;
        this.patienceNanos = patienceNanos;
        this.items = new AtomicLong(initialItems);
        moveDeadline();
    }

    IncomingCall call() {
        return call;
    }

    // ---- What the publisher says ---------------------------------------------------------------------------------

    @Override
    public void onSubscribe(Flow.Subscription upstream) {
        checkNotNull(upstream, "subscription");
        if (subscription.compareAndSet(null, upstream)) {
            runHere();
        } else {
            upstream.cancel();
        }
    }

    @Override
    public void onNext(Object item) {
        checkNotNull(item, "item");
        if (publisherEnd.get() != null || failure.get() != null || call.isCancelled()) {
            return;
        }
        if (asked.decrementAndGet() < 0) {
            fail(
                    ErrorCode.HANDLER_FAILED,
                    new IllegalStateException(
                            "the publisher gave an item that it was not asked for (expected: at most what was requested)"));
            return;
        }
        given.add(item);
        runHere();
    }

    @Override
    public void onError(Throwable thrown) {
        checkNotNull(thrown, "error");
        publisherEnd.compareAndSet(null, new Failed(ErrorCode.HANDLER_FAILED, thrown));
        runHere();
    }

    @Override
    public void onComplete() {
        publisherEnd.compareAndSet(null, call);
        runHere();
    }

    /** A null is against the rules of publishers: it ends the stream, and whoever signals it is told. */
    private void checkNotNull(@Nullable Object signalled, String what) {
        if (signalled == null) {
            NullPointerException thrown = new NullPointerException(what + " of a publisher: null (expected: none)");
            fail(ErrorCode.HANDLER_FAILED, thrown);
            throw thrown;
        }
    }

    // ---- What the peer and the library say -----------------------------------------------------------------------

    /** Takes credit. I/O thread. */
    void onCredit(long moreItems, long bytes) {
        if (window.addAndGet(bytes) > Wire.STREAM_WINDOW_BYTES) {
            throw new IpcException(
                    ErrorCode.PROTOCOL_ERROR,
                    "credit for stream " + call.id() + ": " + bytes + " bytes (expected: no more than were sent)");
        }
        if (moreItems > 0 && items.getAndUpdate(all -> Demand.sum(all, moreItems)) == 0) {
            moveDeadline();
        }
        resume();
    }

    /** Nobody wants the items any more. */
    void cancel() {
        call.cancel();
        resume();
    }

    /** Ends the stream with a failure and drops what was not sent. */
    void fail(ErrorCode code, Throwable reason) {
        failure.compareAndSet(null, new Failed(code, reason));
        runHere();
    }

    /** The handler has returned. */
    void handlerReturned() {
        letGo();
    }

    /** It takes its place among the pending ones until its end was written and its handler has returned. */
    private void letGo() {
        if (holds.decrementAndGet() == 0) {
            desk.remove(this);
        }
    }

    /** Calls inside this one have the time until the next item is due. While nothing is asked for, nobody waits. */
    private void moveDeadline() {
        if (items.get() > 0) {
            call.restartDeadline(patienceNanos);
        } else {
            call.suspendDeadline(patienceNanos);
        }
    }

    // ---- Runs ----------------------------------------------------------------------------------------------------

    /** Goes on, on the callback executor. */
    void resume() {
        if (reasons.getAndIncrement() == 0) {
            desk.execute(this::run);
        }
    }

    private void runHere() {
        if (reasons.getAndIncrement() == 0) {
            run();
        }
    }

    private void run() {
        int seen = reasons.get();
        for (int i = 0; i < BATCH; i++) {
            if (!step()) {
                if (reasons.addAndGet(-seen) == 0) {
                    gate.advance(); // whoever was told of room tells the next
                    return;
                }
                seen = reasons.get();
            }
        }
        desk.execute(this::run);
    }

    /** Does one thing; false if there is nothing to do now. */
    private boolean step() {
        if (hasEnded) {
            given.clear();
            cancelUpstream();
            return false;
        }
        if (call.isCancelled()) {
            end();
            return true;
        }
        Object how = publisherEnd.get(); // before the items, so that none is behind it
        Failed failed = failure.get();
        if (failed == null && given.isEmpty()) {
            if (how == null) {
                return ask();
            }
            return place(() -> sendEnd(how instanceof Failed byPublisher ? byPublisher : null));
        }
        if (failed != null) {
            cancelUpstream();
            return place(() -> sendEnd(failed));
        }
        return window.get() > 0 && place(this::sendItem);
    }

    private boolean ask() {
        Flow.Subscription upstream = subscription.get();
        long ahead = largestCharge == 0 ? 1 : Math.max(1, Math.min(MAX_AHEAD, MAX_AHEAD_BYTES / largestCharge));
        long target = Math.min(items.get(), ahead);
        long more = target - asked.get();
        if (upstream == null || window.get() <= 0 || 2 * more < target || more <= 0 || !gate.mayAsk(this)) {
            return false;
        }
        asked.addAndGet(more);
        try {
            call.run(() -> upstream.request(more));
        } catch (Throwable t) {
            fail(ErrorCode.HANDLER_FAILED, t);
        }
        return true;
    }

    private void cancelUpstream() {
        Flow.Subscription upstream = subscription.get();
        if (upstream == null || isUpstreamDone || publisherEnd.get() != null) {
            return;
        }
        isUpstreamDone = true;
        try {
            call.run(upstream::cancel);
        } catch (Throwable t) {
            LOG.warn("a publisher could not be cancelled: {}", t.getClass());
        }
    }

    private boolean place(Runnable adding) {
        if (!gate.enter(this)) {
            return false;
        }
        try {
            adding.run();
        } finally {
            gate.leave();
        }
        return true;
    }

    private void sendItem() {
        Object value = given.poll();
        if (value == null) {
            return;
        }
        Payload payload;
        try {
            payload = desk.encode(value);
        } catch (IpcException e) {
            fail(e.code(), e);
            return;
        } catch (Throwable t) {
            fail(ErrorCode.ENCODE_FAILED, t);
            return;
        }
        long charge = Demand.chargeOf(payload);
        largestCharge = Math.max(largestCharge, charge);
        window.addAndGet(-charge);
        items.decrementAndGet();
        moveDeadline();
        offer(Outgoing.answer(
                Opening.answer(Frame.Kind.ITEM, call.id(), payload.encoding()),
                payload.bytes(),
                desk.traffic().sending(Kind.ITEM, call.channel(), payload, SendListener.NONE)));
    }

    private void sendEnd(@Nullable Failed failed) {
        call.claimAnswer();
        hasEnded = true;
        gate.forget(this);
        StreamEnd end = failed == null
                ? new StreamEnd(call.id(), 0, null)
                : new StreamEnd(call.id(), failed.code.number(), Failures.describe(failed.reason));
        if (failed != null) {
            log(failed.reason);
        }
        OutFrame frame = OutFrame.of(end);
        SendListener written = new SendListener() {
            @Override
            public void onSent() {
                desk.traffic().streamEnded(Direction.SENT, call.channel(), failed == null ? null : failed.code);
                letGo();
            }
        };
        if (!offer(Outgoing.answer(call.id(), frame, written))) {
            letGo();
        }
    }

    /** Adds to the lane, which has room; false if this side is closing. */
    private boolean offer(Outgoing what) {
        try {
            return desk.outbox().offer(what, Admission.ALWAYS);
        } catch (IpcException e) {
            cancel();
            return false;
        }
    }

    /** Ends without a word. */
    private void end() {
        hasEnded = true;
        gate.forget(this);
        call.claimAnswer();
        letGo();
    }

    /** Ends a stream that was refused. */
    void endRefused() {
        call.claimAnswer();
        letGo();
        letGo();
    }

    private void log(Throwable thrown) {
        try {
            LOG.debug("stream {} failed", call.id(), thrown);
        } catch (Throwable t) { // a logger calls the throwable's methods, and those are code of the application
            LOG.debug("stream {} failed with what cannot be logged: {}", call.id(), t.getClass());
        }
    }
}
