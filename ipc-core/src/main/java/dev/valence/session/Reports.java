package dev.valence.session;

import dev.valence.Delivery;
import dev.valence.IpcException;
import dev.valence.proto.Report;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The broadcasts of this process of which main has not said who got them.
 *
 * <p><b>Threads.</b> Any. Futures are completed on the callback executor.
 */
final class Reports {

    private final Executor executor;
    private final ConcurrentHashMap<Long, CompletableFuture<Delivery.Report>> waiting = new ConcurrentHashMap<>();

    Reports(Executor executor) {
        this.executor = executor;
    }

    void await(long id, CompletableFuture<Delivery.Report> report) {
        waiting.put(id, report);
    }

    /** Takes what main says; false if nothing waits for it. */
    boolean complete(Report report) {
        CompletableFuture<Delivery.Report> future = waiting.remove(report.getId());
        if (future == null) {
            return false;
        }
        Delivery.Report result =
                new Delivery.Report(Set.copyOf(report.getAcceptedList()), Set.copyOf(report.getSkippedList()));
        executor.execute(() -> future.complete(result));
        return true;
    }

    void failAll(IpcException reason) {
        for (Long id : waiting.keySet()) {
            CompletableFuture<Delivery.Report> future = waiting.remove(id);
            if (future != null) {
                executor.execute(() -> future.completeExceptionally(reason));
            }
        }
    }
}
