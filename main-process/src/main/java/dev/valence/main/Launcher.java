package dev.valence.main;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the JVMs of a main process in the fastest way that there is, and makes the next start faster.
 *
 * <p><b>Threads.</b> Starts on any thread. What is done ahead is done by one daemon thread, one thing after the other, which
 * ends when there is nothing to do.
 */
final class Launcher {

    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    private final @Nullable ArchiveStore store; // null if there is no place for archives
    private final ThreadPoolExecutor ahead;
    private final Set<String> failed = ConcurrentHashMap.newKeySet(); // keys of archives that could not be made
    private final AtomicReference<@Nullable SpareJvm> spare = new AtomicReference<>(); // whoever takes it out owns it
    private volatile boolean closed;

    /**
     * A start that is about to be.
     *
     * @param spec of the renderer
     * @param flags of its JVM, besides its own
     * @param kind a spare has no flags, and may be gone when it is wanted
     */
    record Plan(RendererSpec spec, List<String> flags, StartKind kind) {}

    Launcher(@Nullable ArchiveStore store) {
        this.store = store;
        this.ahead = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "valence-ahead");
            thread.setDaemon(true);
            return thread;
        });
        ahead.allowCoreThreadTimeOut(true);
    }

    /** Finds out how a renderer is best started. Reads files unless there is a spare for it. */
    Plan plan(RendererSpec spec) {
        return suitingSpare(spec) == null ? planWithoutSpare(spec) : new Plan(spec, List.of(), StartKind.SPARE);
    }

    private Plan planWithoutSpare(RendererSpec spec) {
        Map<String, String> environment = spec.surroundings().environment();
        List<String> flags = new ArrayList<>(JvmOptions.collector(spec.command().jvmArgs(), environment));
        ArchivePlan plan = ArchivePlan.of(spec.command(), environment);
        Path archive = plan == null || store == null ? null : store.find(plan.key());
        if (plan == null || archive == null) {
            return new Plan(spec, List.copyOf(flags), StartKind.COLD);
        }
        flags.addAll(plan.use(archive));
        return new Plan(spec, List.copyOf(flags), StartKind.ARCHIVE);
    }

    /** Starts a renderer as planned, or makes the spare one. */
    ChildProcess start(Plan plan, Endpoint.Unix endpoint, String token) {
        RendererSpec spec = plan.spec();
        SpareJvm taken = takeSpare(spec);
        if (taken != null) {
            ChildProcess child = ChildProcess.of(taken, spec, new Handover(endpoint, token, spec.name()));
            if (child != null) {
                return child;
            }
        }
        boolean isSpareGone = plan.kind() == StartKind.SPARE;
        return ChildProcess.start(isSpareGone ? planWithoutSpare(spec) : plan, endpoint, token);
    }

    private @Nullable SpareJvm suitingSpare(RendererSpec spec) {
        SpareJvm waiting = spec.command().fastStart() == FastStart.SPARE ? spare.get() : null;
        return waiting != null && waiting.suits(spec) ? waiting : null;
    }

    private @Nullable SpareJvm takeSpare(RendererSpec spec) {
        SpareJvm waiting = suitingSpare(spec);
        return waiting != null && spare.compareAndSet(waiting, null) ? waiting : null;
    }

    /**
     * Makes what the next renderer of this kind will find useful, and returns at once.
     *
     * @return how it will be started if it is launched then; fails with CLOSED if main is closed before
     */
    CompletableFuture<StartKind> prepare(RendererSpec spec, Endpoint.Unix endpoint) {
        Preparation preparation = new Preparation(spec, endpoint);
        try {
            ahead.execute(preparation);
        } catch (RejectedExecutionException e) {
            preparation.giveUp();
        }
        return preparation.prepared;
    }

    /** What is to be done for a spec. */
    private final class Preparation implements Runnable {

        private final RendererSpec spec;
        private final Endpoint.Unix endpoint;
        private final CompletableFuture<StartKind> prepared = new CompletableFuture<>();

        Preparation(RendererSpec spec, Endpoint.Unix endpoint) {
            this.spec = spec;
            this.endpoint = endpoint;
        }

        @Override
        public void run() {
            try {
                prepared.complete(prepareNow(spec, endpoint));
            } catch (InterruptedException e) {
                giveUp();
            } catch (Throwable e) {
                LOG.warn("Nothing was done ahead for {}", spec, e);
                prepared.completeExceptionally(e);
            }
        }

        void giveUp() {
            prepared.completeExceptionally(new IpcException(ErrorCode.CLOSED, "main is closed"));
        }
    }

    private StartKind prepareNow(RendererSpec spec, Endpoint.Unix endpoint) throws InterruptedException {
        Plan plan = planWithoutSpare(spec);
        Path directory = endpoint.path().toAbsolutePath().resolveSibling("");
        if (plan.kind() == StartKind.COLD && store != null) {
            ArchivePlan wanted =
                    ArchivePlan.of(spec.command(), spec.surroundings().environment());
            if (wanted != null && !failed.contains(wanted.key())) {
                if (ArchiveTraining.run(wanted, store, directory)) {
                    plan = planWithoutSpare(spec);
                } else {
                    failed.add(wanted.key());
                }
            }
        }
        boolean isSpareWanted = spec.command().fastStart() == FastStart.SPARE;
        return isSpareWanted && keepSpare(plan, directory) ? StartKind.SPARE : plan.kind();
    }

    private boolean keepSpare(Plan plan, Path directory) {
        if (plan.spec().command().isDebugged()) {
            return false; // two JVMs cannot listen at one port
        }
        SpareJvm before = spare.get();
        if (before != null && before.suits(plan.spec())) {
            return true;
        }
        try {
            replaceSpare(SpareJvm.start(plan.spec(), plan.flags(), directory));
            return true;
        } catch (IOException e) {
            LOG.debug("No spare for {}", plan.spec(), e);
            return false;
        }
    }

    private void replaceSpare(@Nullable SpareJvm next) {
        SpareJvm before = spare.getAndSet(next);
        if (before != null) {
            before.close();
        }
        if (closed && next != null) { // in between; whoever comes second ends it
            replaceSpare(null);
        }
    }

    /** Ends the spare and what is being made. Starts go on, and find nothing prepared. */
    void close() {
        closed = true;
        List<Runnable> notBegun = ahead.shutdownNow();
        replaceSpare(null);
        notBegun.forEach(preparation -> ((Preparation) preparation).giveUp());
    }
}
