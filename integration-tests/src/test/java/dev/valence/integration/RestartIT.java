package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.codeOf;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.Limits;
import dev.valence.integration.ReloadPrograms.FalseStart;
import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.main.ExitReason;
import dev.valence.main.GaveUp;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.main.RestartPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A renderer whose process ended gets another by its policy. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class RestartIT {

    private static final RestartPolicy SOON =
            RestartPolicy.onFailure().withBackoff(Duration.ofMillis(1), Duration.ofMillis(1));

    /** Longer than a test takes. */
    private static final RestartPolicy LATE =
            RestartPolicy.onFailure().withBackoff(Duration.ofHours(1), Duration.ofHours(1));

    private final IpcMain main = IpcMain.open(
            IpcMainOptions.defaults().withLimits(Limits.defaults().withShutdownGrace(Duration.ofSeconds(1))));
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        main.close();
    }

    private static RendererSpec page(RestartPolicy policy) {
        return ProcScenarios.spec(Page.class).withName("page").withRestart(policy);
    }

    private static RendererSpec falseStart(String how, Path directory, RestartPolicy policy) {
        return ProcScenarios.spec(FalseStart.class)
                .withArgs(how)
                .withWorkingDirectory(directory)
                .withRestart(policy);
    }

    /** Notes what main is told. */
    private final class Diary implements RendererListener {
        @Override
        public void ready(Renderer renderer) {
            told.add("ready");
        }

        @Override
        public void bootstrapError(Renderer renderer, RendererExit exit) {
            told.add("bootstrapError " + exit.reason());
        }

        @Override
        public void restarting(Renderer renderer) {
            told.add("restarting");
        }

        @Override
        public void gaveUp(Renderer renderer, GaveUp why) {
            told.add("gaveUp " + why.describe());
        }

        @Override
        public void gone(Renderer renderer, RendererExit exit) {
            told.add("gone " + exit.reason());
        }
    }

    private void assertTold(String... events) throws InterruptedException {
        for (String event : events) {
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    private static void awaitIncarnation(Renderer renderer, int number) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> renderer.incarnation() == number);
    }

    @Test
    void failures_areFollowedByRestartsUntilThereWereTooMany() throws Exception {
        main.listen(new Diary());
        Renderer renderer = ready(main.launch(page(SOON.withAtMost(2, Duration.ofHours(1)))));
        assertTold("ready");
        for (int number = 1; number <= 2; number++) {
            CompletableFuture<RendererExit> oldExit = renderer.exit();
            renderer.send("exit", number);
            assertThat(await(oldExit).exitCode()).hasValue(number);
            assertThat(await(oldExit).restarts()).isEqualTo(number - 1);
            awaitIncarnation(renderer, number + 1);
            ready(renderer);
            assertThat(main.renderers()).containsExactly(renderer);
            assertTold("restarting", "ready");
        }
        renderer.send("exit", 3);
        assertThat(exit(renderer).restarts()).isEqualTo(2);
        assertTold("gaveUp 2 restarts within 3600000 ms, then ABNORMAL_EXIT (exit code 3)", "gone ABNORMAL_EXIT");
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(codeOf(() -> renderer.send("note", "too late"))).isEqualTo(ErrorCode.PEER_GONE);

        renderer.reload(); // which counts anew
        ready(renderer).send("exit", 4);
        assertTold("restarting", "ready", "restarting", "ready");
        assertThat(main.renderers()).containsExactly(renderer);
    }

    @Test
    void cleanExit_isFollowedByARestartOnlyIfAlways() throws Exception {
        Renderer onFailure = ready(main.launch(page(SOON)));
        Renderer always = ready(main.launch(page(new RestartPolicy(
                RestartPolicy.When.ALWAYS,
                3,
                SOON.within(),
                SOON.firstBackoff(),
                SOON.mostBackoff(),
                SOON.healthyAfter()))));
        onFailure.send("exit", 0);
        always.send("exit", 0);
        assertThat(exit(onFailure).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        awaitIncarnation(always, 2);
        assertThat(ready(always).invokeSync("echo", "again", String.class)).isEqualTo("again");
        assertThat(main.renderers()).containsExactly(always);
    }

    @Test
    void endThatMainAskedFor_isFinal() throws Exception {
        main.listen(new Diary());
        Renderer renderer = ready(main.launch(page(SOON)));
        renderer.kill();
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.KILLED);
        assertTold("ready", "gone KILLED");
        assertThat(renderer.incarnation()).isEqualTo(1);
    }

    // ---- While it waits for its time -----------------------------------------------------------------------------

    private Renderer inBackoff() throws Exception {
        main.listen(new Diary());
        Renderer renderer = ready(main.launch(page(LATE)));
        renderer.send("exit", 1);
        awaitIncarnation(renderer, 2);
        assertTold("ready", "restarting");
        assertThat(renderer.state()).isEqualTo(RendererState.RESTARTING);
        assertThat(renderer.pid()).isEmpty();
        return renderer;
    }

    @Test
    void closeDuringBackoff_endsItAtOnceWithoutAProcess() throws Exception {
        Renderer renderer = inBackoff();
        Call<String> waiting = renderer.invoke("echo", "?", String.class);
        renderer.close();
        assertThat(exit(renderer).pid()).isEmpty();
        assertThat(awaitFailure(waiting).code()).isEqualTo(ErrorCode.CLOSED);
        assertTold("gone CLEAN_EXIT");
    }

    @Test
    void killDuringBackoff_endsItAtOnceWithoutAProcess() throws Exception {
        Renderer renderer = inBackoff();
        renderer.kill();
        assertThat(exit(renderer).pid()).isEmpty();
        assertTold("gone CLEAN_EXIT");
    }

    @Test
    void mainClosesDuringBackoff_endsItAtOnceWithoutAProcess() throws Exception {
        Renderer renderer = inBackoff();
        main.close();
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(renderer.exit()).isCompleted();
    }

    @Test
    void reloadDuringBackoff_startsAtOnceAndDeliversWhatWaited() throws Exception {
        Renderer renderer = inBackoff();
        renderer.send("note", "early");
        Call<String> outOfTime =
                renderer.invoke("echo", "?", String.class, CallOptions.withDeadline(Duration.ofMillis(20)));
        assertThat(awaitFailure(outOfTime).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        renderer.reload();
        assertThat(renderer.invokeSync("heard", null, String.class)).isEqualTo("early");
        assertThat(renderer.incarnation()).isEqualTo(2);
        assertTold("ready");
    }

    // ---- Launches that fail --------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"exits", "throws"})
    void failedLaunch_isToldAndFollowedByTheNext(String how, @TempDir Path directory) throws Exception {
        main.listen(new Diary());
        Renderer renderer = main.launch(falseStart(how, directory, SOON));
        assertTold(
                how.equals("exits") ? "bootstrapError LAUNCH_FAILED" : "bootstrapError ABNORMAL_EXIT",
                "restarting",
                "ready");
        assertThat(renderer.incarnation()).isEqualTo(2);
        assertThat(renderer.invokeSync("echo", "now", String.class)).isEqualTo("now");
        renderer.close();
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
    }

    @Test
    void whatWaitedForALaunchThatFailed_reachesTheNextProcess(@TempDir Path directory) throws Exception {
        Renderer renderer = main.launch(falseStart("exits", directory, LATE));
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        CompletableFuture<Renderer> oldReady = renderer.ready();
        renderer.send("note", "one");
        Call<String> early = renderer.invoke("echo", "early", String.class);
        Call<String> outOfTime =
                renderer.invoke("never", null, String.class, CallOptions.withDeadline(Duration.ofSeconds(1)));
        assertThat(await(oldExit).reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(awaitFailure(oldReady).code()).isEqualTo(ErrorCode.PEER_GONE);
        awaitIncarnation(renderer, 2);
        renderer.send("note", "two");
        assertThat(awaitFailure(outOfTime).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(early).isNotDone();

        renderer.reload();

        assertThat(await(early)).isEqualTo("early");
        assertThat(renderer.invokeSync("heard", null, String.class)).isEqualTo("one,two");
        assertThat(main.counters().undeliveredMessages()).isZero();
    }

    @Test
    void whatWaitedForALaunchThatFailed_waitsAsLongAsLaunchesFail(@TempDir Path directory) throws Exception {
        Path java = directory.resolve("java"); // none yet
        Renderer renderer = main.launch(page(SOON.withAtMost(1000, Duration.ofHours(1))
                        .withBackoff(Duration.ofMillis(20), Duration.ofMillis(20)))
                .withJava(java));
        Call<String> early = renderer.invoke("echo", "early", String.class);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> renderer.incarnation() > 3);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
        assertThat(await(early)).isEqualTo("early");
    }

    @Test
    void whatWaitedForAProcessThatConnected_failsWithItsEnd(@TempDir Path directory) throws Exception {
        Renderer renderer = main.launch(falseStart("throws", directory, SOON));
        renderer.send("note", "for the first");
        Call<String> early = renderer.invoke("echo", "early", String.class);
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.PEER_GONE);
        awaitIncarnation(renderer, 2);
        assertThat(renderer.invokeSync("heard", null, String.class)).isEmpty();
    }

    @Test
    void closeAfterALaunchThatFailed_endsWhatWaits() throws Exception {
        Renderer renderer = main.launch(RendererSpec.of("com.example.Missing").withRestart(LATE));
        Call<String> early = renderer.invoke("echo", "early", String.class);
        awaitIncarnation(renderer, 2);
        renderer.close();
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(exit(renderer).pid()).isEmpty();
    }

    @Test
    void launchThatFailsForGood_givesUpWithAHint() throws Exception {
        main.listen(new Diary());
        Renderer renderer = main.launch(
                RendererSpec.of("com.example.Missing").withRestart(SOON.withAtMost(1, Duration.ofHours(1))));
        Call<String> early = renderer.invoke("echo", "?", String.class);
        assertTold("bootstrapError LAUNCH_FAILED", "restarting", "bootstrapError LAUNCH_FAILED");
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(told.poll(60, TimeUnit.SECONDS)).startsWith("gaveUp 1 restart within");
        assertTold("gone LAUNCH_FAILED");
        assertThat(exit(renderer).hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("class path"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reload", "close", "kill", "send", "launch"})
    void whatIsDoneInsideTheEventsOfAFailure_isHarmless(String what) throws Exception {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        AtomicInteger done = new AtomicInteger();
        main.listen(new RendererListener() {
            @Override
            public void bootstrapError(Renderer renderer, RendererExit exit) {
                act(renderer);
            }

            @Override
            public void gaveUp(Renderer renderer, GaveUp why) {
                act(renderer);
            }

            private void act(Renderer renderer) {
                if (renderer.name().equals("other") || done.incrementAndGet() > 4) {
                    return;
                }
                switch (what) {
                    case "reload" -> renderer.reload();
                    case "close" -> renderer.close();
                    case "kill" -> renderer.kill();
                    case "send" -> renderer.trySend("note", "?");
                    default -> main.launch(page(SOON).withName("other"));
                }
            }

            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                gone.complete(null);
            }
        });
        Renderer renderer = main.launch(
                RendererSpec.of("com.example.Missing").withRestart(SOON.withAtMost(1, Duration.ofHours(1))));
        await(gone);
        main.close();
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(done).hasPositiveValue();
    }
}
