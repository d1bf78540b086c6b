package dev.valence.main;

import dev.valence.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM of one incarnation of a renderer, from its start until its last line of output is read.
 *
 * <p><b>Threads.</b> Every method may be called from any thread and returns without waiting for the child. What depends
 * on {@link #exit()} runs on a thread of this child. <b>Lifetime.</b> When that is complete, no file of the child is open
 * and its threads are ending, even if a process that it started still holds its pipes.
 */
final class ChildProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);

    private final StartKind kind;
    private final @Nullable Process process; // null if the system did not start it
    private final CompletableFuture<RendererExit> exit;

    private ChildProcess(StartKind kind, @Nullable Process process, CompletableFuture<RendererExit> exit) {
        this.kind = kind;
        this.process = process;
        this.exit = exit;
    }

    /**
     * Starts a JVM and hands over where main is. A child that the system cannot start has ended with
     * {@link ExitReason#LAUNCH_FAILED} and the system's own words when this returns.
     *
     * @param endpoint where main listens
     * @param token 64 hexadecimal digits
     * @throws IllegalArgumentException if the spec has no program
     */
    static ChildProcess start(Launcher.Plan plan, Endpoint.Unix endpoint, String token) {
        RendererSpec spec = plan.spec();
        Handover handover = new Handover(endpoint, token, spec.name());
        long startNanos = System.nanoTime();
        try {
            Path directory = endpoint.path().toAbsolutePath().resolveSibling("");
            CommandLine line = CommandLine.of(spec.command(), plan.flags(), directory);
            try {
                Process process = builder(spec.surroundings(), line.words()).start();
                CompletableFuture<RendererExit> exit = watch(spec, process, startNanos, line);
                tell(process, handover);
                return new ChildProcess(plan.kind(), process, exit);
            } catch (Throwable e) {
                line.discard();
                throw e;
            }
        } catch (IOException e) {
            RendererExit failure = RendererExit.withoutProcess(
                    ExitReason.LAUNCH_FAILED, spec.name(), Duration.ZERO, String.valueOf(e.getMessage()));
            return new ChildProcess(plan.kind(), null, CompletableFuture.completedFuture(failure));
        }
    }

    /** Makes a spare a renderer, or ends it and returns null if it cannot be one. */
    static @Nullable ChildProcess of(SpareJvm spare, RendererSpec spec, Handover handover) {
        long startNanos = System.nanoTime();
        if (!spare.play(spec.command())) {
            spare.close();
            return null;
        }
        Process process = spare.process();
        tell(process, handover); // at once: it connects while those who watch it get going
        return new ChildProcess(StartKind.SPARE, process, watch(spec, process, startNanos, spare.line()));
    }

    private static CompletableFuture<RendererExit> watch(
            RendererSpec spec, Process process, long startNanos, CommandLine line) {
        try {
            CompletableFuture<RendererExit> exit = new ChildWatch(spec, process, startNanos).start();
            return exit.whenComplete((end, failure) -> line.discard());
        } catch (Throwable e) {
            // There is no thread to be had, it seems. A child that nobody watches must not stay.
            process.destroyForcibly();
            throw e;
        }
    }

    /** Returns what starts a process that will be handed over to. */
    static ProcessBuilder builder(Surroundings surroundings, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        Path directory = surroundings.directory();
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        surroundings.applyTo(builder.environment());
        builder.environment().put(Handover.VARIABLE, Handover.STDIN);
        return builder;
    }

    /** Writes less than a pipe holds, so it does not wait for the child; leaves the pipe open. */
    private static void tell(Process process, Handover handover) {
        try {
            handover.write(process.getOutputStream());
        } catch (IOException e) {
            LOG.debug("{} ended before it was told where main is", handover.name(), e);
        }
    }

    /** Returns how it was started. */
    StartKind kind() {
        return kind;
    }

    /** Returns the pid while the process runs. */
    OptionalLong pid() {
        return process == null || exit.isDone() ? OptionalLong.empty() : OptionalLong.of(process.pid());
    }

    /** Returns what it has in RAM, while it runs and where the system tells. Reads a file. */
    OptionalLong residentBytes() {
        OptionalLong bytes = process == null ? OptionalLong.empty() : ResidentMemory.ofProcess(process.pid());
        return process != null && process.isAlive()
                ? bytes
                : OptionalLong.empty(); // the number may be another's by now
    }

    /** Returns how it ended, complete when it has and its output is read. */
    CompletableFuture<RendererExit> exit() {
        return exit;
    }

    /**
     * Closes its stdin, which tells it that main is done with it. It ends sooner for that too: an exiting JVM waits 300 ms
     * for a thread that is blocked in a read.
     */
    void closeStdin() {
        if (process != null) {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                LOG.debug("Pipe not closed", e);
            }
        }
    }

    /** Asks the process to end (SIGTERM). */
    void terminate() {
        if (process != null) {
            // Process.destroy() would close the pipes as well, and the last words would be lost.
            process.toHandle().destroy();
        }
    }

    /** Ends the process and all that it started, as far as they are still its descendants (SIGKILL). */
    void kill() {
        if (process != null && process.isAlive()) { // or the number may be another process's by now
            // First, because orphans are nobody's descendants.
            List<ProcessHandle> descendants = process.descendants().toList();
            process.toHandle().destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
