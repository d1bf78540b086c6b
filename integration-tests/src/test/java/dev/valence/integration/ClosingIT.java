package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.codeOf;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static dev.valence.integration.Patience.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.integration.ProcScenarios.HangingHook;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Either end closes, at whatever moment. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class ClosingIT {

    private static final Set<ErrorCode> ENDINGS = Set.of(ErrorCode.CLOSED, ErrorCode.PEER_GONE);

    private static IpcMain open(Duration grace) {
        return IpcMain.open(
                IpcMainOptions.defaults().withLimits(Limits.defaults().withShutdownGrace(grace)));
    }

    private static RendererSpec worker() {
        return ProcScenarios.spec(Worker.class);
    }

    @Test
    void mainClosesWhileBothEndsAsk_endsEveryCallOnce() throws Exception {
        Duration grace = Duration.ofSeconds(2);
        int calls = 100;
        AtomicInteger endings = new AtomicInteger();
        List<CompletableFuture<ErrorCode>> outcomes = new ArrayList<>();
        List<Renderer> renderers;
        long closing;
        try (IpcMain main = open(grace)) {
            main.handleAsync(
                    "slow",
                    Integer.class,
                    (event, millis) -> CompletableFuture.supplyAsync(
                            () -> millis, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)));
            renderers = List.of(main.launch(worker()), main.launch(worker()));
            for (Renderer renderer : renderers) {
                ready(renderer);
                renderer.send("ask often", calls);
                for (int i = 0; i < calls; i++) {
                    outcomes.add(renderer.invoke("slow", 20 * i, Integer.class).handle((reply, failure) -> {
                        endings.incrementAndGet();
                        return failure == null ? null : ((IpcException) failure).code();
                    }));
                }
                assertThat(renderer.invokeSync("echo", "all asked", String.class))
                        .isEqualTo("all asked");
            }
            closing = System.nanoTime();
        }
        assertThat(since(closing)).isLessThan(grace.plusSeconds(3));
        for (CompletableFuture<ErrorCode> outcome : outcomes) {
            ErrorCode code = await(outcome);
            assertThat(code == null || ENDINGS.contains(code)).as("%s", code).isTrue();
        }
        assertThat(endings).hasValue(outcomes.size());
        for (Renderer renderer : renderers) {
            assertThat(total(exit(renderer))).isEqualTo(calls);
        }
    }

    /** Returns how many calls of a renderer ended, as it says at its end. */
    private static int total(RendererExit exit) {
        String told = line(exit, "outcomes: ");
        TreeMap<String, Integer> counts = new TreeMap<>();
        for (String entry : told.substring(1, told.length() - 1).split(", ")) {
            counts.put(entry.split("=")[0], Integer.parseInt(entry.split("=")[1]));
        }
        assertThat(counts.keySet()).isSubsetOf("reply", "CLOSED", "PEER_GONE");
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String line(RendererExit exit, String prefix) {
        return exit.lastOutput().stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(prefix + " in " + exit.lastOutput()));
    }

    @Test
    void mainIsClosed_leavesNothing() throws Exception {
        IpcMain main = IpcMain.open();
        Path socket = ((Endpoint.Unix) main.endpoint()).path();
        List<Renderer> renderers = List.of(main.launch(worker()), main.launch(worker()));
        List<ProcessHandle> processes = new ArrayList<>();
        for (Renderer renderer : renderers) {
            processes.add(ProcessHandle.of(ready(renderer).pid().orElseThrow()).orElseThrow());
        }
        assertThat(socket).exists();
        main.close();
        assertThat(main.closed()).isCompleted();
        assertThat(main.renderers()).isEmpty();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(socket).doesNotExist();
        assertThat(socket.getParent()).doesNotExist();
        for (Renderer renderer : renderers) {
            assertThat(exit(renderer).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        }
    }

    @Test
    void mainIsClosedBeforeItsRenderersAreReady_leavesNothing() throws Exception {
        IpcMain main = IpcMain.open();
        Renderer launched = main.launch(worker());
        Renderer invited = main.invite(RendererSpec.named("guest")).renderer();
        Call<String> early = launched.invoke("echo", "?", String.class);
        main.close();
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(awaitFailure(launched.ready()).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(awaitFailure(invited.ready()).code()).isEqualTo(ErrorCode.CLOSED);
        exit(launched);
        exit(invited);
    }

    /** The moments go through the whole start of a process. */
    @ParameterizedTest
    @ValueSource(ints = {20, 100, 180, 260, 340, 420, 500, 580})
    void mainIsClosedAtSomeMomentOfALaunch_leavesNothing(int millis) throws Exception {
        IpcMain main = IpcMain.open();
        Renderer launched = main.launch(worker());
        ProcessHandle process = ProcessHandle.of(launched.pid().orElseThrow()).orElseThrow();
        Call<String> early = launched.invoke("echo", "?", String.class);
        Executor later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
        long elapsed = await(CompletableFuture.supplyAsync(() -> timed(main::close), later));
        assertThat(Duration.ofNanos(elapsed)).isLessThan(Duration.ofSeconds(5));
        assertThat(process.isAlive()).isFalse();
        ErrorCode code =
                await(early.handle((reply, failure) -> failure == null ? null : ((IpcException) failure).code()));
        assertThat(code).isIn(null, ErrorCode.CLOSED);
        assertThat(exit(launched).reason()).isIn(ExitReason.CLEAN_EXIT, ExitReason.KILLED, ExitReason.ABNORMAL_EXIT);
    }

    private static long timed(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return System.nanoTime() - start;
    }

    @Test
    void closeInsideACallback_onlyStartsIt() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Renderer busy = ready(main.launch(worker()));
            Call<Integer> running = busy.invoke("slow", 1000, Integer.class);
            CompletableFuture<Boolean> wasClosed = new CompletableFuture<>();
            main.handle("quit", String.class, (event, text) -> {
                main.close();
                wasClosed.complete(main.closed().isDone());
                return "bye";
            });
            busy.send("ask", "quit");
            assertThat(await(wasClosed)).isFalse();
            await(main.closed());
            assertThat(await(running)).isEqualTo(1000);
            assertThat(line(exit(busy), "answer: ")).isEqualTo("bye");
        }
    }

    @Test
    void closeByTwoThreadsAndAgain_isOneClose() throws Exception {
        IpcMain main = IpcMain.open();
        Renderer renderer = ready(main.launch(worker()));
        CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> {
            main.close();
            return main.closed().isDone();
        });
        main.close();
        assertThat(main.closed()).isCompleted();
        assertThat(await(other)).isTrue();
        long again = System.nanoTime();
        main.close();
        assertThat(since(again)).isLessThan(Duration.ofMillis(500));
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
    }

    @Test
    void rendererIsClosed_getsWhatWasSentAndAnswersWhatItRuns() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Renderer renderer = ready(main.launch(worker()));
            Call<Integer> running = renderer.invoke("slow", 500, Integer.class);
            for (int i = 0; i < 500; i++) {
                renderer.send("count", i);
            }
            renderer.close();
            assertThat(codeOf(() -> renderer.send("count", -1))).isEqualTo(ErrorCode.CLOSED);
            assertThat(await(running)).isEqualTo(500);
            RendererExit exit = exit(renderer);
            assertThat(exit.reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            assertThat(line(exit, "counted: ")).isEqualTo("500");
        }
    }

    @Test
    void rendererClosesItself_exitsCleanly() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Renderer renderer = ready(main.launch(worker()));
            Call<String> unanswered = renderer.invoke("never", "?", String.class);
            renderer.send("close", null);
            RendererExit exit = exit(renderer);
            assertThat(exit.reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            assertThat(exit.lastOutput()).contains("close returned");
            assertThat(awaitFailure(unanswered).code()).isIn(ENDINGS);
        }
    }

    @Test
    void rendererThatIgnoresTheDrain_isTerminatedAndThenKilled() throws Exception {
        Duration grace = Duration.ofSeconds(1);
        IpcMain main = open(grace);
        Renderer deaf = ready(main.launch(ProcScenarios.spec(HangingHook.class)));
        Call<String> blocked = deaf.invoke("block", "?", String.class);
        assertThat(deaf.invokeSync("echo", "!", String.class)).isEqualTo("!");
        long closing = System.nanoTime();
        main.close();
        assertThat(since(closing)).isBetween(grace, grace.plusSeconds(3));
        RendererExit exit = exit(deaf);
        assertThat(exit.reason()).isEqualTo(ExitReason.KILLED);
        assertThat(exit.signal()).hasValue(9);
        assertThat(awaitFailure(blocked).code()).isEqualTo(ErrorCode.CLOSED);
    }

    @Test
    void rendererWhoseHandlerNeverReturns_isTerminated() throws Exception {
        try (IpcMain main = open(Duration.ofSeconds(1))) {
            Renderer deaf = ready(main.launch(worker()));
            Call<String> blocked = deaf.invoke("block", "?", String.class);
            assertThat(deaf.invokeSync("echo", "!", String.class)).isEqualTo("!");
            deaf.close();
            RendererExit exit = exit(deaf);
            assertThat(exit.reason()).isEqualTo(ExitReason.KILLED);
            assertThat(exit.signal()).hasValue(15);
            assertThat(awaitFailure(blocked).code()).isEqualTo(ErrorCode.CLOSED);
        }
    }

    @Test
    void closedMain_refusesEverythingAtOnce() throws Exception {
        IpcMain main = IpcMain.open();
        Renderer renderer = ready(main.launch(worker()));
        main.close();
        long start = System.nanoTime();
        assertThat(codeOf(() -> main.broadcast("news", "?"))).isEqualTo(ErrorCode.CLOSED);
        assertThat(codeOf(() -> main.launch(worker()))).isEqualTo(ErrorCode.CLOSED);
        assertThat(codeOf(() -> main.invite(RendererSpec.named("guest")))).isEqualTo(ErrorCode.CLOSED);
        assertThat(codeOf(() -> renderer.send("count", 1))).isEqualTo(ErrorCode.CLOSED);
        assertThat(codeOf(() -> renderer.invokeSync("echo", "?", String.class))).isEqualTo(ErrorCode.CLOSED);
        assertThat(awaitFailure(renderer.invoke("echo", "?", String.class)).code())
                .isEqualTo(ErrorCode.CLOSED);
        assertThat(renderer.trySend("count", 1)).isFalse();
        assertThat(since(start)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void IR12_closedRenderer_refusesEverythingAtOnce() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            IpcRenderer renderer =
                    IpcRenderer.connect(IpcRendererOptions.to(invitation.endpoint(), invitation.token()));
            renderer.ready();
            ready(invitation.renderer());
            renderer.close();
            assertThat(renderer.closed()).isCompleted();
            long start = System.nanoTime();
            assertThat(codeOf(() -> renderer.send("any", "?"))).isEqualTo(ErrorCode.CLOSED);
            assertThat(codeOf(() -> renderer.broadcast("any", "?"))).isEqualTo(ErrorCode.CLOSED);
            assertThat(codeOf(() -> renderer.invokeSync("any", "?", String.class)))
                    .isEqualTo(ErrorCode.CLOSED);
            assertThat(awaitFailure(renderer.invoke("any", "?", String.class)).code())
                    .isEqualTo(ErrorCode.CLOSED);
            assertThat(renderer.trySend("any", "?")).isFalse();
            renderer.close();
            assertThat(since(start)).isLessThan(Duration.ofSeconds(1));
            assertThat(exit(invitation.renderer()).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        }
    }
}
