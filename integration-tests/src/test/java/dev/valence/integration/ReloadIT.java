package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Call;
import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.integration.ReloadPrograms.FalseStart;
import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.integration.ReloadPrograms.Raw;
import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.OutputLine;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.main.Stdio;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A renderer gets another process: what stays, what goes, and what is told of it. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class ReloadIT {

    private final IpcMain main = IpcMain.open(
            IpcMainOptions.defaults().withLimits(Limits.defaults().withShutdownGrace(Duration.ofSeconds(1))));

    @AfterEach
    void close() {
        main.close();
    }

    private static RendererSpec page() {
        return ProcScenarios.spec(Page.class).withName("page");
    }

    private Renderer launchPage() throws Exception {
        return ready(main.launch(page()));
    }

    private static ProcessHandle process(Renderer renderer) {
        return ProcessHandle.of(renderer.pid().orElseThrow()).orElseThrow();
    }

    private static String heard(Renderer renderer) {
        return renderer.invokeSync("heard", null, String.class);
    }

    // ---- What stays and what goes --------------------------------------------------------------------------------

    @Test
    void FR3_SW5_reloadedRenderer_isTheSameWithItsScopeListenersAndHandlers() throws Exception {
        Renderer renderer = launchPage();
        BlockingQueue<Long> inScope = new LinkedBlockingQueue<>();
        BlockingQueue<Renderer> senders = new LinkedBlockingQueue<>();
        BlockingQueue<Long> once = new LinkedBlockingQueue<>();
        BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
        renderer.ipc().on("said", Long.class, (event, pid) -> inScope.add(pid));
        main.on("said", Long.class, (event, pid) -> senders.add(event.sender()));
        renderer.ipc().once("first", Long.class, (event, pid) -> once.add(pid));
        renderer.ipc().handle("question", Long.class, (event, pid) -> asked.add(pid));
        int id = renderer.id();
        long oldPid = renderer.pid().orElseThrow();
        renderer.invokeSync("say", "said", Void.class);
        assertThat(inScope.poll(60, TimeUnit.SECONDS)).isEqualTo(oldPid);
        assertThat(senders.poll(60, TimeUnit.SECONDS)).isSameAs(renderer);

        renderer.reload();
        ready(renderer);

        long newPid = renderer.pid().orElseThrow();
        assertThat(newPid).isNotEqualTo(oldPid);
        assertThat(renderer.id()).isEqualTo(id);
        assertThat(renderer.name()).isEqualTo("page");
        assertThat(renderer.incarnation()).isEqualTo(2);
        assertThat(main.renderers()).containsExactly(renderer);
        assertThat(main.renderer(id)).containsSame(renderer);
        assertThat(renderer.ipc().channelNames()).containsExactlyInAnyOrder("said", "first");
        renderer.invokeSync("say", "said", Void.class);
        renderer.invokeSync("say", "first", Void.class);
        renderer.send("ask", "question");
        assertThat(inScope.poll(60, TimeUnit.SECONDS)).isEqualTo(newPid);
        assertThat(senders.poll(60, TimeUnit.SECONDS)).isSameAs(renderer);
        assertThat(once.poll(60, TimeUnit.SECONDS)).isEqualTo(newPid);
        assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(newPid);
    }

    @Test
    void X18_reloadedRenderer_hasNoSubscriptionOfTheOldProcess() throws Exception {
        Renderer renderer = launchPage();
        Renderer sibling = launchPage();
        renderer.invokeSync("listen", "news", Void.class);
        sibling.invokeSync("listen", "news", Void.class);
        assertThat(renderer.isSubscribed("news")).isTrue();
        assertThat(broadcast("news").accepted()).containsExactlyInAnyOrder(renderer.id(), sibling.id());

        renderer.reload();
        assertThat(renderer.isSubscribed("news")).isFalse();
        ready(renderer);

        assertThat(renderer.isSubscribed("news")).isFalse();
        assertThat(broadcast("news")).isEqualTo(new Delivery.Report(Set.of(sibling.id()), Set.of()));
        assertThat(heard(renderer)).isEmpty();
        renderer.invokeSync("listen", "news", Void.class);
        assertThat(broadcast("news").accepted()).containsExactlyInAnyOrder(renderer.id(), sibling.id());
    }

    private Delivery.Report broadcast(String channel) throws Exception {
        return await(main.broadcast(channel, "text").report());
    }

    @Test
    void whatIsSentBeforeAndAfterReload_goesToTheOldAndTheNewProcess() throws Exception {
        Renderer renderer = launchPage();
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        CompletableFuture<Renderer> oldReady = renderer.ready();
        renderer.send("note", "a");
        renderer.send("note", "b");

        renderer.reload();
        for (int i = 0; i < 100; i++) {
            renderer.send("note", "" + i);
        }
        assertThat(heard(renderer))
                .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "" + i).collect(Collectors.joining(",")));

        RendererExit end = await(oldExit);
        assertThat(end.reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        assertThat(end.lastOutput()).containsSubsequence("note a", "note b");
        assertThat(end.lastOutput()).doesNotContain("note 0");
        assertThat(oldReady).isCompletedWithValue(renderer);
        assertThat(renderer.exit()).isNotDone();
    }

    @Test
    void requestsPendingAtReload_areAnsweredOrFailWithPeerGone() throws Exception {
        Renderer renderer = launchPage();
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        Call<String> blocked = renderer.invoke("block", null, String.class);
        Call<String> answered = renderer.invoke("echo", "!", String.class);

        renderer.reload();
        Call<String> next = renderer.invoke("echo", "?", String.class);

        assertThat(await(answered)).isEqualTo("!");
        assertThat(await(next)).isEqualTo("?");
        assertThat(awaitFailure(blocked).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(await(oldExit).signal()).hasValue(15);
        assertThat(renderer.state()).isEqualTo(RendererState.READY);
    }

    @Test
    void listenersOfTheOldProcess_haveReturnedBeforeThoseOfTheNewOneRun() throws Exception {
        Renderer renderer = launchPage();
        List<String> turns = new CopyOnWriteArrayList<>();
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        long oldPid = renderer.pid().orElseThrow();
        renderer.ipc().on("said", Long.class, (event, pid) -> {
            turns.add((pid == oldPid ? "old" : "new") + " begins");
            goOn.await();
            turns.add((pid == oldPid ? "old" : "new") + " ends");
            both.countDown();
        });
        renderer.invokeSync("say", "said", Void.class);
        renderer.reload();
        renderer.invokeSync("say", "said", Void.class);
        renderer.invokeSync("say", "nobody listens", Void.class);
        goOn.countDown();
        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(turns).containsExactly("old begins", "old ends", "new begins", "new ends");
    }

    @Test
    void welcome_tellsTheIncarnation() throws Exception {
        BlockingQueue<OutputLine> lines = new LinkedBlockingQueue<>();
        Renderer raw = main.launch(ProcScenarios.spec(Raw.class).withStdio(Stdio.to(lines::add)));
        for (int number = 1; number <= 3; number++) {
            assertThat(lines.poll(60, TimeUnit.SECONDS).text()).isEqualTo("incarnation " + number);
            assertThat(raw.incarnation()).isEqualTo(number);
            raw.reload();
            assertThat(lines.poll(60, TimeUnit.SECONDS).text()).isEqualTo("asked to end");
        }
    }

    // ---- At any moment -------------------------------------------------------------------------------------------

    @Test
    void LC7_reloadAfterACrash_startsTheRendererAgain(@TempDir Path directory) throws Exception {
        Renderer renderer = ready(main.launch(page().withWorkingDirectory(directory)));
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        new ProcessBuilder("kill", "-SEGV", Long.toString(renderer.pid().orElseThrow()))
                .start()
                .waitFor();
        assertThat(await(oldExit).reason()).isEqualTo(ExitReason.CRASHED);
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(main.renderers()).isEmpty();

        renderer.reload();

        assertThat(main.renderers()).containsExactly(renderer);
        assertThat(renderer.exit()).isNotDone();
        assertThat(ready(renderer).invokeSync("echo", "again", String.class)).isEqualTo("again");
        assertThat(await(oldExit).reason()).isEqualTo(ExitReason.CRASHED);
        renderer.close();
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        assertThat(main.renderers()).isEmpty();
    }

    @Test
    void reloadAfterAFailedLaunch_launchesAgain(@TempDir Path directory) throws Exception {
        Renderer renderer = main.launch(
                ProcScenarios.spec(FalseStart.class).withArgs("exits").withWorkingDirectory(directory));
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        renderer.reload();
        assertThat(ready(renderer).incarnation()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hangs", "connects"})
    void reloadBeforeItIsReady_failsWhatWaitedAndLaunchesAgain(String first, @TempDir Path directory) throws Exception {
        Renderer renderer =
                main.launch(ProcScenarios.spec(FalseStart.class).withArgs(first).withWorkingDirectory(directory));
        CompletableFuture<Renderer> oldReady = renderer.ready();
        Call<String> early = renderer.invoke("echo", "early", String.class);
        renderer.send("note", "early");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> directory.resolve("started").toFile().exists());
        if (first.equals("connects")) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> renderer.state() == RendererState.CONNECTED);
        }

        renderer.reload();

        assertThat(renderer.state()).isEqualTo(RendererState.RESTARTING);
        assertThat(renderer.pid()).isEmpty();
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(awaitFailure(oldReady).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(heard(renderer)).isEmpty();
        assertThat(renderer.incarnation()).isEqualTo(2);
    }

    @Test
    void reloadRightAfterLaunch_launchesAgain() throws Exception {
        Renderer renderer = main.launch(page());
        renderer.reload();
        renderer.reload(); // one more if the first process has ended in between
        assertThat(ready(renderer).incarnation()).isBetween(2, 3);
    }

    @Test
    void manyReloadsOfManyThreads_endInOneProcess() throws Exception {
        Renderer renderer = launchPage();
        int threads = 3;
        List<CompletableFuture<Void>> all = IntStream.range(0, threads)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 3; i++) {
                        renderer.reload();
                        assertThat(renderer.incarnation()).isGreaterThan(1);
                        renderer.exit().thenRun(renderer::reload); // each asks for one more
                        renderer.ready().handle((peer, failure) -> null).join();
                    }
                }))
                .toList();
        for (CompletableFuture<Void> thread : all) {
            await(thread);
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(renderer.state()).isEqualTo(RendererState.READY);
            assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
                    .containsExactly(renderer.pid().orElseThrow());
        });
        assertThat(renderer.invokeSync("echo", "still one", String.class)).isEqualTo("still one");
        assertThat(main.renderers()).containsExactly(renderer);
    }

    @Test
    void requestToTheNextProcessInsideAnAnswerToTheOldOne_failsAtOnce() throws Exception {
        Renderer renderer = launchPage();
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        CompletableFuture<ErrorCode> outcome = new CompletableFuture<>();
        renderer.ipc().handle("question", Long.class, (event, pid) -> {
            renderer.reload();
            try {
                return event.sender().invokeSync("echo", "?", String.class);
            } catch (IpcException e) {
                outcome.complete(e.code());
                throw e;
            }
        });
        renderer.send("ask", "question");

        assertThat(await(outcome)).isEqualTo(ErrorCode.NOT_READY);
        assertThat(await(oldExit).reason()).isEqualTo(ExitReason.CLEAN_EXIT); // it did not wait for the next one
        assertThat(ready(renderer).invokeSync("echo", "!", String.class)).isEqualTo("!");
    }

    @Test
    void deathAtTheMomentOfReload_isFollowedByOneProcess() throws Exception {
        Renderer renderer = launchPage();
        for (int i = 0; i < 4; i++) {
            ProcessHandle process = process(renderer);
            CompletableFuture<Void> killing = CompletableFuture.runAsync(process::destroyForcibly);
            renderer.reload();
            await(killing);
            ready(renderer);
        }
        assertThat(renderer.incarnation()).isEqualTo(5);
        assertThat(main.renderers()).containsExactly(renderer);
    }

    // ---- What wins over it ---------------------------------------------------------------------------------------

    @Test
    void closeAfterReload_wins() throws Exception {
        Renderer renderer = launchPage();
        ProcessHandle process = process(renderer);
        Call<String> pending = renderer.invoke("never", null, String.class);
        assertThat(renderer.invokeSync("echo", "it runs", String.class)).isEqualTo("it runs");
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        renderer.reload();
        Call<String> early = renderer.invoke("echo", "?", String.class);
        renderer.close();

        RendererExit end = exit(renderer);

        assertThat(end.detail()).isEqualTo("ended before it was started");
        assertThat(process.isAlive()).isFalse();
        assertThat(await(oldExit).reason()).isNotNull(); // told beside the other, in no order
        assertThat(awaitFailure(pending).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(awaitFailure(early).code()).isEqualTo(ErrorCode.CLOSED);
        assertGoneForGood(renderer);
    }

    @Test
    void killAfterReload_killsTheOldProcessAndStartsNoOther() throws Exception {
        Renderer renderer = launchPage();
        ProcessHandle process = process(renderer);
        Call<String> blocked = renderer.invoke("block", null, String.class);
        assertThat(renderer.invokeSync("echo", "it runs", String.class)).isEqualTo("it runs");
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        renderer.reload();
        renderer.kill();
        exit(renderer);
        assertThat(await(oldExit).signal()).hasValue(9);
        assertThat(process.isAlive()).isFalse();
        assertThat(awaitFailure(blocked).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertGoneForGood(renderer);
    }

    @Test
    void closeOfACrashedRenderer_isFinalToo() throws Exception {
        Renderer renderer = launchPage();
        process(renderer).destroyForcibly();
        exit(renderer);
        renderer.close();
        assertGoneForGood(renderer);
    }

    private void assertGoneForGood(Renderer renderer) {
        int incarnation = renderer.incarnation();
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        renderer.reload();
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(renderer.incarnation()).isEqualTo(incarnation);
        assertThat(main.renderers()).isEmpty();
        assertThatThrownBy(() -> renderer.send("note", "?")).isInstanceOf(IpcException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 150, 400})
    void mainIsClosedAtSomeMomentOfAReload_leavesNothing(int millis) throws Exception {
        Renderer renderer = launchPage();
        ProcessHandle old = process(renderer);
        renderer.reload();
        await(CompletableFuture.runAsync(
                main::close, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)));
        assertThat(old.isAlive()).isFalse();
        exit(renderer);
        renderer.reload();
        assertThat(renderer.state()).isEqualTo(RendererState.GONE);
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void invitedRenderer_refusesReload() {
        Renderer guest = main.invite(RendererSpec.named("guest")).renderer();
        assertThatThrownBy(guest::reload)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("reload of renderer 'guest', which was invited (expected: one that main launched)");
        assertThat(guest.state()).isEqualTo(RendererState.LAUNCHING);
        assertThat(guest.incarnation()).isEqualTo(1);
    }

    @Test
    void reloadsInARow_leaveNothing() throws Exception {
        Renderer renderer = launchPage();
        NoLeaks.Snapshot before = NoLeaks.Snapshot.take();
        for (int i = 0; i < 6; i++) {
            renderer.reload();
            ready(renderer);
        }
        ProcessHandle last = process(renderer);
        assertThat(ProcessHandle.current().children()).containsExactly(last);
        renderer.close();
        exit(renderer);
        before.awaitRestored("valence-callback");
    }
}
