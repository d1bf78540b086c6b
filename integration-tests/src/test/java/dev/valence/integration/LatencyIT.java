package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.Load.Latencies;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Small requests beside large replies on one connection. The renderer asks main for the large ones; the small ones go from
 * main to the renderer, so that both share the bytes from main to the renderer, in different lanes.
 */
@Timeout(300)
@ExtendWith(NoLeaks.class)
class LatencyIT {

    private static final String HEAP = "1g";
    private static final int SIZE = 64 << 20;
    private static final int LARGE = 10; // replies, back to back
    private static final int ROUNDS = 5;
    private static final int IDLE_SAMPLES = 2000;

    @Test
    @Tag("full")
    void largeReplies_holdUpSmallRequestsInTheOtherLaneByLessThan10Milliseconds() throws Exception {
        List<Long> differences = new ArrayList<>();
        try (ChildJvm main = Load.startMain(MainProgram.class, HEAP)) {
            for (int i = 0; i < ROUNDS; i++) {
                String round = main.awaitLine("round ", 60);
                System.out.println("LatencyIT: " + round);
                differences.add(Long.parseLong(round.replaceAll(".*difference=(-?\\d+).*", "$1")));
            }
            assertThat(main.awaitExit()).isZero();
        }
        Collections.sort(differences);
        assertThat(differences.get(ROUNDS / 2))
                .as("median of %s µs", differences)
                .isLessThan(10_000);
    }

    /** Main: measures, and serves the large replies. */
    static final class MainProgram {

        public static void main(String[] args) throws Exception {
            byte[] image = new byte[SIZE];
            try (IpcMain main = IpcMain.open()) {
                main.handle("large", Object.class, (event, nothing) -> image);
                main.handle("echo", int.class, (event, number) -> number);
                Renderer renderer = main.launch(Load.spec(Asking.class, HEAP));
                renderer.ready().get(60, TimeUnit.SECONDS);
                round(renderer); // warms up
                for (int i = 0; i < ROUNDS; i++) {
                    System.out.println("round " + round(renderer));
                }
            }
        }

        private static String round(Renderer renderer) throws Exception {
            Latencies idle = new Latencies();
            measure(renderer, idle, () -> idle.count() == IDLE_SAMPLES);
            CompletableFuture<Long> load = renderer.invoke("load", null, Long.class);
            Latencies loaded = new Latencies();
            measure(renderer, loaded, load::isDone);
            return "idle p99=" + idle.p99Micros() + " µs, loaded p99=" + loaded.p99Micros() + " µs of "
                    + loaded.count() + ", difference=" + (loaded.p99Micros() - idle.p99Micros())
                    + " µs; the replies took " + load.join() + " ms; the other way, behind them in their lane, p99="
                    + renderer.invokeSync("same lane", null, Long.class) + " µs";
        }

        private static void measure(Renderer renderer, Latencies latencies, BooleanSupplier isOver) {
            while (!isOver.getAsBoolean()) {
                long start = System.nanoTime();
                renderer.invokeSync("echo", latencies.count(), int.class);
                latencies.add(start);
                Load.pace(200);
            }
        }
    }

    /** The renderer. */
    static final class Asking {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                renderer.handle("echo", int.class, (event, number) -> number);
                renderer.handle("load", Object.class, (event, nothing) -> askForLarge(renderer));
                renderer.handle("same lane", Object.class, (event, nothing) -> {
                    FutureTask<Long> load = new FutureTask<>(() -> askForLarge(renderer));
                    new Thread(load).start();
                    Latencies latencies = new Latencies();
                    while (!load.isDone()) {
                        long start = System.nanoTime();
                        renderer.invokeSync("echo", latencies.count(), int.class);
                        latencies.add(start);
                        Load.pace(200);
                    }
                    return latencies.p99Micros();
                });
            });
        }

        private static long askForLarge(IpcRenderer renderer) {
            long start = System.nanoTime();
            for (int i = 0; i < LARGE; i++) {
                byte[] bytes = renderer.invokeSync("large", null, byte[].class);
                if (bytes.length != SIZE) {
                    throw new IllegalStateException(bytes.length + " bytes (expected: " + SIZE + ")");
                }
            }
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        }
    }
}
