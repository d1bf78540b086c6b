package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.CallOptions;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.InvokeEvent;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.StreamChannel;
import dev.valence.TypeRef;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.SessionPair;
import dev.valence.fixtures.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams as both ends see them: items, demand, and every way to end. */
@Timeout(60)
class SessionStreamsTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    private final SessionPair pair = SessionPair.open();

    @AfterEach
    void close() {
        pair.close();
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private <T> Source<T> serve(Source<T> source) {
        pair.server().receiver().handleStream("s", Object.class, (event, request) -> source);
        return source;
    }

    private Flow.Publisher<Long> stream() {
        return pair.client().stream("s", null, Long.class);
    }

    // ---- Items and demand ----------------------------------------------------------------------------------------

    @Test
    void stream_givesItemsInOrderAndCompletes() {
        pair.server()
                .receiver()
                .handleStream("range", Integer.class, (event, count) -> Source.of(count, number -> "item " + number));
        Flow.Publisher<String> publisher = pair.client().stream("range", 1000, String.class);
        List<String> expected =
                LongStream.range(0, 1000).mapToObj(number -> "item " + number).toList();
        assertThat(Collected.of(publisher, Long.MAX_VALUE).completed()).isEqualTo(expected);
        assertThat(Collected.of(publisher, 1000).completed()).isEqualTo(expected); // each subscriber has its own
        await().until(() -> pair.client().session().pendingCalls() == 0);
    }

    @Test
    void typedChannel_carriesItsTypes() {
        StreamChannel<String, List<String>> channel =
                StreamChannel.of("typed", TypeRef.of(String.class), new TypeRef<List<String>>() {});
        StreamChannel<String, Integer> numbers = StreamChannel.of("numbers", String.class, Integer.class);
        assertThat(channel.itemType()).isEqualTo(new TypeRef<List<String>>() {});
        pair.client()
                .receiver()
                .handleStream(numbers, (event, text) -> Source.of(text.length(), number -> (int) number));
        assertThat(Collected.of(pair.server().stream(numbers, "four"), 9).completed())
                .containsExactly(0, 1, 2, 3);
        assertThat(pair.client().receiver().removeHandler(numbers)).isTrue();
        assertThatThrownBy(() -> StreamChannel.of("", String.class, String.class))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void demand_reachesThePublisherAsItIs() {
        Source<Long> source = serve(Source.endless());
        Collected<Long> collected = Collected.of(stream());
        assertThat(source.subscriber()).isNotNull();
        assertThat(source.asked()).isZero();
        collected.request(3);
        assertThat(List.of(collected.next(), collected.next(), collected.next()))
                .containsExactly(0L, 1L, 2L);
        assertThat(source.asked()).isEqualTo(3);
        collected.request(2);
        collected.next();
        assertThat(collected.next()).isEqualTo(4L);
        assertThat(source.asked()).isEqualTo(5);
        collected.cancel();
        Patience.get(source.cancelled());
    }

    @Test
    void manyRequestsForOneItem_giveEveryItem() {
        serve(Source.of(5000, number -> number));
        List<Flow.Subscription> subscription = new ArrayList<>();
        CompletableFuture<List<Long>> result = new CompletableFuture<>();
        stream().subscribe(new Flow.Subscriber<>() {
            private final List<Long> items = new ArrayList<>();

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.add(given);
                given.request(1);
            }

            @Override
            public void onNext(Long item) {
                items.add(item);
                subscription.get(0).request(1);
            }

            @Override
            public void onError(Throwable thrown) {
                result.completeExceptionally(thrown);
            }

            @Override
            public void onComplete() {
                result.complete(items);
            }
        });
        assertThat(Patience.get(result)).hasSize(5000).isSorted();
    }

    @Test
    void payload_isEncodedAtTheCall() {
        pair.server().receiver().handleStream("echo", byte[].class, (event, bytes) -> Source.of(1, number -> bytes[0]));
        byte[] payload = {1};
        Flow.Publisher<Byte> publisher = pair.client().stream("echo", payload, Byte.class);
        payload[0] = 2;
        assertThat(Collected.of(publisher, 1).completed()).containsExactly((byte) 1);
    }

    @Test
    void largeItems_arriveWhole() {
        int size = 3 << 20;
        serve(Source.of(5, number -> new byte[size + (int) number]));
        List<byte[]> items =
                Collected.of(pair.client().stream("s", null, byte[].class), 10).completed();
        assertThat(items).extracting(item -> item.length - size).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void publisherWithThreadsOfItsOwn_keepsItsOrder() {
        try (SubmissionPublisher<Integer> submissions = new SubmissionPublisher<>()) {
            pair.server().receiver().handleStream("s", Object.class, (event, request) -> submissions);
            Collected<Integer> collected = Collected.of(pair.client().stream("s", null, Integer.class), Long.MAX_VALUE);
            await().until(submissions::hasSubscribers);
            for (int i = 0; i < 2000; i++) {
                submissions.submit(i);
            }
            submissions.close();
            assertThat(collected.completed()).hasSize(2000).isSorted();
        }
    }

    @Test
    void signals_comeOnCallbackThreadsAndNeverInTheTurn() {
        serve(Source.of(3, number -> number));
        CompletableFuture<String> thread = new CompletableFuture<>();
        CompletableFuture<Void> open = new CompletableFuture<>();
        CompletableFuture<Void> listening = new CompletableFuture<>();
        pair.client().receiver().on("m", Object.class, (event, payload) -> {
            listening.complete(null);
            Patience.get(open); // holds the turn
        });
        pair.server().send("m", null);
        Patience.get(listening);
        List<Long> items = Collected.of(
                        stream(),
                        3,
                        item -> thread.complete(Thread.currentThread().getName()))
                .completed();
        open.complete(null);
        assertThat(items).hasSize(3);
        assertThat(Patience.get(thread))
                .doesNotContain("io")
                .isNotEqualTo(Thread.currentThread().getName());
    }

    @Test
    void subscriberThatDoesNotReturn_boundsWhatIsUnderWayToIt() {
        Source<byte[]> source = serve(Source.of(Long.MAX_VALUE, number -> new byte[1024]));
        CompletableFuture<Void> open = new CompletableFuture<>();
        Collected<byte[]> collected =
                Collected.of(pair.client().stream("s", null, byte[].class), Long.MAX_VALUE, item -> Patience.get(open));
        collected.next();
        await().during(Duration.ofMillis(300)).until(() -> source.given() < 250); // the window, and a few ahead
        open.complete(null);
        await().until(() -> collected.items().size() > 2000);
        collected.cancel();
        Patience.get(source.cancelled());
    }

    // ---- The subscriber ends it ----------------------------------------------------------------------------------

    @Test
    void cancel_reachesPublisherAndEvent() {
        Source<Long> source = Source.silent();
        CompletableFuture<InvokeEvent<PairedEnd>> started = new CompletableFuture<>();
        CompletableFuture<Void> told = new CompletableFuture<>();
        pair.server().receiver().handleStream("s", Object.class, (event, request) -> {
            event.onCancel(() -> told.complete(null));
            started.complete(event);
            return source;
        });
        Collected<Long> collected = Collected.of(stream(), 1);
        assertThat(Patience.get(started).isCancelled()).isFalse();
        assertThat(Patience.get(started).remaining()).isPositive();
        assertThat(source.subscriber()).isNotNull();
        collected.cancel();
        Patience.get(told);
        Patience.get(source.cancelled());
        assertThat(Patience.get(started).isCancelled()).isTrue();
        assertThat(collected.end()).isNotDone();
        assertThat(pair.client().session().pendingCalls()).isZero();
    }

    @Test
    void cancelInsideOnNext_isTheLastThatTheSubscriberHears() {
        Source<Long> source = serve(Source.endless());
        CompletableFuture<Collected<Long>> self = new CompletableFuture<>();
        Collected<Long> collected = Collected.of(stream(), Long.MAX_VALUE, item -> {
            if (item == 9) {
                Patience.get(self).cancel();
            }
        });
        self.complete(collected);
        Patience.get(source.cancelled());
        assertThat(collected.items()).hasSize(10);
    }

    @Test
    void subscriberThatThrows_isCancelled() {
        try (Quiet quiet = Quiet.about(OutgoingStream.class)) {
            Source<Long> source = serve(Source.endless());
            Collected<Long> collected = Collected.of(stream(), Long.MAX_VALUE, item -> {
                throw new IllegalStateException("on purpose");
            });
            Patience.get(source.cancelled());
            assertThat(collected.items()).hasSize(1);
            assertThat(collected.end()).isNotDone();
        }
    }

    @Test
    void requestForNothing_endsWithAnIllegalArgument() {
        Source<Long> source = serve(Source.silent());
        Collected<Long> collected = Collected.of(stream(), 1);
        assertThat(source.subscriber()).isNotNull();
        collected.request(0);
        assertThat(collected.failed())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("request: 0 items (expected: 1 or more, by rule 3.9 of Reactive Streams)");
        Patience.get(source.cancelled());
    }

    @Test
    void noSubscriber_isRefusedAtTheCall() {
        assertThatThrownBy(() -> stream().subscribe(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pair.client().stream("", null, Long.class))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- Out of time ---------------------------------------------------------------------------------------------

    private Flow.Publisher<Long> streamWithin(Duration patience) {
        return pair.client().stream("s", null, Long.class, CallOptions.withDeadline(patience));
    }

    @Test
    void noItemInTime_failsAndCancelsThePublisher() {
        Source<Long> source = serve(Source.of(Long.MAX_VALUE, number -> number < 2 ? number : null));
        Collected<Long> collected = Collected.of(streamWithin(SHORT), 5);
        assertThat(collected.failed())
                .satisfies(code(ErrorCode.DEADLINE_EXCEEDED))
                .hasMessage("no item from server on 's' in time");
        assertThat(collected.items()).containsExactly(0L, 1L);
        Patience.get(source.cancelled());
    }

    @Test
    void noDemand_noDeadline() {
        Source<Long> source = serve(Source.of(3, number -> number));
        Collected<Long> collected = Collected.of(streamWithin(SHORT), 1);
        collected.next();
        await().during(SHORT.multipliedBy(4)).until(() -> !collected.end().isDone());
        collected.request(2);
        assertThat(collected.completed()).containsExactly(0L, 1L, 2L);
        assertThat(source.asked()).isEqualTo(3);
    }

    @Test
    void slowSubscriber_doesNotUseUpTheTimeOfThePublisher() {
        serve(Source.of(3, number -> number));
        CompletableFuture<Void> never = new CompletableFuture<>();
        Collected<Long> collected = Collected.of(streamWithin(SHORT), 10, item -> {
            never.completeOnTimeout(null, 4 * SHORT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
            Patience.get(never);
        });
        assertThat(collected.completed()).hasSize(3);
    }

    @Test
    void streamInsideARequest_hasNoMoreTimeThanThatAndIsCancelledWithIt() {
        Source<Long> source = Source.silent();
        CompletableFuture<Duration> remaining = new CompletableFuture<>();
        pair.client().receiver().handleStream("inner", Object.class, (event, request) -> {
            remaining.complete(event.remaining());
            return source;
        });
        CompletableFuture<Collected<Long>> inner = new CompletableFuture<>();
        CompletableFuture<Object> never = new CompletableFuture<>();
        pair.server().receiver().handleAsync("outer", Object.class, (event, request) -> {
            inner.complete(Collected.of(event.sender().stream("inner", null, Long.class), 1));
            return never;
        });
        var call = pair.client().invoke("outer", null, Object.class, CallOptions.withDeadline(Duration.ofSeconds(9)));
        assertThat(Patience.get(remaining)).isBetween(Duration.ofMillis(1), Duration.ofSeconds(9));
        call.cancel(true);
        assertThat(Patience.get(inner).failed())
                .satisfies(code(ErrorCode.CANCELLED))
                .hasMessage("the request in which 'inner' was subscribed to was cancelled");
        Patience.get(source.cancelled());
    }

    // ---- Limits --------------------------------------------------------------------------------------------------

    @Test
    void streams_countAmongThePendingRequests() {
        try (SessionPair small = SessionPair.open(Limits.defaults().withCounts(3, 8))) {
            Source<Long> source = Source.silent();
            small.server().receiver().handleStream("s", Object.class, (event, request) -> source);
            small.server().receiver().handleAsync("h", Object.class, (event, request) -> new CompletableFuture<>());
            List<Collected<Long>> open = new ArrayList<>();
            open.add(Collected.of(small.client().stream("s", null, Long.class)));
            open.add(Collected.of(small.client().stream("s", null, Long.class)));
            var call = small.client().invoke("h", null, Object.class);
            assertThat(Collected.of(small.client().stream("s", null, Long.class))
                            .failed())
                    .satisfies(code(ErrorCode.LIMIT));
            assertThat(Patience.failure(small.client().invoke("h", null, Object.class)))
                    .satisfies(code(ErrorCode.LIMIT));
            small.server().receiver().handleStream("one", Object.class, (event, request) -> Source.of(1, n -> n));
            open.get(0).cancel();
            await().ignoreExceptions() // the other side may still count the one that was cancelled
                    .until(() -> Collected.of(small.client().stream("one", null, Long.class), 1)
                            .completed()
                            .equals(List.of(0L)));
            assertThat(small.client().session().pendingCalls()).isEqualTo(2);
            call.cancel(true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 400_000})
    void manyStreamsAtOnce_allComplete(int itemBytes) {
        int streams = itemBytes > 1000 ? 20 : 1000;
        pair.server()
                .receiver()
                .handleStream("s", Object.class, (event, request) -> Source.of(10, number -> new byte[itemBytes]));
        List<Collected<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            all.add(Collected.of(pair.client().stream("s", null, byte[].class), i % 3 == 0 ? 10 : Long.MAX_VALUE));
        }
        assertThat(all)
                .allSatisfy(collected -> assertThat(collected.completed()).hasSize(10));
    }

    @Test
    void itemsThatNobodyReads_stayWithinTheReplyLane() {
        Limits limits = Limits.defaults().withQueueBytes(1 << 20, 2 << 20);
        int itemBytes = 1 << 20;
        try (SessionPair narrow = SessionPair.open(limits)) {
            AtomicInteger given = new AtomicInteger();
            narrow.server()
                    .receiver()
                    .handleStream(
                            "s",
                            Object.class,
                            (event, request) -> Source.of(Long.MAX_VALUE, number -> {
                                given.incrementAndGet();
                                return new byte[itemBytes];
                            }));
            CompletableFuture<Void> open = new CompletableFuture<>();
            List<Collected<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(Collected.of(
                        narrow.client().stream("s", null, byte[].class), Long.MAX_VALUE, item -> Patience.get(open)));
            }
            all.forEach(Collected::next); // one each, which is more than a window
            await().during(Duration.ofMillis(300)).until(() -> given.get() <= 200);
            open.complete(null);
            all.forEach(Collected::next);
            all.forEach(Collected::cancel);
        }
    }

    @Test
    void serialExecutor_getsEverySignal() {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SessionPair serial = SessionPair.open(Limits.defaults(), CallbackExecutor.serial(thread))) {
            serial.server().receiver().handleStream("s", Object.class, (event, request) -> Source.of(100, n -> n));
            serial.client().receiver().handleStream("s", Object.class, (event, request) -> Source.of(100, n -> n));
            assertThat(Collected.of(serial.client().stream("s", null, Long.class), Long.MAX_VALUE)
                            .completed())
                    .hasSize(100);
            assertThat(Collected.of(serial.server().stream("s", null, Long.class), Long.MAX_VALUE)
                            .completed())
                    .hasSize(100);
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void directExecutor_getsEverySignal() {
        try (SessionPair direct = SessionPair.open(Limits.defaults(), CallbackExecutor.direct())) {
            direct.server()
                    .receiver()
                    .handleStream("s", Object.class, (event, request) -> Source.of(50, n -> new byte[100_000]));
            direct.client()
                    .receiver()
                    .handleStream("s", Object.class, (event, request) -> Source.of(50, n -> new byte[100_000]));
            assertThat(Collected.of(direct.client().stream("s", null, byte[].class), Long.MAX_VALUE)
                            .completed())
                    .hasSize(50);
            assertThat(Collected.of(direct.server().stream("s", null, byte[].class), Long.MAX_VALUE)
                            .completed())
                    .hasSize(50);
        }
    }
}
