package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.codeOf;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static dev.valence.integration.Patience.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import dev.valence.main.RendererState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A renderer dies; main and the other renderers live on. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class RendererDeathIT {

    private final IpcMain main = IpcMain.open();
    private Renderer victim;
    private Renderer sibling;

    @BeforeEach
    void launchTwo() throws Exception {
        victim = main.launch(ProcScenarios.spec(Worker.class).withName("victim"));
        sibling = main.launch(ProcScenarios.spec(Worker.class).withName("sibling"));
        ready(victim);
        ready(sibling);
    }

    @AfterEach
    void close() {
        main.close();
    }

    private static ProcessHandle process(Renderer renderer) {
        return ProcessHandle.of(renderer.pid().orElseThrow()).orElseThrow();
    }

    @Test
    void X12_MR_killedWithAThousandRequestsPending_failsThemAllWithItsExitReason() throws Exception {
        List<CompletableFuture<IpcException>> failures = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            failures.add(victim.invoke("never", "?", String.class).handle((reply, failure) -> (IpcException) failure));
        }
        assertThat(victim.invokeSync("echo", "they have arrived", String.class)).isEqualTo("they have arrived");

        try (EchoLoop echoes = new EchoLoop(sibling)) {
            long killed = System.nanoTime();
            process(victim).destroyForcibly();
            await(CompletableFuture.allOf(failures.toArray(CompletableFuture[]::new)));
            assertThat(since(killed)).isLessThan(Duration.ofSeconds(1));
            echoes.assertGoingOn();
        }

        for (CompletableFuture<IpcException> failure : failures) {
            assertThat(failure.join().code()).isEqualTo(ErrorCode.PEER_GONE);
            assertThat(failure.join()).hasMessageContaining("victim").hasMessageContaining("KILLED");
        }
    }

    @Test
    void FR8_UP6_UP7_UP8_UP9_UP14_LC5_LC6_killed_isGoneWithReasonAndSignal() throws Exception {
        long pid = victim.pid().orElseThrow();
        process(victim).destroyForcibly();
        RendererExit exit = exit(victim);
        assertThat(exit.reason()).isEqualTo(ExitReason.KILLED);
        assertThat(exit.signal()).hasValue(9);
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.pid()).hasValue(pid);
        assertThat(exit.name()).isEqualTo("victim");
        assertThat(victim.state()).isEqualTo(RendererState.GONE);
        assertThat(victim.pid()).isEmpty();
        assertThat(main.renderers()).containsExactly(sibling);
        assertThat(main.renderer(victim.id())).isEmpty();
    }

    @Test
    void FR2_E15_E16_X12_gone_refusesWhateverIsSentToIt() throws Exception {
        process(victim).destroyForcibly();
        exit(victim);
        long refused = main.counters().refusedSends();
        assertThat(codeOf(() -> victim.send("count", 1))).isEqualTo(ErrorCode.PEER_GONE);
        IpcException refusal = awaitFailure(victim.invoke("echo", "?", String.class));
        assertThat(refusal.code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(refusal).hasMessageContaining("victim").hasMessageContaining("KILLED");
        assertThat(victim.trySend("count", 1)).isFalse();
        assertThat(main.counters().refusedSends()).isEqualTo(refused + 1);
        assertThat(sibling.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
    }

    @Test
    void gone_isNoLongerSubscribed() throws Exception {
        assertThat(victim.isSubscribed("news")).isTrue();
        Delivery.Report both = await(main.broadcast("news", "before").report());
        assertThat(both.accepted()).containsExactlyInAnyOrder(victim.id(), sibling.id());
        process(victim).destroyForcibly();
        exit(victim);
        assertThat(victim.isSubscribed("news")).isFalse();
        Delivery.Report one = await(main.broadcast("news", "after").report());
        assertThat(one.accepted()).containsExactly(sibling.id());
        assertThat(one.skipped()).isEmpty();
    }

    @Test
    void IM1_E17_X17_killedWhileMainAnswersIt_cancelsTheHandlerAndNothingElse() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        victim.ipc().handle("lengthy", String.class, (event, text) -> {
            event.onCancel(cancelled::countDown);
            entered.countDown();
            cancelled.await();
            seen.complete(event.isCancelled());
            return "nobody wants it";
        });
        victim.send("ask", "lengthy");
        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
        process(victim).destroyForcibly();
        assertThat(seen.get(2, TimeUnit.SECONDS)).isTrue();
        assertThat(exit(victim).reason()).isEqualTo(ExitReason.KILLED);
        assertThat(sibling.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
    }

    @Test
    void UP17_UP18_LC10_killed_isToldOnceToEveryListener() throws Exception {
        AtomicInteger told = new AtomicInteger();
        CompletableFuture<RendererExit> gone = new CompletableFuture<>();
        main.listen(new RendererListener() {
            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                told.incrementAndGet();
                victim.trySend("count", 1);
                victim.close();
                victim.kill();
                gone.complete(exit);
            }
        });
        process(victim).destroyForcibly();
        assertThat(await(gone)).isEqualTo(exit(victim));
        assertThat(sibling.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
        assertThat(told).hasValue(1);
    }

    @Test
    void X15_sendInsideTheExitCallback_isHarmless() throws Exception {
        CompletableFuture<ErrorCode> code = victim.exit().thenApply(exit -> codeOf(() -> victim.send("count", 1)));
        process(victim).destroyForcibly();
        assertThat(await(code)).isEqualTo(ErrorCode.PEER_GONE);
    }

    @Test
    void launchInsideTheGoneCallback_startsTheNextOne() throws Exception {
        CompletableFuture<Renderer> next = new CompletableFuture<>();
        main.listen(new RendererListener() {
            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                if (renderer == victim) {
                    next.complete(main.launch(ProcScenarios.spec(Worker.class).withName("next")));
                }
            }
        });
        process(victim).destroyForcibly();
        Renderer second = ready(await(next));
        assertThat(second.id()).isGreaterThan(sibling.id());
        assertThat(second.invokeSync("echo", "again", String.class)).isEqualTo("again");
    }

    @Test
    void killByMain_takesWhatItStartedWithIt() throws Exception {
        long spawned = victim.invokeSync("spawn", null, Long.class);
        CompletableFuture<ProcessHandle> end =
                ProcessHandle.of(spawned).orElseThrow().onExit();
        victim.kill();
        assertThat(exit(victim).reason()).isEqualTo(ExitReason.KILLED);
        await(end);
    }

    @Test
    void UP6_UP7_UP8_UP9_UP16_LC5_LC6_faultInTheJvm_isACrashWithItsReport(@TempDir Path directory) throws Exception {
        Renderer crashing = ready(main.launch(
                ProcScenarios.spec(Worker.class).withName("crashing").withWorkingDirectory(directory)));
        new ProcessBuilder("kill", "-SEGV", Long.toString(crashing.pid().orElseThrow()))
                .start()
                .waitFor();
        RendererExit exit = exit(crashing);
        assertThat(exit.reason()).isEqualTo(ExitReason.CRASHED);
        assertThat(exit.crashFile())
                .hasFileName("hs_err_pid" + exit.pid().orElseThrow() + ".log")
                .exists();
        assertThat(sibling.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
    }

    @Test
    void UP16_outOfMemory_isTheReason() throws Exception {
        Renderer greedy = ready(main.launch(ProcScenarios.spec(Worker.class)
                .withName("greedy")
                .withJvmArgs("-Xmx24m", "-XX:+ExitOnOutOfMemoryError")));
        greedy.send("use up", null);
        assertThat(exit(greedy).reason()).isEqualTo(ExitReason.OOM);
        assertThat(sibling.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
    }

    /** Asks a renderer one thing after the other. */
    private static final class EchoLoop implements AutoCloseable {

        private final AtomicBoolean goesOn = new AtomicBoolean(true);
        private final AtomicInteger rounds = new AtomicInteger();
        private final CompletableFuture<Void> end;

        EchoLoop(Renderer renderer) {
            end = CompletableFuture.runAsync(() -> {
                while (goesOn.get()) {
                    String text = "round " + rounds.get();
                    assertThat(renderer.invokeSync("echo", text, String.class)).isEqualTo(text);
                    rounds.incrementAndGet();
                }
            });
        }

        void assertGoingOn() {
            int now = rounds.get();
            org.awaitility.Awaitility.await("more rounds")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> rounds.get() > now + 10 || end.isDone());
        }

        @Override
        public void close() throws ExecutionException, InterruptedException {
            goesOn.set(false);
            end.get();
        }
    }
}
