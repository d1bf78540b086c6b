package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.Source;
import dev.valence.main.Renderer;
import dev.valence.main.RendererState;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams between processes, in both directions. */
@Timeout(180)
@ExtendWith(NoLeaks.class)
class StreamsIT {

    private static final int LARGE = 5 << 20;

    @AutoClose
    private final Rig rig = Rig.open();

    /** What handlers of both processes say that happens to them. */
    private final Received<Renderer, String> told = new Received<>();

    private Renderer renderer;

    /** Who subscribes: main, or the renderer because main asks it to. */
    enum Subscriber {
        MAIN,
        RENDERER
    }

    // ---- Handlers of both ends, and the renderer -----------------------------------------------------------------

    private static <S extends IpcSender> void register(IpcReceiver<S> receiver, Consumer<String> tell) {
        receiver.handleStream("range", Integer.class, (event, count) -> Source.of(count, number -> number));
        receiver.handleStream(
                "large", Integer.class, (event, count) -> Source.of(count, number -> filled(LARGE, (byte) number)));
        receiver.handleStream("waiting", String.class, (event, name) -> {
            event.onCancel(() -> tell.accept(name + " told"));
            Source<Long> source = Source.of(Long.MAX_VALUE, number -> number < 3 ? number : null);
            source.cancelled().thenRun(() -> tell.accept(name + " cancelled"));
            return source;
        });
        AtomicLong given = new AtomicLong();
        receiver.handleStream(
                "endless",
                Integer.class,
                (event, bytes) -> Source.of(Long.MAX_VALUE, number -> {
                    given.incrementAndGet();
                    return new byte[bytes];
                }));
        receiver.handle("given", Object.class, (event, request) -> given.get());
        receiver.handle("echo", String.class, (event, text) -> text);
        receiver.handleStream(
                "failing",
                Object.class,
                (event, request) -> subscriber -> Source.of(Long.MAX_VALUE, number -> {
                            if (number == 2) {
                                subscriber.onError(new IllegalStateException("on purpose"));
                            }
                            return number < 2 ? number : null;
                        })
                        .subscribe(subscriber));
    }

    private static byte[] filled(int size, byte value) {
        byte[] bytes = new byte[size];
        java.util.Arrays.fill(bytes, value);
        return bytes;
    }

    static void streams(IpcRenderer renderer) {
        register(renderer, text -> renderer.send("told", text));
        renderer.handle("sum", Integer.class, (event, count) -> sum(renderer, count));
        renderer.handle("outcome", String.class, (event, channel) -> outcome(renderer, channel));
        Map<String, Collected<Long>> open = new ConcurrentHashMap<>();
        renderer.on("subscribe", String.class, (event, name) -> {
            open.put(name, Collected.of(renderer.stream("waiting", name, Long.class), 9));
            renderer.send("told", name + " got " + open.get(name).next());
        });
        renderer.on("cancel", String.class, (event, name) -> open.get(name).cancel());
        renderer.on(
                "die", Object.class, (event, nothing) -> Runtime.getRuntime().halt(3));
    }

    /** Subscribes to many streams at once, half of them item by item. Returns the sum of the items, if all were in order. */
    private static long sum(IpcSender sender, int streams) {
        List<Collected<Integer>> all = IntStream.range(0, streams)
                .mapToObj(i -> Collected.of(sender.stream("range", 30, Integer.class), i % 2 == 0 ? 7 : Long.MAX_VALUE))
                .toList();
        all.forEach(stream -> stream.request(23));
        long sum = 0;
        for (Collected<Integer> stream : all) {
            List<Integer> items = stream.completed();
            assertThat(items).isEqualTo(IntStream.range(0, 30).boxed().toList());
            sum += items.stream().mapToInt(Integer::intValue).sum();
        }
        return sum;
    }

    /** Subscribes and says how it ended. */
    private static String outcome(IpcSender sender, String channel) {
        CallOptions soon = CallOptions.withDeadline(Duration.ofSeconds(1));
        Collected<Long> stream = Collected.of(sender.stream(channel, "x", Long.class, soon), 5);
        IpcException failure = (IpcException) stream.failed();
        return stream.items() + " " + failure.code();
    }

    @BeforeEach
    void launch() {
        rig.main().on("told", String.class, told);
        register(rig.main(), told::add);
        renderer = rig.launch("streams");
    }

    @AfterEach
    void everythingElseGoesOn() {
        if (renderer.state() == RendererState.READY) {
            assertThat(renderer.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
        }
    }

    // ---- Both directions -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void thousandStreamsAtOnce_giveEveryItemInOrder(Subscriber who) {
        long sum = who == Subscriber.MAIN
                ? sum(renderer, 1000)
                : renderer.invokeSync("sum", 1000, Long.class, CallOptions.withDeadline(Duration.ofSeconds(100)));

        assertThat(sum).isEqualTo(1000 * LongStream.range(0, 30).sum());
    }

    private String outcome(Subscriber who, String channel) {
        return who == Subscriber.MAIN
                ? outcome(renderer, channel)
                : renderer.invokeSync("outcome", channel, String.class);
    }

    @ParameterizedTest
    @EnumSource
    void noItemInTime_failsTheSubscriberAndCancelsTheHandler(Subscriber who) throws Exception {
        assertThat(outcome(who, "waiting")).isEqualTo("[0, 1, 2] DEADLINE_EXCEEDED");

        assertThat(told.next(2)).containsExactlyInAnyOrder("x told", "x cancelled");
    }

    @ParameterizedTest
    @EnumSource
    void publisherFails_theSubscriberIsToldBehindTheItems(Subscriber who) {
        assertThat(outcome(who, "failing")).isEqualTo("[0, 1] HANDLER_FAILED");
    }

    @ParameterizedTest
    @EnumSource
    void noHandler_failsTheSubscriber(Subscriber who) {
        assertThat(outcome(who, "nobody")).isEqualTo("[] NO_HANDLER");
        assertThat(outcome(who, "echo")).isEqualTo("[] NO_HANDLER"); // a handler of requests
    }

    // ---- Cancelled -----------------------------------------------------------------------------------------------

    @Test
    void mainCancels_theHandlerOfTheRendererIsTold() throws Exception {
        Collected<Long> stream = Collected.of(renderer.stream("waiting", "far", Long.class), 9);
        stream.next();

        stream.cancel();

        assertThat(told.next(2)).containsExactlyInAnyOrder("far told", "far cancelled");
    }

    @Test
    void rendererCancels_theHandlerOfMainIsTold() throws Exception {
        renderer.send("subscribe", "near");
        assertThat(told.next()).isEqualTo("near got 0");

        renderer.send("cancel", "near");

        assertThat(told.next(2)).containsExactlyInAnyOrder("near told", "near cancelled");
    }

    // ---- Slow, large, dead ---------------------------------------------------------------------------------------

    @Test
    void subscriberThatIsSlow_boundsWhatThePublisherGives() {
        CompletableFuture<Void> open = new CompletableFuture<>();
        List<Collected<byte[]>> streams = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            streams.add(Collected.of(
                    renderer.stream("endless", 64 * 1024, byte[].class), Long.MAX_VALUE, item -> Rig.await(open)));
        }
        streams.forEach(Collected::next);

        // 4 to a window and one that passes it, and one more that the publisher was asked for when there was room
        await().during(Duration.ofSeconds(1)).until(() -> renderer.invokeSync("given", null, Long.class) <= 50 * 6);
        assertThat(renderer.invokeSync("echo", "beside it", String.class)).isEqualTo("beside it");

        open.complete(null);
        await().until(() -> streams.stream().allMatch(stream -> stream.items().size() > 20));
        streams.forEach(Collected::cancel);
    }

    @Test
    void largeItems_arriveWholeBesideRequestsAndSmallItems() {
        Collected<byte[]> large = Collected.of(renderer.stream("large", 12, byte[].class), Long.MAX_VALUE);
        AtomicInteger answers = new AtomicInteger();
        while (!large.end().isDone()) {
            assertThat(renderer.invokeSync("echo", "beside it", String.class)).isEqualTo("beside it");
            assertThat(Collected.of(renderer.stream("range", 3, Integer.class), 3)
                            .completed())
                    .hasSize(3);
            answers.incrementAndGet();
        }

        List<byte[]> items = large.completed();
        assertThat(items).hasSize(12);
        for (int i = 0; i < items.size(); i++) {
            assertThat(items.get(i)).isEqualTo(filled(LARGE, (byte) i));
        }
        assertThat(answers.get()).isPositive();
    }

    @Test
    void rendererIsKilled_itsSubscribersFailAndItsOwnStreamsAreCancelled() throws Exception {
        renderer.send("subscribe", "orphan");
        assertThat(told.next()).isEqualTo("orphan got 0");
        Collected<Long> stream = Collected.of(renderer.stream("waiting", "far", Long.class), 9);
        stream.next();

        renderer.kill();

        assertThat(stream.failed())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PEER_GONE));
        assertThat(told.next(2)).containsExactlyInAnyOrder("orphan told", "orphan cancelled");
    }

    @Test
    void rendererDiesByItself_itsSubscribersFail() throws Exception {
        Collected<Long> stream = Collected.of(renderer.stream("waiting", "far", Long.class), 9);
        stream.next();

        renderer.send("die", null);

        assertThat(((IpcException) stream.failed()).code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(Rig.awaitExit(renderer).exitCode()).hasValue(3);
    }

    @Test
    void rendererIsClosed_anOpenStreamDoesNotHoldItUp() {
        Collected<Long> stream = Collected.of(renderer.stream("waiting", "far", Long.class), 9);
        stream.next();

        renderer.close();

        assertThat(((IpcException) stream.failed()).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(Rig.awaitExit(renderer).exitCode()).hasValue(0);
    }
}
