package dev.valence.call;

import dev.valence.Call;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.connection.SendListener;
import dev.valence.frame.Link;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request of this process that waits for its answer.
 *
 * <p>It ends in two steps. The <em>outcome</em> is settled once, on whatever thread brings it, and wakes blocked callers
 * directly. The future is completed, and the reply decoded, by such a caller or on the callback executor: never on an
 * I/O thread.
 *
 * @param <R> the reply
 */
public final class OutgoingCall<R> extends Call<R> implements SendListener {

    private static final Object ABANDONED = new Object();
    private static final Object FINISHED = new Object(); // the reply was decoded, and its bytes are no longer held

    private final String channel;
    private final CallTable table;
    private final Executor executor;
    private final Function<Payload, @Nullable R> decoder;
    private final AtomicReference<@Nullable Object> outcome =
            new AtomicReference<>(); // Supplier<Payload>, IpcException, ABANDONED, FINISHED
    private volatile boolean settled; // the outcome is there, and everyone was told who has to know
    private volatile @Nullable CountDownLatch awaited; // opened then; made by the first who waits, with lock held
    private volatile int waiters; // written with lock held
    private volatile @Nullable Link reader; // that the caller reads from while it waits
    private volatile long id; // 0 before it has a place in the queue
    private long deadlineNanos; // written before it is queued
    private volatile @Nullable Future<?> timer; // of a call that is not in the table
    private volatile Dependant.@Nullable Canceller canceller; // made by the first dependant, with lock held
    private volatile @Nullable Runnable onAbandoned; // null once the call has ended: it holds the request
    private volatile @Nullable Runnable onSettled; // the same
    private final Object lock = outcome; // of what is seldom used; no other code has it

    /**
     * Makes a call.
     *
     * @param executor completes the future when nobody waits
     * @param decoder turns the reply into a value; throws DECODE_FAILED
     */
    public OutgoingCall(String channel, CallTable table, Executor executor, Function<Payload, @Nullable R> decoder) {
        this.channel = channel;
        this.table = table;
        this.executor = executor;
        this.decoder = decoder;
    }

    /**
     * Sets what happens when the caller gives the call up, and when it ends in any way. Called before the call is queued.
     *
     * @param abandoned takes the request back, or tells the peer
     * @param ended releases what belongs to the call
     */
    public void onEnd(Runnable abandoned, Runnable ended) {
        onAbandoned = abandoned;
        onSettled = ended;
    }

    /** Lets the caller read the reply from a link, if the link allows it, while it waits. */
    public void readsFrom(@Nullable Link link) {
        reader = link;
    }

    /** Sets when the call is out of time, on the clock of {@link System#nanoTime}. Called before it is queued. */
    public void endsBy(long nanos) {
        deadlineNanos = nanos;
    }

    /** Returns when the call is out of time. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Sets the timer that ends this call while it is in no table, to be stopped when it ends otherwise. */
    public void endsAt(@Nullable Future<?> end) {
        timer = end;
        if (outcome.get() != null) {
            stopTimer();
        }
    }

    @Override
    public String channel() {
        return channel;
    }

    /** Returns the reply, undecoded, and puts it together for that; null if there is none, or it was decoded. */
    public @Nullable Payload replyPayload() {
        Object result = outcome.get();
        if (result instanceof Supplier<?> reply) {
            Payload whole = (Payload) reply.get();
            Supplier<Payload> again = () -> whole;
            outcome.compareAndSet(result, again);
            return whole;
        }
        return null;
    }

    /** Returns why the call has ended without a reply; null if it has one, or has not ended. */
    public @Nullable ErrorCode failureCode() {
        Object result = outcome.get();
        if (result instanceof IpcException failure) {
            return failure.code();
        }
        return result == ABANDONED ? ErrorCode.CANCELLED : null;
    }

    @Override
    public void onQueued(long newId) {
        id = newId;
        table.onQueued(newId);
        if (outcome.get() == null) {
            table.put(newId, this);
            if (outcome.get() != null) { // ended between the two looks
                table.remove(newId);
            }
        }
    }

    @Override
    public void onDropped() {
        fail(new IpcException(ErrorCode.CLOSED, "'" + channel + "' was not sent: closing"));
    }

    /**
     * Ends the call with a reply. The caller has taken it out of the table.
     *
     * @param payload called once, where the reply is decoded, unless nobody wants it any more
     */
    public void reply(Supplier<Payload> payload) {
        settle(payload);
    }

    /** Ends the call with a failure. */
    public void fail(IpcException reason) {
        settle(reason);
    }

    /** Ends the call because of this side, and tells the peer that the answer is no longer wanted. */
    public void giveUp(IpcException reason) {
        Runnable abandon = onAbandoned;
        if (settle(reason) && abandon != null) {
            abandon.run();
        }
    }

    private boolean settle(Object result) {
        if (!outcome.compareAndSet(null, result)) {
            return false;
        }
        long known = id;
        if (known != 0) {
            table.remove(known);
        }
        stopTimer();
        Dependant.Canceller dependants = canceller;
        if (dependants != null) {
            dependants.forget();
        }
        Runnable ended = onSettled;
        if (ended != null) {
            ended.run();
        }
        onAbandoned = null;
        onSettled = null;
        settled = true;
        CountDownLatch waiting = awaited;
        if (waiting != null) {
            waiting.countDown();
        }
        Link readFrom = reader;
        if (readFrom != null) {
            readFrom.wakeReader();
        }
        if (result != ABANDONED && (waiters == 0 || getNumberOfDependents() > 0)) {
            executor.execute(this::finish);
        }
        return true;
    }

    private void stopTimer() {
        Future<?> end = timer;
        if (end != null) {
            end.cancel(false);
        }
    }

    /** Decodes the outcome and completes the future. */
    private void finish() {
        Object result = outcome.get();
        while (result instanceof Supplier<?> && !outcome.compareAndSet(result, FINISHED)) {
            result = outcome.get();
        }
        if (result instanceof IpcException failure) {
            super.completeExceptionally(failure);
        } else if (result instanceof Supplier<?> payload) {
            try {
                super.complete(decoder.apply((Payload) payload.get()));
            } catch (Throwable t) {
                super.completeExceptionally(t);
            }
        }
    }

    /**
     * Waits for the reply, as {@code invokeSync} does.
     *
     * @throws IpcException the outcome, with the stack of this thread
     */
    public @Nullable R await() {
        try {
            awaitOutcome(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            IpcException interrupted =
                    new IpcException(ErrorCode.INTERRUPTED, "interrupted while waiting for '" + channel + "'", e);
            giveUp(interrupted);
            Thread.currentThread().interrupt();
            throw interrupted;
        } catch (IpcException e) { // too many wait already
            giveUp(e);
            throw e;
        }
        try {
            return super.join();
        } catch (CancellationException e) {
            throw new IpcException(ErrorCode.CANCELLED, "'" + channel + "' was cancelled", e);
        } catch (CompletionException e) {
            if (e.getCause() instanceof IpcException failure) {
                throw new IpcException(failure.code(), String.valueOf(failure.getMessage()), failure, failure.remote());
            }
            throw e;
        }
    }

    /**
     * Waits until the future is complete, so that it can be asked without waiting afterwards. The turn, and the place among
     * the running callbacks, are given up meanwhile: what completes it may need them.
     */
    private boolean awaitOutcome(long nanos) throws InterruptedException {
        if (settled && getNumberOfDependents() == 0) {
            finish(); // nobody else may have a thread for it
            return true;
        }
        if (isDone()) {
            return true;
        }
        CallbackScope scope = CallbackScope.current();
        if (scope != null) {
            scope.beginWait();
        }
        try {
            return awaitSettled(nanos);
        } finally {
            if (scope != null) {
                scope.endWait();
            }
        }
    }

    private boolean awaitSettled(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        CountDownLatch outcomeIsThere = addWaiter();
        try {
            Link readFrom = reader;
            if (readFrom != null) {
                readFrom.readUntil(() -> settled);
            }
            if (!settled && !outcomeIsThere.await(nanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
        } finally {
            removeWaiter();
            completeHere();
        }
        try {
            super.get(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | CancellationException e) {
            return true; // whoever waits asks for it again
        } catch (TimeoutException e) {
            return false;
        }
    }

    private CountDownLatch addWaiter() {
        synchronized (lock) {
            int others = waiters;
            waiters = others + 1;
            CountDownLatch made = awaited;
            if (made == null) {
                made = new CountDownLatch(1);
                awaited = made;
            }
            return made; // who waits looks whether the outcome came before it was made
        }
    }

    private void removeWaiter() {
        synchronized (lock) {
            int all = waiters;
            waiters = all - 1;
        }
    }

    /** Completes the future on this thread if the outcome is there and nothing depends on it; else on the executor. */
    private void completeHere() {
        if (!settled || isDone()) { // who settles it completes it, or leaves it to those who still wait
            return;
        }
        if (getNumberOfDependents() == 0) {
            finish();
        } else {
            executor.execute(this::finish);
        }
    }

    @Override
    public R join() {
        boolean interrupted = false;
        while (true) {
            try {
                awaitOutcome(Long.MAX_VALUE);
                break;
            } catch (InterruptedException e) {
                interrupted = true; // join goes on, as that of every future does
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return super.join();
    }

    @Override
    public R get() throws InterruptedException, ExecutionException {
        awaitOutcome(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (!awaitOutcome(unit.toNanos(timeout))) {
            throw new TimeoutException("no reply on '" + channel + "' yet");
        }
        return super.get();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return abandon(super.cancel(mayInterruptIfRunning));
    }

    @Override
    public boolean complete(R value) {
        return abandon(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return abandon(super.completeExceptionally(failure));
    }

    @Override
    public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor other) {
        other.execute(() -> {
            try {
                complete(supplier.get());
            } catch (Throwable t) {
                completeExceptionally(t);
            }
        });
        return this;
    }

    /** The future was completed from outside: the answer is not wanted any more. */
    private boolean abandon(boolean completed) {
        Runnable abandon = onAbandoned;
        if (completed && settle(ABANDONED) && abandon != null) {
            abandon.run();
        }
        return completed;
    }

    @Override
    public Executor defaultExecutor() {
        return executor;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Dependant<>(canceller());
    }

    private Dependant.Canceller canceller() {
        synchronized (lock) {
            Dependant.Canceller made = canceller;
            if (made == null) {
                made = new Dependant.Canceller(this, executor);
                canceller = made;
                if (outcome.get() != null) { // who settled it did not see this one
                    made.forget();
                }
            }
            return made;
        }
    }
}
