package dev.valence.main;

import dev.valence.main.OutputLine.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a child writes, waits for its end and tells how it was. Three daemon threads do so. */
final class ChildWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ChildWatch.class);

    /** How long output may still come after the end: what is in the pipes, unless somebody else holds them. */
    private static final long DRAIN_MILLIS = 500;

    private final RendererSpec spec;
    private final Process process;
    private final OutputTail tail = new OutputTail();
    private final List<OutputDrain> drains;
    private final CountDownLatch drained;
    private final long startNanos;

    /** Prepares for a child that was just started. */
    ChildWatch(RendererSpec spec, Process process, long startNanos) {
        this.spec = spec;
        this.process = process;
        this.startNanos = startNanos;
        Consumer<OutputLine> listener = spec.surroundings().stdio().listener(spec.name(), process.pid());
        OutputPipes pipes = OutputPipes.of(process);
        drains = List.of(
                new OutputDrain(Source.STDOUT, pipes.stdout(), tail, listener),
                new OutputDrain(Source.STDERR, pipes.stderr(), tail, listener));
        drained = new CountDownLatch(drains.size());
    }

    /** Starts the threads. What depends on the future runs on the last of them. */
    CompletableFuture<RendererExit> start() {
        List<Thread> readers = drains.stream()
                .map(drain -> thread("valence-stdio-", () -> drain(drain)))
                .toList();
        readers.forEach(Thread::start);
        // Not Process.onExit(): it needs a free thread of the common pool, which the application may have blocked.
        return new CompletableFuture<RendererExit>()
                .completeAsync(
                        () -> awaitEnd(readers),
                        task -> thread("valence-exit-", task).start());
    }

    private void drain(OutputDrain drain) {
        try {
            drain.run();
        } finally {
            drained.countDown();
        }
    }

    private RendererExit awaitEnd(List<Thread> readers) {
        int exitValue = waitFor();
        Duration uptime = Duration.ofNanos(System.nanoTime() - startNanos);
        if (!isDrained()) {
            LOG.debug("{} is gone, but something still holds its output or is slow to take it", spec.name());
        }
        drains.forEach(OutputDrain::giveUp);
        readers.forEach(Thread::interrupt);
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            LOG.debug("Pipe not closed", e);
        }
        return Autopsy.examine(
                spec.name(),
                new Autopsy.Body(process.pid(), exitValue, spec.surroundings().workingDirectory()),
                uptime,
                tail.lines());
    }

    private int waitFor() {
        while (true) {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                LOG.debug("An interrupt does not end the wait for {}", spec.name(), e);
            }
        }
    }

    private boolean isDrained() {
        try {
            return drained.await(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    private Thread thread(String prefix, Runnable task) {
        Thread thread = new Thread(null, task, prefix + spec.name(), 0, false);
        thread.setDaemon(true);
        return thread;
    }
}
