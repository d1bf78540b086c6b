package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallOptions;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Permissions;
import dev.valence.integration.Load.Latencies;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.proto.Bounds;
import dev.valence.proto.Frame;
import dev.valence.proto.Request;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A renderer that asks for more than main has memory for, and does not read the answers. */
@Timeout(180)
@ExtendWith(NoLeaks.class)
class RepliesIT {

    private static final int SIZE = 64 << 20;
    private static final int REQUESTS = 1024;
    private static final String HEAP = "512m";
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

    /**
     * The value itself or those of the few that start while a reply is sent, that reply, the lane (32 MiB and one more), one
     * that is just encoded, and some for the rest.
     */
    private static final int MOST_MIB = 2 * 64 + 64 + 32 + 64 + 64 + 16;

    /** While one reply is being sent: the next, and some more on a machine where making that one takes long. */
    private static final int MOST_STARTED = 4;

    /**
     * All at once: every handler gives the same value, as a cached one would be, so that only what the library makes of it
     * counts. One by one: the first reply is under way when the others ask, and every handler makes a value of its own.
     */
    @ParameterizedTest
    @ValueSource(strings = {"cached", "fresh"})
    void rawClientThatNeverReads_costsALaneAndDisturbsNobody(String channel) throws Exception {
        try (ChildJvm main = Load.startMain(MainProgram.class, HEAP, "raw", "3");
                RawClient client = RawClient.connect(Endpoint.parse(main.awaitLine("endpoint ")))) {
            client.send(Frame.newBuilder()
                    .setHello(RawClient.hello(main.awaitLine("token "))
                            .setBounds(Bounds.newBuilder().setPayloadBytes(SIZE)))
                    .build());
            assertThat(client.read().hasWelcome()).isTrue();
            request(client, 1, channel);
            if (channel.equals("fresh")) {
                assertThat(client.read().hasReply()).isTrue();
            }
            for (int id = 2; id <= REQUESTS; id++) {
                request(client, id, channel);
            }
            main.goOn();
            assertBounded(main, channel.equals("fresh") ? MOST_STARTED : REQUESTS);
            main.goOn();
            assertThat(main.awaitExit()).isZero();
        }
    }

    private static void request(RawClient client, int id, String channel) throws IOException {
        client.send(Frame.newBuilder()
                .setRequest(Request.newBuilder()
                        .setId(id)
                        .setChannel(channel)
                        .setTimeLeftMicros(TimeUnit.MINUTES.toMicros(2)))
                .build());
    }

    private static void assertBounded(ChildJvm main, int mostStarted) throws Exception {
        int peak = Integer.parseInt(main.awaitLine("peak MiB "));
        int started = Integer.parseInt(main.awaitLine("started "));
        long p99 = Long.parseLong(main.awaitLine("sibling p99 µs "));
        System.out.println(
                "RepliesIT: peak " + peak + " MiB, handlers started " + started + ", sibling p99 " + p99 + " µs");
        assertThat(peak).isBetween(64, MOST_MIB);
        assertThat(started).isBetween(1, mostStarted);
    }

    @Test
    @Tag("full")
    void stoppedRenderer_costsALaneAndIsAnsweredOnceWhenItGoesOn() throws Exception {
        try (ChildJvm main = Load.startMain(MainProgram.class, HEAP, "stopped", "8")) {
            main.goOn();
            assertBounded(main, REQUESTS);
            String outcomes = main.awaitLine("outcomes ");
            System.out.println("RepliesIT: " + outcomes);
            assertThat(outcomes).contains("total=" + REQUESTS);
            main.goOn();
            assertThat(main.awaitExit()).isZero();
        }
    }

    /** Main. First argument: who asks; second: for how many seconds it is watched. */
    static final class MainProgram {

        private static final AtomicInteger STARTED = new AtomicInteger();
        private static final CompletableFuture<Void> ASKED = new CompletableFuture<>();

        public static void main(String[] args) throws Exception {
            IpcMainOptions options =
                    IpcMainOptions.defaults().withLimits(Limits.defaults().withSendTimeout(SEND_TIMEOUT));
            try (IpcMain main = IpcMain.open(options)) {
                byte[] cached = new byte[SIZE];
                main.handle("cached", Object.class, (event, nothing) -> {
                    STARTED.incrementAndGet();
                    return cached;
                });
                main.handle("fresh", Object.class, (event, nothing) -> {
                    STARTED.incrementAndGet();
                    return new byte[SIZE];
                });
                main.on("asked", Void.class, (event, nothing) -> ASKED.complete(null));
                CompletableFuture<String> outcomes = new CompletableFuture<>();
                main.on("outcomes", String.class, (event, text) -> outcomes.complete(text));
                Renderer sibling = main.launch(Load.spec(Sibling.class, "32m"));
                sibling.ready().get(60, TimeUnit.SECONDS);
                boolean isRaw = args[0].equals("raw");
                Renderer greedy = isRaw ? null : main.launch(Load.spec(Greedy.class, "1g"));
                if (isRaw) {
                    Invitation invitation =
                            main.invite(RendererSpec.named("raw").withPermissions(Permissions.open()));
                    System.out.println("endpoint " + invitation.endpoint());
                    System.out.println("token " + invitation.token());
                } else {
                    ASKED.get(60, TimeUnit.SECONDS);
                    signal("STOP", greedy);
                }
                System.in.read(); // until everything was asked
                watch(sibling, Integer.parseInt(args[1]));
                if (!isRaw) {
                    signal("CONT", greedy);
                    System.out.println("outcomes " + outcomes.get(60, TimeUnit.SECONDS));
                }
                System.in.read();
            }
        }

        private static void signal(String name, Renderer renderer) throws Exception {
            String pid = Long.toString(renderer.pid().getAsLong());
            new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
        }

        private static void watch(Renderer sibling, int seconds) {
            Latencies latencies = new Latencies();
            long peak = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                for (int i = 0; i < 100; i++) {
                    long start = System.nanoTime();
                    sibling.invokeSync("echo", i, int.class);
                    latencies.add(start);
                }
                System.gc();
                peak = Math.max(
                        peak,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            System.out.println("peak MiB " + (peak >> 20));
            System.out.println("started " + STARTED);
            System.out.println("sibling p99 µs " + latencies.p99Micros());
        }
    }

    /** Answers. */
    static final class Sibling {
        public static void main(String[] args) {
            IpcRenderer.run(renderer -> renderer.handle("echo", int.class, (event, number) -> number));
        }
    }

    /** Asks for everything at once and tells what came of it. */
    static final class Greedy {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> new Thread(() -> ask(renderer)).start());
        }

        private static void ask(IpcRenderer renderer) {
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                calls.add(renderer.invoke(
                                "cached", null, byte[].class, CallOptions.withDeadline(Duration.ofSeconds(20)))
                        .handle((bytes, failure) ->
                                failure == null ? "reply" : codeOf(failure).name()));
            }
            renderer.send("asked", null);
            Map<String, Integer> outcomes = new TreeMap<>();
            for (CompletableFuture<String> call : calls) {
                outcomes.merge(call.join(), 1, Integer::sum);
                outcomes.merge("total", 1, Integer::sum);
            }
            renderer.send("outcomes", outcomes.toString());
        }

        private static ErrorCode codeOf(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return ((IpcException) cause).code();
        }
    }
}
