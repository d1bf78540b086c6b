package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import dev.valence.integration.HeartbeatPrograms.Patient;
import dev.valence.integration.HeartbeatPrograms.WatchingMain;
import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import dev.valence.main.RendererState;
import dev.valence.main.Unresponsiveness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Renderers that do not respond, and mains that would be wrong to say so. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class HeartbeatIT {

    /** Longer than it takes to notice, if there were something. */
    private static void letTheLimitPass(Limits limits) {
        Signals.letPass(
                limits.unresponsiveAfter().plus(limits.heartbeatInterval().multipliedBy(3)));
    }

    /** Hears of one main's renderers, and asks them for what it can inside the callbacks. */
    private static final class Ward implements RendererListener, AutoCloseable {
        final IpcMain main;
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        final Queue<Unresponsiveness> findings = new ConcurrentLinkedQueue<>();
        final Queue<Integer> noted = new ConcurrentLinkedQueue<>();

        Ward(Limits limits) {
            this(limits, CallbackExecutor.elastic());
        }

        Ward(Limits limits, CallbackExecutor executor) {
            main = IpcMain.open(IpcMainOptions.defaults().withLimits(limits).withExecutor(executor));
            main.on("noted", Integer.class, (event, number) -> noted.add(number));
            main.listen(this);
        }

        Renderer launch() throws Exception {
            return Patience.ready(main.launch(ProcScenarios.spec(Patient.class)));
        }

        @Override
        public void unresponsive(Renderer renderer, Unresponsiveness how) {
            findings.add(how);
            events.add(how.kind() + " " + renderer.state());
        }

        @Override
        public void responsive(Renderer renderer) {
            events.add("responsive " + renderer.invokeSync("echo", "inside", String.class));
        }

        @Override
        public void restarting(Renderer renderer) {
            events.add("restarting");
        }

        @Override
        public void gone(Renderer renderer, RendererExit exit) {
            events.add("gone " + exit.reason());
        }

        String next() throws InterruptedException {
            return events.poll(60, TimeUnit.SECONDS);
        }

        /** Waits for messages of the renderer: a reply may come before those that were sent earlier. */
        void awaitNoted(int count) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> noted.size() >= count);
        }

        @Override
        public void close() {
            main.close();
        }
    }

    @Test
    void X9_rendererIsStopped_isSilentOnceAndGetsWhatWaitedWhenItGoesOn() throws Exception {
        try (Ward ward = new Ward(HeartbeatPrograms.FAST)) {
            Renderer renderer = ward.launch();
            stopUntilSilent(ward, renderer);
            IntStream.range(0, 100).forEach(number -> renderer.send("note", number));
            letTheLimitPass(HeartbeatPrograms.FAST); // it is told once, however long it lasts
            Signals.goOn(renderer.pid().orElseThrow());

            assertThat(ward.next()).isEqualTo("responsive inside");
            assertThat(renderer.invokeSync("echo", "afterwards", String.class)).isEqualTo("afterwards");
            ward.awaitNoted(100);
            assertThat(ward.noted)
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
            assertThat(renderer.state()).isEqualTo(RendererState.READY);
            assertThat(ward.findings).singleElement().satisfies(how -> {
                assertThat(how.duration()).isGreaterThanOrEqualTo(HeartbeatPrograms.FAST.unresponsiveAfter());
                assertThat(how.threadDump()).isNull();
            });
            assertThat(ward.events).isEmpty();
        }
    }

    private static void stopUntilSilent(Ward ward, Renderer renderer) throws Exception {
        Signals.stop(renderer.pid().orElseThrow());
        assertThat(ward.next()).isEqualTo("SILENT UNRESPONSIVE");
    }

    @Test
    void X9_listenerStandsStill_isStuckOnceWithAThreadDumpAndRespondsWhenItReturns() throws Exception {
        try (Ward ward = new Ward(HeartbeatPrograms.UNHURRIED)) {
            Renderer renderer = ward.launch();
            MessageChannel door = MessageChannel.create(CallbackExecutor.direct());
            renderer.postMessage("block", null, door.port2());

            assertThat(ward.next()).isEqualTo("STUCK UNRESPONSIVE");
            Unresponsiveness how = ward.findings.element();
            assertThat(how.duration()).isGreaterThanOrEqualTo(HeartbeatPrograms.UNHURRIED.unresponsiveAfter());
            assertThat(how.threadDump()).contains("standStill", "valence-callback", "valence-renderer-io");
            assertThat(await(renderer.threadDump())).contains("standStill");
            letTheLimitPass(HeartbeatPrograms.UNHURRIED);
            assertThat(ward.events).isEmpty();

            door.port1().postMessage(null);
            assertThat(ward.next()).isEqualTo("responsive inside");
            assertThat(renderer.state()).isEqualTo(RendererState.READY);
            assertThat(ward.findings).hasSize(1);
        }
    }

    @Test
    void X9_callbacksThatHoldUpNothing_areNotStuck() throws Exception {
        try (Ward ward = new Ward(HeartbeatPrograms.CALM)) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            CompletableFuture<Void> asked = new CompletableFuture<>();
            ward.main.handleAsync("question", String.class, (event, text) -> {
                asked.complete(null);
                return answer;
            });
            Renderer renderer = ward.launch();
            renderer.send("ask", "question"); // waits for a reply
            CompletableFuture<?> beside = renderer.invoke("block beside", null, Void.class);
            await(asked);
            letTheLimitPass(HeartbeatPrograms.CALM);
            assertThat(ward.events).isEmpty();
            assertThat(beside).isNotDone();

            renderer.postMessage(
                    "block",
                    null,
                    MessageChannel.create(CallbackExecutor.direct()).port2()); // and this one is noticed
            assertThat(ward.next()).isEqualTo("STUCK UNRESPONSIVE");
            renderer.kill(); // or main would wait for what blocks there
        }
    }

    @Test
    void X9_mainIsStopped_tellsNothingOfIt() throws Exception {
        try (ChildJvm main = ChildJvm.start(WatchingMain.class, Map.of())) {
            long renderer = Long.parseLong(main.awaitLine("pid "));
            Signals.stop(main.pid());
            letTheLimitPass(HeartbeatPrograms.CALM);
            Signals.goOn(main.pid());
            main.goOn();
            main.awaitLine("echoed");

            Signals.stop(renderer); // the first event is of this
            assertThat(main.awaitLine("event ")).isEqualTo("SILENT");
            Signals.goOn(renderer);
            assertThat(main.awaitLine("event ")).isEqualTo("responsive");
        }
    }

    @Test
    @Tag("full")
    void X9_ioThreadOfMainIsHeldUp_tellsNothingOfIt() throws Exception {
        try (Ward ward = new Ward(HeartbeatPrograms.CALM, CallbackExecutor.direct())) {
            CompletableFuture<Void> held = new CompletableFuture<>();
            CompletableFuture<Void> letGo = new CompletableFuture<>();
            ward.main.on("noted", Integer.class, (event, number) -> {
                held.complete(null);
                letGo.get();
            });
            Renderer renderer = ward.launch();
            renderer.send("note", 1);
            await(held);
            letTheLimitPass(HeartbeatPrograms.CALM);
            letGo.complete(null);
            assertThat(await(renderer.invoke("echo", "it goes on", String.class)))
                    .isEqualTo("it goes on");
            assertThat(ward.events).isEmpty();
        }
    }

    @Test
    @Tag("full")
    void X9_rendererThatDoesNotRespond_canBeReloadedAndKilled() throws Exception {
        try (Ward ward = new Ward(HeartbeatPrograms.FAST)) {
            Renderer renderer = ward.launch();
            stopUntilSilent(ward, renderer);
            renderer.reload();
            assertThat(ward.next()).isEqualTo("restarting");
            ready(renderer);
            assertThat(renderer.state()).isEqualTo(RendererState.READY);

            stopUntilSilent(ward, renderer);
            assertThat(renderer.threadDump()).isNotDone();
            renderer.kill();
            assertThat(exit(renderer).reason()).isEqualTo(ExitReason.KILLED);
            assertThat(ward.next()).isEqualTo("gone KILLED");
            assertThat(ward.events).isEmpty();
        }
    }

    @Test
    @Tag("full")
    void X9_rendererIsStoppedForAMinute_respondsAndGetsWhatWaited() throws Exception {
        try (Ward ward = new Ward(Limits.defaults())) {
            Renderer renderer = ward.launch();
            Signals.stop(renderer.pid().orElseThrow());
            IntStream.range(0, 10_000).forEach(number -> renderer.send("note", number));
            Signals.letPass(Duration.ofMinutes(1));
            assertThat(ward.events).containsExactly("SILENT UNRESPONSIVE");
            Signals.goOn(renderer.pid().orElseThrow());

            assertThat(ward.next()).isEqualTo("SILENT UNRESPONSIVE");
            assertThat(ward.next()).isEqualTo("responsive inside");
            assertThat(renderer.invokeSync("echo", "afterwards", String.class)).isEqualTo("afterwards");
            ward.awaitNoted(10_000);
            assertThat(List.copyOf(ward.noted)).hasSize(10_000).isSorted();
        }
    }
}
