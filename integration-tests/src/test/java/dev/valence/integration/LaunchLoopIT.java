package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import dev.valence.Delivery;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.Stdio;
import dev.valence.proto.Frame;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Many renderers, one after the other and at once. */
@Timeout(600)
@ExtendWith(NoLeaks.class)
class LaunchLoopIT {

    /** What an allocator may keep for later: more than a few chunks would be a leak. */
    private static final long KEPT_BYTES = 16 << 20;

    @Test
    void UP19_twentyRenderersInARow_leaveNothing(@TempDir Path reports) throws Exception {
        launchInARow(20, reports, ExitReason.CLEAN_EXIT, ExitReason.KILLED, ExitReason.CRASHED);
    }

    @Test
    @Tag("full")
    void twoHundredRenderersInARow_leaveNothing(@TempDir Path reports) throws Exception {
        launchInARow(200, reports, ExitReason.CLEAN_EXIT, ExitReason.KILLED);
    }

    @Test
    @Tag("full")
    void UP19_twoHundredRenderersThatCrash_leaveNothing(@TempDir Path reports) throws Exception {
        launchInARow(200, reports, ExitReason.CRASHED);
    }

    private static void launchInARow(int times, Path reports, ExitReason... ends) throws Exception {
        try (IpcMain main = IpcMain.open()) {
            live(main, reports, ends[0]);
            NoLeaks.Snapshot before = NoLeaks.Snapshot.take();
            long bytesBefore = bytesOfBuffers();
            for (int i = 0; i < times; i++) {
                live(main, reports, ends[i % ends.length]);
            }
            assertThat(main.renderers()).isEmpty();
            assertThat(await(main.broadcast("news", "nobody is left").report()))
                    .isEqualTo(new Delivery.Report(Set.of(), Set.of()));
            before.awaitRestored("valence-callback");
            assertThat(bytesOfBuffers() - bytesBefore).isLessThan(KEPT_BYTES);
            assertThat(NoLeaks.leakReports()).isEmpty();
        }
    }

    private static void live(IpcMain main, Path reports, ExitReason end) throws Exception {
        Renderer renderer = ready(main.launch(ProcScenarios.spec(Worker.class, "-XX:-CreateCoredumpOnCrash")
                .withWorkingDirectory(reports)
                .withStdio(Stdio.DISCARD)));
        renderer.ipc().on("count", Integer.class, (event, number) -> {});
        assertThat(renderer.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
        switch (end) {
            case CLEAN_EXIT -> renderer.close();
            case KILLED -> renderer.kill();
            default -> crash(renderer);
        }
        assertThat(exit(renderer).reason()).isEqualTo(end);
    }

    private static void crash(Renderer renderer) throws Exception {
        String pid = Long.toString(renderer.pid().orElseThrow());
        new ProcessBuilder("kill", "-SEGV", pid).start().waitFor();
    }

    private static long bytesOfBuffers() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedHeapMemory() + metric.usedDirectMemory();
    }

    @Test
    void bufferThatNobodyReleases_isFound() {
        Logger console = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        console.setAdditive(false); // whoever reads the output of the tests should not look for this one
        try {
            // Of leaks that look the same Netty reports the first only
            ByteBufAllocator.DEFAULT.buffer(64).touch("dropped at " + System.nanoTime());
            assertThat(NoLeaks.leakReports()).isNotEmpty();
        } finally {
            console.setAdditive(true);
        }
    }

    @Test
    void mainThatNobodyCloses_isFound() {
        NoLeaks.Snapshot before = NoLeaks.Snapshot.take();
        try (IpcMain main = IpcMain.open()) {
            assertThat(before.leftovers())
                    .anyMatch(leftover -> leftover.startsWith("thread valence-"))
                    .anyMatch(leftover -> leftover.contains("open files of kind socket"))
                    .anyMatch(leftover -> leftover.startsWith("directory "));
            assertThat(main.renderers()).isEmpty();
        }
        before.awaitRestored();
    }

    @Test
    @Tag("full")
    void twentyRenderersAtOnce_allBecomeReady() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            List<Renderer> renderers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                renderers.add(main.launch(ProcScenarios.spec(Worker.class).withName("renderer " + i)));
            }
            for (Renderer renderer : renderers) {
                assertThat(ready(renderer).invokeSync("echo", "hello", String.class))
                        .isEqualTo("hello");
            }
        }
    }

    @Test
    void hundredClientsAtOnce_allGetIn() throws Exception {
        int clients = 100;
        try (IpcMain main = IpcMain.open()) {
            CyclicBarrier start = new CyclicBarrier(clients);
            List<CompletableFuture<IpcRenderer>> connected = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Invitation invitation = main.invite(RendererSpec.named("client " + i));
                CompletableFuture<IpcRenderer> renderer = new CompletableFuture<>();
                connected.add(renderer);
                new Thread(() -> {
                            try {
                                start.await();
                                renderer.complete(IpcRenderer.connect(
                                        IpcRendererOptions.to(invitation.endpoint(), invitation.token())));
                            } catch (Throwable e) {
                                renderer.completeExceptionally(e);
                            }
                        })
                        .start();
            }
            for (CompletableFuture<IpcRenderer> renderer : connected) {
                await(renderer).ready();
            }
            for (Renderer renderer : main.renderers()) {
                ready(renderer);
            }
            assertThat(main.renderers()).hasSize(clients);
        }
    }

    @Test
    void moreClientsThanMayBeStrangers_allGetInOnceTheySpeak() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            List<RawClient> clients = new ArrayList<>();
            try {
                List<Frame> greetings = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    String token =
                            main.invite(RendererSpec.named("client " + i)).token();
                    greetings.add(
                            Frame.newBuilder().setHello(RawClient.hello(token)).build());
                    clients.add(RawClient.connect(main.endpoint()));
                }
                for (int i = clients.size() - 1; i >= 0; i--) {
                    clients.get(i).send(greetings.get(i));
                }
                for (RawClient client : clients) {
                    assertThat(client.read()).matches(Frame::hasWelcome);
                }
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }
}
