package dev.valence.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What {@code thenApply} and the like of a call return: cancelling it cancels the call. */
final class Dependant<U> extends CompletableFuture<U> {

    /** What dependants know of their call: nothing once it is settled, so that who keeps them does not keep the reply. */
    static final class Canceller {
        private final Executor executor;
        private volatile @Nullable OutgoingCall<?> call;

        Canceller(OutgoingCall<?> call, Executor executor) {
            this.call = call;
            this.executor = executor;
        }

        /** The call has ended. */
        void forget() {
            call = null;
        }

        void cancel(boolean mayInterruptIfRunning) {
            OutgoingCall<?> unsettled = call;
            if (unsettled != null) {
                unsettled.cancel(mayInterruptIfRunning);
            }
        }
    }

    private final Canceller call;

    Dependant(Canceller call) {
        this.call = call;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            call.cancel(mayInterruptIfRunning);
        }
        return cancelled;
    }

    @Override
    public U join() {
        CallbackScope scope = beginWait();
        try {
            return super.join();
        } finally {
            endWait(scope);
        }
    }

    @Override
    public U get() throws InterruptedException, ExecutionException {
        CallbackScope scope = beginWait();
        try {
            return super.get();
        } finally {
            endWait(scope);
        }
    }

    @Override
    public U get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        CallbackScope scope = beginWait();
        try {
            return super.get(timeout, unit);
        } finally {
            endWait(scope);
        }
    }

    /** A stage runs on the callback executor: a callback that waits for it gives up its turn, as for the call. */
    private @Nullable CallbackScope beginWait() {
        CallbackScope scope = isDone() ? null : CallbackScope.current();
        if (scope != null) {
            scope.beginWait();
        }
        return scope;
    }

    private static void endWait(@Nullable CallbackScope scope) {
        if (scope != null) {
            scope.endWait();
        }
    }

    @Override
    public Executor defaultExecutor() {
        return call.executor;
    }

    @Override
    public <V> CompletableFuture<V> newIncompleteFuture() {
        return new Dependant<>(call);
    }
}
