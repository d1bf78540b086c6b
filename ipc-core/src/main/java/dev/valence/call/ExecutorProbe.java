package dev.valence.call;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether an executor of the application gets to its tasks. How long a callback runs there says nothing: one that
 * shows a modal dialog runs for hours, while the executor goes on inside it. So an empty task is handed over, and what
 * counts is how long it waits.
 *
 * <p><b>Threads.</b> Any.
 */
final class ExecutorProbe {

    private final Executor executor;
    private final AtomicReference<@Nullable Long> handedOverNanos =
            new AtomicReference<>(); // null if none is under way

    ExecutorProbe(Executor executor) {
        this.executor = executor;
    }

    /** Returns how long the task of an earlier call has waited, or 0 if it has run; then another one is handed over. */
    long waitingNanos() {
        Long earlier = handedOverNanos.get();
        if (earlier != null) {
            return Math.max(0, System.nanoTime() - earlier);
        }
        if (handedOverNanos.compareAndSet(null, System.nanoTime())) {
            try {
                executor.execute(() -> handedOverNanos.set(null));
            } catch (RuntimeException e) { // shut down or full: callbacks run elsewhere then
                handedOverNanos.set(null);
            }
        }
        return 0;
    }
}
