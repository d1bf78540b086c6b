package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.RestartPolicy;
import dev.valence.main.Stdio;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Renderers are killed at random moments, under load, and come back each time. */
@Timeout(1200)
@ExtendWith(NoLeaks.class)
class RestartStormIT {

    private static final RestartPolicy TIRELESS = RestartPolicy.always()
            .withAtMost(100_000, Duration.ofHours(1))
            .withBackoff(Duration.ofMillis(1), Duration.ofMillis(50));

    /** What an allocator may keep for later, see {@link LaunchLoopIT}. */
    private static final long KEPT_BYTES = 16 << 20;

    private final long seed = Long.getLong("valence.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void twelveKills_leaveNothing() throws Exception {
        storm(3, 12);
    }

    @Test
    @Tag("full")
    void fiveHundredKills_leaveNothing() throws Exception {
        storm(8, 500);
    }

    private void storm(int count, int kills) throws Exception {
        System.out.println("RestartStormIT: -Dvalence.seed=" + seed);
        try (IpcMain main = IpcMain.open()) {
            Renderer first = ready(main.launch(page("first")));
            assertThat(first.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
            first.close();
            assertThat(exit(first).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            NoLeaks.Snapshot before = NoLeaks.Snapshot.take();
            long bytesBefore = usedDirectMemory();

            AtomicInteger said = new AtomicInteger();
            List<Renderer> renderers = IntStream.range(0, count)
                    .mapToObj(i -> main.launch(page("page " + i)))
                    .toList();
            renderers.forEach(
                    renderer -> renderer.ipc().on("said", Long.class, (event, pid) -> said.incrementAndGet()));
            Traffic traffic = new Traffic(main, renderers, random.nextLong());
            CompletableFuture<Void> running =
                    CompletableFuture.runAsync(traffic::run, task -> new Thread(task).start());
            try {
                killAtRandom(renderers, kills);
            } finally {
                traffic.isWanted = false;
            }
            await(running);
            assertAllAreBack(main, renderers, kills);
            traffic.assertAllCallsEnded();
            assertThat(said).hasPositiveValue();

            for (Renderer renderer : renderers) {
                renderer.close();
                assertThat(exit(renderer).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            }
            assertThat(main.renderers()).isEmpty();
            before.awaitRestored("valence-callback");
            assertThat(usedDirectMemory() - bytesBefore).isLessThan(KEPT_BYTES);
            assertThat(NoLeaks.leakReports()).isEmpty();
        }
    }

    private static RendererSpec page(String name) {
        return ProcScenarios.spec(Page.class)
                .withName(name)
                .withStdio(Stdio.DISCARD)
                .withRestart(TIRELESS);
    }

    private static long usedDirectMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** Kills each process once at most: at its start, or when it is ready. */
    private void killAtRandom(List<Renderer> renderers, int kills) throws Exception {
        int[] killed = new int[renderers.size()]; // the number of the last incarnation
        for (int i = 0; i < kills; i++) {
            int victim = random.nextInt(renderers.size());
            Renderer renderer = renderers.get(victim);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> renderer.incarnation() > killed[victim]
                            && renderer.pid().isPresent());
            if (random.nextInt(3) > 0) {
                ready(renderer);
            }
            killed[victim] = renderer.incarnation();
            ProcessHandle.of(renderer.pid().orElseThrow()).orElseThrow().destroyForcibly();
        }
        for (int victim = 0; victim < killed.length; victim++) { // or the last kill might not have been noticed yet
            Renderer renderer = renderers.get(victim);
            int last = killed[victim];
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> renderer.incarnation() > last);
        }
    }

    private static void assertAllAreBack(IpcMain main, List<Renderer> renderers, int kills) throws Exception {
        int processes = 0;
        for (Renderer renderer : renderers) {
            assertThat(ready(renderer).invokeSync("echo", "back", String.class)).isEqualTo("back");
            assertThat(renderer.ipc().listenerCount("said")).isEqualTo(1);
            processes += renderer.incarnation();
        }
        assertThat(processes).isEqualTo(renderers.size() + kills);
        assertThat(main.renderers()).containsExactlyElementsOf(renderers);
    }

    /** Asks, sends and broadcasts, whoever is there. */
    private static final class Traffic {

        private final IpcMain main;
        private final List<Renderer> renderers;
        private final Random random;
        private final List<CompletableFuture<Boolean>> calls =
                new ArrayList<>(); // of the one thread, until it has ended
        private final Map<ErrorCode, Integer> failures = new EnumMap<>(ErrorCode.class); // guarded by itself
        private volatile boolean isWanted = true;

        Traffic(IpcMain main, List<Renderer> renderers, long seed) {
            this.main = main;
            this.renderers = renderers;
            this.random = new Random(seed);
        }

        void run() {
            for (int i = 0; isWanted; i++) {
                Renderer renderer = renderers.get(random.nextInt(renderers.size()));
                try {
                    act(renderer, "text " + i);
                } catch (IpcException e) {
                    count(e);
                }
                Load.pace(2000);
            }
        }

        private void act(Renderer renderer, String text) {
            switch (random.nextInt(4)) {
                case 0 -> renderer.send("note", text);
                case 1 -> main.broadcast("news", text);
                case 2 -> calls.add(renderer.invoke("say", "said", Void.class).handle((none, e) -> isDone(e)));
                default ->
                    calls.add(renderer.invoke(
                                    "echo", text, String.class, CallOptions.withDeadline(Duration.ofSeconds(10)))
                            .handle((answer, e) -> isDone(e) && text.equals(answer)));
            }
        }

        private boolean isDone(Throwable failure) {
            if (failure != null) {
                count((IpcException) failure);
            }
            return failure == null;
        }

        private void count(IpcException failure) {
            synchronized (failures) {
                failures.merge(failure.code(), 1, Integer::sum);
            }
        }

        /** Every call has ended: most with the right answer, the others because a process was killed. */
        void assertAllCallsEnded() throws Exception {
            await(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)));
            long answered = calls.stream().filter(CompletableFuture::join).count();
            synchronized (failures) {
                System.out.println("RestartStormIT: " + answered + " of " + calls.size() + " answered, " + failures);
                assertThat(failures.keySet())
                        .isSubsetOf(ErrorCode.PEER_GONE, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.LIMIT);
            }
            assertThat(answered).isPositive();
        }
    }
}
