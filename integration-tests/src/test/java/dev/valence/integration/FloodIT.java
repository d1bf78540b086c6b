package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallOptions;
import dev.valence.Delivery.Report;
import dev.valence.integration.Load.Latencies;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Main is flooded by one renderer and floods another, whose listener sleeps; each process has 64 MiB. Nobody runs out of
 * memory, every message is accounted for, and all others go on.
 */
@Timeout(300)
@ExtendWith(NoLeaks.class)
class FloodIT {

    private static final String HEAP = "64m";
    private static final int SIZE = 1024;
    private static final int MOST = 10_000_000; // messages of a kind
    private static final int PACE_MICROS = 2000;

    @Test
    void floodOfFiveSeconds_losesNothingUncountedAndHoldsUpNobody() throws Exception {
        flood(5);
    }

    @Test
    @Tag("full")
    @Tag("measured")
    void floodOfAMinuteOrTenMillionEach_keepsRequestsBelow50Milliseconds() throws Exception {
        Map<String, Long> report = flood(60);
        assertThat(report)
                .hasEntrySatisfying("p99 to the flooder", p99 -> assertThat(p99).isLessThan(50_000));
        assertThat(report)
                .hasEntrySatisfying("p99 of the others", p99 -> assertThat(p99).isLessThan(50_000));
    }

    private static Map<String, Long> flood(int seconds) throws Exception {
        Map<String, Long> report = new HashMap<>();
        try (ChildJvm main = Load.startMain(MainProgram.class, HEAP, Integer.toString(seconds))) {
            main.awaitLine("up");
            String line = main.awaitLine("report ", seconds);
            System.out.println("FloodIT: " + line);
            for (String entry : line.split(", ")) {
                String[] words = entry.split("=");
                report.put(words[0], Long.parseLong(words[1]));
            }
            assertThat(main.awaitExit()).isZero();
        }
        assertThat(report.get("sent")).isPositive();
        assertThat(report.get("sent"))
                .as("trySend: delivered and refused")
                .isEqualTo(report.get("delivered") + report.get("refused"));
        assertThat(report.get("broadcast"))
                .as("broadcasts: heard and missed")
                .isEqualTo(report.get("heard") + report.get("missed"));
        assertThat(report.get("missed")).isEqualTo(report.get("skipped")).isPositive();
        assertThat(report.get("direct")).isEqualTo(report.get("direct heard")).isPositive();
        assertThat(report.get("asked the flooder")).isPositive();
        assertThat(report.get("asked by the others")).isPositive();
        assertThat(report.get("exit codes")).isZero();
        return report;
    }

    /** Main. The argument says for how many seconds it is flooded and floods. */
    static final class MainProgram {

        private final IpcMain main;
        private final int seconds;
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final CompletableFuture<Void> wake = new CompletableFuture<>();
        private final AtomicLong delivered = new AtomicLong();
        private final CompletableFuture<Counts> flooded = new CompletableFuture<>();
        private final CompletableFuture<Heard> heard = new CompletableFuture<>();
        private final List<CompletableFuture<Asked>> others = new ArrayList<>();

        private MainProgram(IpcMain main, int seconds) {
            this.main = main;
            this.seconds = seconds;
        }

        public static void main(String[] args) throws Exception {
            try (IpcMain main = IpcMain.open()) {
                new MainProgram(main, Integer.parseInt(args[0])).run();
            }
        }

        private void run() throws Exception {
            main.on("flood", byte[].class, (event, bytes) -> delivered.incrementAndGet());
            main.on("flooded", Counts.class, (event, counts) -> flooded.complete(counts));
            main.on("heard", Heard.class, (event, counts) -> heard.complete(counts));
            main.handleAsync("sleep", Void.class, (event, nothing) -> wake);
            main.handle("echo", int.class, (event, number) -> number);
            Renderer sleeper = main.launch(Load.spec(Sleeper.class, HEAP));
            List<Renderer> all = new ArrayList<>(List.of(sleeper));
            for (int i = 0; i < 2; i++) {
                Renderer other = main.launch(Load.spec(Other.class, HEAP));
                CompletableFuture<Asked> asked = new CompletableFuture<>();
                other.ipc().on("asked", Asked.class, (event, counts) -> asked.complete(counts));
                others.add(asked);
                all.add(other);
            }
            Renderer flooder = main.launch(Load.spec(Flooder.class, HEAP));
            all.add(flooder);
            for (Renderer renderer : all) {
                renderer.ready().get(60, TimeUnit.SECONDS);
            }
            System.out.println("up");
            all.forEach(renderer -> renderer.send("go", seconds));
            System.out.println("report " + load(flooder, sleeper) + ", exit codes=" + exitCodes(all));
        }

        private String load(Renderer flooder, Renderer sleeper) throws Exception {
            FutureTask<Asked> asking = new FutureTask<>(() -> ask(flooder));
            FutureTask<Integer> sending = new FutureTask<>(() -> sendDirectly(sleeper));
            new Thread(asking).start();
            new Thread(sending).start();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            long broadcast = 0;
            long skipped = 0;
            byte[] payload = new byte[SIZE];
            while (System.nanoTime() - end < 0 && broadcast < MOST) {
                Report report = main.broadcast("news", payload).report().join();
                broadcast++;
                skipped += report.skipped().size();
            }
            Counts counts = flooded.get(120, TimeUnit.SECONDS);
            isOver.set(true);
            int direct = sending.get();
            wake.complete(null);
            // What was missed last is told with the next message of the channel.
            sleeper.send("news", new byte[0]);
            Heard told = heard.get(60, TimeUnit.SECONDS);
            long p99 = 0;
            long asked = 0;
            for (CompletableFuture<Asked> other : others) {
                p99 = Math.max(p99, other.get(60, TimeUnit.SECONDS).p99());
                asked += other.join().count();
            }
            return "sent=" + counts.sent() + ", delivered=" + delivered + ", refused=" + counts.refused()
                    + ", broadcast=" + broadcast + ", skipped=" + skipped + ", heard=" + told.news() + ", missed="
                    + told.missed() + ", direct=" + direct + ", direct heard=" + told.direct()
                    + ", asked the flooder=" + asking.get().count() + ", p99 to the flooder="
                    + asking.get().p99() + ", asked by the others=" + asked + ", p99 of the others=" + p99;
        }

        private Asked ask(Renderer flooder) {
            Latencies latencies = new Latencies();
            while (!isOver.get()) {
                long start = System.nanoTime();
                flooder.invokeSync("echo", latencies.count(), int.class);
                latencies.add(start);
                Load.pace(PACE_MICROS);
            }
            return new Asked(latencies.count(), latencies.p99Micros());
        }

        /** Sends to the one that is flooded; throws if there is no room. */
        private int sendDirectly(Renderer sleeper) {
            int count = 0;
            while (!isOver.get()) {
                sleeper.send("direct", count++);
                Load.pace(50 * PACE_MICROS);
            }
            return count;
        }

        private static long exitCodes(List<Renderer> all) throws Exception {
            long sum = 0;
            for (Renderer renderer : all) {
                renderer.close();
                sum += renderer.exit().get(60, TimeUnit.SECONDS).exitCode().orElse(99);
            }
            return sum;
        }
    }

    record Counts(long sent, long refused) {}

    record Heard(long news, long missed, long direct) {}

    record Asked(long count, long p99) {}

    /** Sends to main as fast as it can. */
    static final class Flooder {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                renderer.handle("echo", int.class, (event, number) -> number);
                renderer.on("go", int.class, (event, seconds) -> new Thread(() -> flood(renderer, seconds)).start());
            });
        }

        private static void flood(IpcRenderer renderer, int seconds) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            byte[] payload = new byte[SIZE];
            long sent = 0;
            long refused = 0;
            while (System.nanoTime() - end < 0 && sent < MOST) {
                sent++;
                if (!renderer.trySend("flood", payload)) {
                    refused++;
                }
            }
            renderer.send("flooded", new Counts(sent, refused));
        }
    }

    /** Hears nothing until main answers, then everything; an empty message is the last. */
    static final class Sleeper {

        public static void main(String[] args) {
            IpcRenderer.run(Sleeper::listen);
        }

        private static void listen(IpcRenderer renderer) {
            CountDownLatch awake = new CountDownLatch(1);
            renderer.invoke("sleep", null, Void.class, CallOptions.withDeadline(Duration.ofMinutes(5)))
                    .thenRun(awake::countDown);
            AtomicLong news = new AtomicLong();
            AtomicLong missed = new AtomicLong();
            AtomicLong direct = new AtomicLong();
            renderer.on("direct", int.class, (event, number) -> direct.incrementAndGet());
            renderer.on("news", byte[].class, (event, bytes) -> {
                awake.await();
                missed.addAndGet(event.missed());
                if (bytes.length > 0) {
                    news.incrementAndGet();
                } else {
                    event.reply("heard", new Heard(news.get(), missed.get(), direct.get()));
                }
            });
        }
    }

    /** Asks main again and again. */
    static final class Other {

        public static void main(String[] args) {
            IpcRenderer.run(renderer ->
                    renderer.on("go", int.class, (event, seconds) -> new Thread(() -> ask(renderer, seconds)).start()));
        }

        private static void ask(IpcRenderer renderer, int seconds) {
            Latencies latencies = new Latencies();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() - end < 0) {
                long start = System.nanoTime();
                renderer.invokeSync("echo", latencies.count(), int.class);
                latencies.add(start);
                Load.pace(PACE_MICROS);
            }
            renderer.send("asked", new Asked(latencies.count(), latencies.p99Micros()));
        }
    }
}
