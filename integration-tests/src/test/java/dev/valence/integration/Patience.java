package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Waits for what other processes do, with an end to it. */
final class Patience {

    private static final long SECONDS = 60;

    private Patience() {}

    /** Waits for a value. */
    static <T> T await(Future<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for a failure and returns it. */
    static IpcException awaitFailure(CompletableFuture<?> future) throws Exception {
        try {
            Object value = await(future);
            throw new AssertionError("a value instead of a failure: " + value);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(IpcException.class);
            return (IpcException) e.getCause();
        }
    }

    /** Waits until a renderer is ready. */
    static Renderer ready(Renderer renderer) throws Exception {
        return await(renderer.ready());
    }

    /** Waits for the end of a renderer. */
    static RendererExit exit(Renderer renderer) throws Exception {
        return await(renderer.exit());
    }

    /** Returns the code with which something fails. */
    static ErrorCode codeOf(ThrowingCallable action) {
        Throwable thrown = Assertions.catchThrowable(action);
        assertThat(thrown).isInstanceOf(IpcException.class);
        return ((IpcException) thrown).code();
    }

    /** Returns the time since a reading of the clock. */
    static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Returns whether a process is no more, even if nobody has asked for its exit code yet. */
    static boolean isGone(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return status.substring(status.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return !process.isAlive();
        }
    }
}
