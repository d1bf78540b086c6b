package dev.valence.call;

import dev.valence.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request of the peer that this process answers: whether the answer is still wanted, and by when.
 *
 * <p><b>Threads.</b> Every method may be called from any thread.
 */
public final class IncomingCall extends CallContext {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingCall.class);

    private final long id;
    private final String channel;
    private final long startNanos = System.nanoTime();
    private volatile long deadlineNanos;
    private volatile long suspendedNanos; // left while the clock stands; 0 while it runs
    private final Object peer;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable List<Runnable> cancelActions; // guarded by lock
    private @Nullable Thread interruptible; // guarded by lock; runs the handler, if that may be interrupted
    private final AtomicReference<Runnable> onEnd = new AtomicReference<>(() -> {});
    private volatile boolean cancelled; // written with lock held
    private volatile boolean answered; // written with lock held

    /**
     * Makes a call that is neither answered nor cancelled.
     *
     * @param channel of the request
     * @param peer whose request it is
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     * @param executor runs what {@link #onCancel} was given
     */
    public IncomingCall(long id, String channel, Object peer, long deadlineNanos, Executor executor) {
        this.id = id;
        this.channel = channel;
        this.peer = peer;
        this.deadlineNanos = deadlineNanos;
        this.executor = executor;
    }

    /** Returns the request that this thread answers, or null. */
    public static @Nullable IncomingCall present() {
        return CallContext.current() instanceof IncomingCall call ? call : null;
    }

    /** Returns the id on the wire. */
    public long id() {
        return id;
    }

    /** Returns the channel of the request. */
    public String channel() {
        return channel;
    }

    /** Returns how long ago it came. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Returns whose request this is. */
    public Object peer() {
        return peer;
    }

    /** Gives the call another deadline: the next item of a stream has its own. */
    public void restartDeadline(long nanosLeft) {
        deadlineNanos = System.nanoTime() + nanosLeft;
        suspendedNanos = 0;
    }

    /** Stops the clock while the subscriber of a stream waits for nothing: as much time as this is left until it is restarted. */
    public void suspendDeadline(long nanosLeft) {
        suspendedNanos = nanosLeft;
    }

    /** Returns the caller's deadline on the clock of {@link System#nanoTime}. */
    public long deadlineNanos() {
        long suspended = suspendedNanos;
        return suspended > 0 ? System.nanoTime() + suspended : deadlineNanos;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadlineNanos() - System.nanoTime()));
    }

    /** Runs an action when the call is cancelled, at once if it is; never if it was answered. */
    public void onCancel(Runnable action) {
        lock.lock();
        try {
            if (answered) {
                return;
            }
            if (!cancelled) {
                if (cancelActions == null) {
                    cancelActions = new ArrayList<>();
                }
                cancelActions.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        runOnExecutor(action);
    }

    /** Takes an action back. */
    public void removeOnCancel(Runnable action) {
        lock.lock();
        try {
            if (cancelActions != null) {
                cancelActions.remove(action);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Marks the call as no longer wanted and runs what waits for that. Idempotent. */
    public void cancel() {
        List<Runnable> actions;
        lock.lock();
        try {
            if (cancelled || answered) {
                return;
            }
            cancelled = true;
            actions = cancelActions == null ? List.of() : cancelActions;
            cancelActions = null;
            if (interruptible != null) {
                interruptible.interrupt();
            }
        } finally {
            lock.unlock();
        }
        actions.forEach(this::runOnExecutor);
    }

    private void runOnExecutor(Runnable action) {
        executor.execute(() -> {
            try {
                action.run();
            } catch (Throwable t) {
                LOG.warn("an onCancel action failed", t);
            }
        });
    }

    /** Sets what is released when the call has ended: answered, or cancelled and given up by its handler. */
    public void onEnd(Runnable action) {
        onEnd.set(action);
    }

    /** The call has ended. */
    public void end() {
        onEnd.getAndSet(() -> {}).run();
    }

    /** Claims the right to answer; true once. */
    public boolean claimAnswer() {
        lock.lock();
        try {
            if (answered) {
                return false;
            }
            answered = true;
            cancelActions = null;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Runs a handler in the context of this call. */
    public void run(Runnable handler) {
        CallContext before = enter(this);
        try {
            handler.run();
        } finally {
            enter(before);
        }
    }

    /** Calls a handler in the context of this call. */
    public <T> T call(Callable<T> handler) throws Exception {
        CallContext before = enter(this);
        try {
            return handler.call();
        } finally {
            enter(before);
        }
    }

    /** Calls a handler in the context of this call, on a thread that is interrupted when the call is cancelled. */
    public <T> T callInterruptibly(Callable<T> handler) throws Exception {
        lock.lock();
        try {
            interruptible = Thread.currentThread();
            if (cancelled) {
                interruptible.interrupt();
            }
        } finally {
            lock.unlock();
        }
        try {
            return call(handler);
        } finally {
            lock.lock();
            try {
                interruptible = null;
                Thread.interrupted(); // the library's own thread goes on to other work
            } finally {
                lock.unlock();
            }
        }
    }
}
