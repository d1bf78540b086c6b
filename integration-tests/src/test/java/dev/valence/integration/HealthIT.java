package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSnapshot;
import dev.valence.main.RendererSnapshot.InFlight;
import dev.valence.main.RendererSnapshot.Lane;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a main says of its renderers at a glance. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class HealthIT {

    private static final int MESSAGE_BYTES = 64 * 1024;

    private final IpcMain main = IpcMain.open();

    @AfterEach
    void close() {
        main.close();
    }

    private Renderer launchPage() throws Exception {
        return ready(main.launch(ProcScenarios.spec(Page.class).withName("page")));
    }

    private RendererSnapshot only() {
        assertThat(main.snapshot().renderers()).hasSize(1);
        return main.snapshot().renderers().get(0);
    }

    @Test
    void idleRenderer_isShownAsItIs() throws Exception {
        Renderer renderer = launchPage();

        RendererSnapshot seen = only();

        assertThat(seen.id()).isEqualTo(renderer.id());
        assertThat(seen.name()).isEqualTo("page");
        assertThat(seen.incarnation()).isEqualTo(1);
        assertThat(seen.restarts()).isZero();
        assertThat(seen.state()).isEqualTo(RendererState.READY);
        assertThat(seen.pid()).isEqualTo(renderer.pid());
        assertThat(seen.uptime()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(2));
        assertThat(seen.residentBytes().orElseThrow()).isBetween(10L << 20, 1L << 30);
        assertThat(seen.data()).isEqualTo(new Lane(0, 8 << 20));
        assertThat(seen.replies()).isEqualTo(new Lane(0, 8 << 20));
        assertThat(seen.toRenderer()).isEqualTo(new InFlight(0, 0));
        assertThat(seen.fromRenderer()).isEqualTo(new InFlight(0, 0));
        assertThat(seen.ports()).isZero();
    }

    @Test
    void stoppedRenderer_hasAQueueThatGrowsAndCreditThatIsUsedUp() throws Exception {
        Renderer renderer = launchPage();
        long creditBefore = only().data().creditBytes();
        Signals.stop(renderer.pid().orElseThrow());
        String text = "x".repeat(MESSAGE_BYTES);
        while (renderer.trySend("note nobody listens to", text)) { // until the queue is full
            assertThat(only().state()).isIn(RendererState.READY, RendererState.UNRESPONSIVE);
        }

        Lane full = only().data();
        assertThat(full.queuedBytes()).isGreaterThan(4 << 20);
        assertThat(full.creditBytes()).isLessThan(creditBefore);
        assertThat(only().counters().refusedSends()).isEqualTo(1);
        assertThat(main.snapshot().counters()).isEqualTo(only().counters());

        Signals.goOn(renderer.pid().orElseThrow());
        assertThat(renderer.invokeSync("echo", "afterwards", String.class)).isEqualTo("afterwards");
        assertThat(only().data().queuedBytes()).isZero();
    }

    @Test
    void whatIsUnderWay_isCountedInEachDirection() throws Exception {
        Renderer renderer = launchPage();
        CompletableFuture<String> answer = new CompletableFuture<>();
        main.handleAsync("question", Long.class, (event, pid) -> answer);
        Call<String> first = renderer.invoke("never", null, String.class);
        Call<String> second = renderer.invoke("never", null, String.class);
        renderer.send("ask", "question");

        Awaitility.await().untilAsserted(() -> {
            assertThat(only().toRenderer()).isEqualTo(new InFlight(2, 0));
            assertThat(only().fromRenderer()).isEqualTo(new InFlight(1, 0));
        });

        first.cancel(true);
        second.cancel(true);
        answer.complete("answer");
        Awaitility.await().untilAsserted(() -> {
            assertThat(only().toRenderer()).isEqualTo(new InFlight(0, 0));
            assertThat(only().fromRenderer()).isEqualTo(new InFlight(0, 0));
        });
    }

    @Test
    void reloadedRenderer_hasRestartedAndKeepsItsCounters() throws Exception {
        Renderer renderer = launchPage();
        CompletableFuture<?> oldExit = renderer.exit();
        renderer.invokeSync("say", "nobody listens", Void.class); // sends a message to main
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(only().counters().unhandledMessages()).isEqualTo(1));

        renderer.reload();
        assertThat(only().state()).isEqualTo(RendererState.RESTARTING);
        assertThat(only().uptime()).isZero();
        assertThat(only().pid()).isEmpty();
        assertThat(only().residentBytes()).isEmpty();
        await(oldExit);
        ready(renderer);

        RendererSnapshot seen = only();
        assertThat(seen.restarts()).isEqualTo(1);
        assertThat(seen.incarnation()).isEqualTo(2);
        assertThat(seen.pid()).isEqualTo(renderer.pid());
        assertThat(seen.counters().unhandledMessages()).isEqualTo(1);
    }

    @Test
    void rendererThatIsGone_isNotShownButCounted() throws Exception {
        Renderer renderer = launchPage();
        Renderer other = launchPage();
        renderer.invokeSync("say", "nobody listens", Void.class);
        Awaitility.await()
                .untilAsserted(() -> assertThat(main.snapshot().counters().unhandledMessages())
                        .isEqualTo(1));
        renderer.close();
        exit(renderer);

        assertThat(only().id()).isEqualTo(other.id());
        assertThat(only().counters().unhandledMessages()).isZero();
        assertThat(main.snapshot().counters().unhandledMessages()).isEqualTo(1);
    }

    @Test
    void invitedRendererThatNobodyStarted_hasNoProcessAndKeepsWhatWaits() {
        Renderer guest = main.invite(RendererSpec.named("guest")).renderer();
        guest.send("note", "early");

        RendererSnapshot seen = only();
        assertThat(seen.state()).isEqualTo(RendererState.LAUNCHING);
        assertThat(seen.pid()).isEmpty();
        assertThat(seen.residentBytes()).isEmpty();
        assertThat(seen.data().queuedBytes()).isPositive();
        assertThat(seen.data().creditBytes()).isZero();
        guest.close();
    }
}
