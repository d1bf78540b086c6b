package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.IpcSender;
import dev.valence.integration.Load.Latencies;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Small requests beside large replies on one connection. The renderer asks main for the large ones. The small ones go either
 * from main to the renderer, so that they share the way of the large replies in another lane, or from the renderer to main:
 * then their replies are in the same lane.
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
    @Tag("measured")
    void largeReplies_holdUpSmallRequestsOfEitherSideByLessThan10Milliseconds() throws Exception {
        List<Long> ofMain = new ArrayList<>();
        List<Long> ofTheRenderer = new ArrayList<>();
        try (ChildJvm main = Load.startMain(MainProgram.class, HEAP)) {
            for (int i = 0; i < ROUNDS; i++) {
                String round = main.awaitLine("round ", 60);
                System.out.println("LatencyIT: " + round);
                ofMain.add(difference("main", round));
                ofTheRenderer.add(difference("renderer", round));
            }
            assertThat(main.awaitExit()).isZero();
        }
        assertThat(median(ofMain)).as("median of %s µs", ofMain).isLessThan(10_000);
        assertThat(median(ofTheRenderer)).as("median of %s µs", ofTheRenderer).isLessThan(10_000);
    }

    private static long difference(String who, String round) {
        return Long.parseLong(round.replaceAll(".*" + who + ": [^;]*difference=(-?\\d+).*", "$1"));
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(ROUNDS / 2);
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
            String ofMain = measure(renderer, () -> renderer.invoke("load", null, Long.class));
            return "main: " + ofMain + "; renderer: " + renderer.invokeSync("round", null, String.class);
        }
    }

    /** Measures small requests to a peer: first without, then beside a load. */
    private static String measure(IpcSender peer, Supplier<Future<Long>> start) throws Exception {
        Latencies idle = new Latencies();
        measure(peer, idle, () -> idle.count() == IDLE_SAMPLES);
        Future<Long> load = start.get();
        Latencies loaded = new Latencies();
        measure(peer, loaded, load::isDone);
        return "idle p99=" + idle.p99Micros() + " µs, loaded p99=" + loaded.p99Micros() + " µs of " + loaded.count()
                + ", difference=" + (loaded.p99Micros() - idle.p99Micros()) + " µs, the replies took " + load.get()
                + " ms";
    }

    private static void measure(IpcSender peer, Latencies latencies, BooleanSupplier isOver) {
        while (!isOver.getAsBoolean()) {
            long start = System.nanoTime();
            peer.invokeSync("echo", latencies.count(), int.class);
            latencies.add(start);
            Load.pace(200);
        }
    }

    /** The renderer. */
    static final class Asking {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                renderer.handle("echo", int.class, (event, number) -> number);
                renderer.handle("load", Object.class, (event, nothing) -> askForLarge(renderer));
                renderer.handle(
                        "round",
                        Object.class,
                        (event, nothing) -> measure(renderer, () -> {
                            FutureTask<Long> load = new FutureTask<>(() -> askForLarge(renderer));
                            new Thread(load).start();
                            return load;
                        }));
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
