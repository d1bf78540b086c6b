package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.TypeRef;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners of one sender run one at a time and in order; a turn is given up only while one waits for a reply. */
@Timeout(60)
class SessionTurnsTest {

    /** The ways to wait for a reply. */
    enum Waiting {
        INVOKE_SYNC,
        JOIN,
        GET,
        JOIN_OF_A_DEPENDANT,
        GET_OF_A_DEPENDANT,
        JOIN_OF_A_CALL_THAT_OTHERS_DEPEND_ON;

        String on(PairedEnd sender, String channel, Object request) throws Exception {
            if (this == INVOKE_SYNC) {
                return sender.invokeSync(channel, request, String.class);
            }
            Call<String> call = sender.invoke(channel, request, String.class);
            return switch (this) {
                case JOIN -> call.join();
                case GET -> call.get();
                case JOIN_OF_A_DEPENDANT -> call.thenApply(text -> text).join();
                case GET_OF_A_DEPENDANT -> call.thenApplyAsync(text -> text).get();
                default -> {
                    CompletableFuture<Void> dependant = call.thenAccept(text -> {});
                    String text = call.join();
                    dependant.join();
                    yield text;
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void listenerThatWaits_letsTheNextMessageInThoughOneMayRun(Waiting how) {
        try (SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.elastic(1))) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            CompletableFuture<String> result = new CompletableFuture<>();
            pair.client().receiver().handleAsync("ask", Object.class, (event, request) -> answer);
            pair.server()
                    .receiver()
                    .on(
                            "waits",
                            Object.class,
                            (event, payload) -> result.complete(how.on(event.sender(), "ask", null)));
            pair.server().receiver().on("next", String.class, (event, text) -> answer.complete(text));
            pair.client().send("waits", null);
            pair.client().send("next", "let in");
            assertThat(Patience.get(result)).isEqualTo("let in");
        }
    }

    @ParameterizedTest
    @EnumSource
    void listenersOfOneSender_neverRunAtTheSameTimeThoughAllWait(Waiting how) {
        int count = 300;
        try (SessionPair pair = SessionPair.open()) {
            AtomicInteger inside = new AtomicInteger();
            Queue<String> overlaps = new ConcurrentLinkedQueue<>();
            List<Integer> started = new ArrayList<>(); // guarded by the turn
            CountDownLatch done = new CountDownLatch(count);
            Semaphore mayWait = new Semaphore(60);
            pair.client().receiver().handle("ask", Object.class, (event, request) -> "x");
            pair.server().receiver().on("m", Integer.class, (event, number) -> {
                started.add(number);
                for (int i = 0; i < 3; i++) {
                    enter(inside, overlaps);
                    Thread.yield();
                    inside.decrementAndGet();
                    if (number % 10 != 0) {
                        how.on(event.sender(), "ask", null);
                    }
                }
                done.countDown();
                mayWait.release();
            });
            for (int i = 0; i < count; i++) {
                Patience.acquire(mayWait);
                pair.client().send("m", i);
            }
            Patience.await(done);
            assertThat(overlaps).isEmpty();
            assertThat(started).isEqualTo(IntStream.range(0, count).boxed().toList());
            assertThat(pair.server().uncaught()).isEmpty();
        }
    }

    private static void enter(AtomicInteger inside, Queue<String> overlaps) {
        if (inside.incrementAndGet() != 1) {
            overlaps.add(Thread.currentThread() + " was not alone");
        }
    }

    @Test
    void listenerThatBlocksOtherwise_keepsItsTurn() {
        try (SessionPair pair = SessionPair.open()) {
            CountDownLatch gate = new CountDownLatch(1);
            CountDownLatch started = new CountDownLatch(1);
            List<String> order = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> done = new CompletableFuture<>();
            pair.server().receiver().on("blocks", Object.class, (event, payload) -> {
                started.countDown();
                Patience.await(gate);
                order.add("first");
            });
            pair.server().receiver().on("next", Object.class, (event, payload) -> {
                order.add("second");
                done.complete(null);
            });
            pair.client().send("blocks", null);
            pair.client().send("next", null);
            Patience.await(started);
            roundTrips(pair.server(), pair.client());
            assertThat(order).isEmpty();
            gate.countDown();
            Patience.get(done);
            assertThat(order).containsExactly("first", "second");
        }
    }

    @Test
    void sixtyFifthListenerThatWaits_getsLimitAndItsCallIsGivenUp() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            CompletableFuture<Throwable> refused = new CompletableFuture<>();
            CountDownLatch answered = new CountDownLatch(64);
            pair.client().receiver().handleAsync("ask", Object.class, (event, request) -> answer);
            pair.server().receiver().on("m", int.class, (event, number) -> {
                try {
                    event.sender().invokeSync("ask", null, String.class);
                    answered.countDown();
                } catch (IpcException e) {
                    refused.complete(e);
                }
            });
            for (int i = 0; i < 65; i++) {
                pair.client().send("m", i);
            }
            assertThat(Patience.get(refused))
                    .hasMessage("64 listeners of this sender wait for replies (expected: at most 64)")
                    .extracting(e -> ((IpcException) e).code())
                    .isEqualTo(ErrorCode.LIMIT);
            assertThat(pair.server().session().pendingCalls()).isEqualTo(64);
            answer.complete("x");
            Patience.await(answered);
            assertThat(pair.server().session().pendingCalls()).isZero();
        }
    }

    @Test
    void sequentialHandlers_keepTheOrderOfMessages() {
        int count = 500;
        try (SessionPair pair = SessionPair.open()) {
            List<Integer> order = new ArrayList<>(); // guarded by the turn
            pair.server().receiver().on("m", int.class, (event, number) -> order.add(number));
            pair.server()
                    .receiver()
                    .handle(
                            "h",
                            TypeRef.of(int.class),
                            (event, number) -> {
                                Thread.yield();
                                return order.add(number);
                            },
                            HandlerOptions.sequential());
            List<Call<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (i % 3 == 0) {
                    calls.add(pair.client().invoke("h", i, Boolean.class));
                } else {
                    pair.client().send("m", i);
                }
            }
            calls.forEach(Patience::get);
            pair.client().invokeSync("h", count, Boolean.class);
            assertThat(order).isEqualTo(IntStream.rangeClosed(0, count).boxed().toList());
        }
    }

    @Test
    void sequentialHandlerThatWaits_letsTheNextMessageIn() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            pair.client().receiver().handleAsync("ask", Object.class, (event, request) -> answer);
            pair.server()
                    .receiver()
                    .handle(
                            "h",
                            TypeRef.of(Object.class),
                            (event, request) -> event.sender().invokeSync("ask", null, String.class),
                            HandlerOptions.sequential());
            pair.server().receiver().on("next", String.class, (event, text) -> answer.complete(text));
            Call<String> call = pair.client().invoke("h", null, String.class);
            pair.client().send("next", "let in");
            assertThat(Patience.get(call)).isEqualTo("let in");
        }
    }

    @Test
    void handler_startsAfterTheListenersOfEarlierMessages() {
        try (SessionPair pair = SessionPair.open()) {
            AtomicInteger done = new AtomicInteger();
            pair.server().receiver().on("m", int.class, (event, number) -> {
                Thread.yield();
                done.incrementAndGet();
            });
            pair.server().receiver().handle("h", int.class, (event, number) -> done.get() >= number);
            List<Call<Boolean>> calls = new ArrayList<>();
            for (int i = 1; i <= 500; i++) {
                pair.client().send("m", i);
                calls.add(pair.client().invoke("h", i, Boolean.class));
            }
            for (Call<Boolean> call : calls) {
                assertThat(Patience.get(call)).isTrue();
            }
        }
    }

    @Test
    void handlerThatRuns_holdsUpNothing() {
        try (SessionPair pair = SessionPair.open()) {
            CountDownLatch gate = new CountDownLatch(1);
            pair.server().receiver().handle("slow", Object.class, (event, request) -> {
                Patience.await(gate);
                return 1;
            });
            pair.server().receiver().on("open", Object.class, (event, payload) -> gate.countDown());
            Call<Integer> call = pair.client().invoke("slow", null, int.class);
            pair.client().send("open", null);
            assertThat(Patience.get(call)).isOne();
        }
    }

    @Test
    void listenersOfTwoSenders_runBesideEachOther() {
        try (SessionPair one = SessionPair.open();
                SessionPair other = SessionPair.open()) {
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<Void> done = new CompletableFuture<>();
            for (SessionPair pair : List.of(one, other)) {
                pair.server().receiver().on("m", Object.class, (event, payload) -> {
                    both.countDown();
                    Patience.await(both);
                    done.complete(null);
                });
                pair.client().send("m", null);
            }
            Patience.get(done);
        }
    }

    /** Lets what is under way arrive. */
    private static void roundTrips(PairedEnd from, PairedEnd to) {
        to.receiver().handle("fence", Object.class, (event, request) -> 1);
        for (int i = 0; i < 20; i++) {
            from.invokeSync("fence", null, int.class);
        }
    }
}
