package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.TypeRef;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.SessionPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callbacks on executors other than the default, and the bound of the default. */
@Timeout(60)
class SessionExecutorsTest {

    private final ExecutorService application = Executors.newSingleThreadExecutor(task -> new Thread(task, "app"));

    @AfterEach
    void stop() {
        application.shutdownNow();
    }

    private CallbackExecutor named(String kind) {
        return kind.equals("serial") ? CallbackExecutor.serial(application) : CallbackExecutor.direct();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serial", "direct"})
    void callbacksOfEveryKind_runInOrderOnTheThreadOfTheExecutor(String kind) {
        String thread = kind.equals("serial") ? "app" : "valence-memory-io";
        int count = 600;
        try (SessionPair pair = SessionPair.open(Limits.defaults(), named(kind))) {
            List<Integer> order = new ArrayList<>();
            List<String> threads = new ArrayList<>();
            pair.server().receiver().on("m", int.class, (event, number) -> {
                order.add(number);
                threads.add(Thread.currentThread().getName());
            });
            pair.server().receiver().handle("h", int.class, (event, number) -> {
                order.add(number);
                threads.add(Thread.currentThread().getName());
                return number;
            });
            pair.server().receiver().handle("s", TypeRef.of(int.class), (event, n) -> order.add(n), sequential());
            List<Call<Object>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (i % 3 == 0) {
                    pair.client().send("m", i);
                } else {
                    calls.add(pair.client().invoke(i % 3 == 1 ? "h" : "s", i, Object.class));
                }
            }
            calls.forEach(Patience::get);
            assertThat(order).isEqualTo(IntStream.range(0, count).boxed().toList());
            assertThat(threads).containsOnly(thread);
        }
    }

    private static HandlerOptions sequential() {
        return HandlerOptions.sequential();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serial", "direct"})
    void waitingInACallback_isRefusedAndSaysWhatToDo(String kind) {
        try (SessionPair pair = SessionPair.open(Limits.defaults(), named(kind))) {
            CompletableFuture<Object> never = new CompletableFuture<>(); // kept, or its loss would be noticed
            AtomicInteger asked = new AtomicInteger();
            CompletableFuture<List<Throwable>> refused = new CompletableFuture<>();
            pair.client().receiver().handleAsync("ask", Object.class, (event, request) -> {
                asked.incrementAndGet();
                return never;
            });
            pair.server().receiver().on("m", Object.class, (event, payload) -> {
                List<Throwable> thrown = new ArrayList<>();
                thrown.add(thrownBy(() -> event.sender().invokeSync("ask", null, String.class)));
                Call<String> call = event.sender().invoke("ask", null, String.class);
                thrown.add(thrownBy(call::join));
                thrown.add(thrownBy(() -> call.thenApply(text -> text).join()));
                refused.complete(thrown);
            });
            pair.client().send("m", null);
            assertThat(Patience.get(refused))
                    .hasSize(3)
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("a " + kind + " executor")
                            .hasMessageContaining("invoke(…).thenAccept(…)"));
            await().until(() -> asked.get() == 1); // of invoke; nothing was sent by invokeSync
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serial", "direct"})
    void dependantsOfACallInACallback_runOnTheExecutor(String kind) {
        String thread = kind.equals("serial") ? "app" : "valence-memory-io";
        try (SessionPair pair = SessionPair.open(Limits.defaults(), named(kind))) {
            CompletableFuture<String> dependant = new CompletableFuture<>();
            pair.client().receiver().handle("ask", Object.class, (event, request) -> "x");
            pair.server()
                    .receiver()
                    .on(
                            "m",
                            Object.class,
                            (event, payload) -> event.sender()
                                    .invoke("ask", null, String.class)
                                    .thenAccept(text -> dependant.complete(
                                            Thread.currentThread().getName())));
            pair.client().send("m", null);
            assertThat(Patience.get(dependant)).isEqualTo(thread);
        }
    }

    @Test
    void waitingOutsideCallbacks_isAllowedWithASerialExecutor() {
        try (SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.serial(application))) {
            pair.client().receiver().handle("ask", Object.class, (event, request) -> "x");
            assertThat(pair.server().invokeSync("ask", null, String.class)).isEqualTo("x");
        }
    }

    @Test
    void serialExecutor_isHandedTheNextCallbackBeforeTheFirstHasReturned() {
        ManualExecutor eventQueue = new ManualExecutor();
        try (SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.serial(eventQueue))) {
            List<String> order = new ArrayList<>();
            pair.server().receiver().on("dialog", Object.class, (event, payload) -> {
                order.add("opens");
                eventQueue.runNext(); // what a modal dialog does
                order.add("closes");
            });
            pair.server().receiver().on("inside", Object.class, (event, payload) -> order.add("inside"));
            pair.client().send("dialog", null);
            pair.client().send("inside", null);
            await().until(() -> eventQueue.size() == 2);
            eventQueue.runNext();
            assertThat(order).containsExactly("opens", "inside", "closes");
        }
    }

    @Test
    void serialExecutorThatTakesNoMore_isPassedOver() {
        Executor rejecting = task -> {
            throw new RejectedExecutionException("thrown on purpose");
        };
        try (Quiet quiet = Quiet.about("dev.valence.call.PlainDispatcher");
                SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.serial(rejecting))) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            pair.client().receiver().handle("ask", Object.class, (event, request) -> "x");
            pair.server()
                    .receiver()
                    .on(
                            "m",
                            Object.class,
                            (event, payload) ->
                                    thread.complete(Thread.currentThread().getName()));
            pair.client().send("m", null);
            assertThat(Patience.get(thread)).isEqualTo("valence-stranded-callback");
            assertThat(pair.server().invokeSync("ask", null, String.class)).isEqualTo("x");
            assertThat(pair.server().connection().isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serial", "direct"})
    void interruptibleHandlerOnAForeignThread_isNotInterrupted(String kind) {
        try (SessionPair pair = SessionPair.open(Limits.defaults(), named(kind))) {
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            pair.server()
                    .receiver()
                    .handle(
                            "h",
                            TypeRef.of(Object.class),
                            (event, request) -> {
                                CompletableFuture<String> never = new CompletableFuture<>();
                                event.onCancel(() ->
                                        flag.complete(Thread.currentThread().isInterrupted()));
                                return never;
                            },
                            HandlerOptions.interruptible());
            Call<Object> call = pair.client().invoke("h", null, Object.class);
            pair.server().receiver().handle("fence", Object.class, (event, request) -> null);
            pair.client().invokeSync("fence", null, Object.class);
            call.cancel(true);
            assertThat(Patience.get(flag)).isFalse();
        }
    }

    @Test
    void elasticExecutor_runsAsManyHandlersAsItIsBoundTo() {
        int bound = 3;
        try (SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.elastic(bound))) {
            CountDownLatch gate = new CountDownLatch(1);
            CountDownLatch full = new CountDownLatch(bound);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            pair.server().receiver().handle("h", Object.class, (event, request) -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                full.countDown();
                Patience.await(gate);
                running.decrementAndGet();
                return 1;
            });
            List<Call<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 10 * bound; i++) {
                calls.add(pair.client().invoke("h", null, int.class));
            }
            Patience.await(full);
            gate.countDown();
            calls.forEach(Patience::get);
            assertThat(most).hasValue(bound);
        }
    }

    @Test
    void handlersThatWait_doNotUseUpTheBound() {
        try (SessionPair pair = SessionPair.open(Limits.defaults(), CallbackExecutor.elastic(1))) {
            pair.client()
                    .receiver()
                    .handle(
                            "up",
                            int.class,
                            (event, n) -> n == 0 ? 0 : event.sender().invokeSync("down", n - 1, int.class) + 1);
            pair.server()
                    .receiver()
                    .handle(
                            "down",
                            int.class,
                            (event, n) -> n == 0 ? 0 : event.sender().invokeSync("up", n - 1, int.class) + 1);
            List<Call<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(pair.client().invoke("down", 20, int.class));
            }
            for (Call<Integer> call : calls) {
                assertThat(Patience.get(call)).isEqualTo(20);
            }
        }
    }

    @Test
    void sendInACallbackThatMayNotWait_isBackpressureAtOnceWhenTheQueueIsFull() {
        Limits narrow = Limits.defaults().withQueueBytes(64 * 1024, 128 * 1024).withWindowBytes(1 << 20);
        try (SessionPair pair = SessionPair.open(narrow, CallbackExecutor.serial(application))) {
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<Throwable> refused = new CompletableFuture<>();
            pair.client().receiver().on("blocked", Object.class, (event, payload) -> Patience.await(gate));
            pair.server().receiver().on("go", Object.class, (event, payload) -> {
                for (int i = 0; i < 1000; i++) {
                    Throwable thrown = thrownBy(() -> event.sender().send("blocked", new byte[16 * 1024]));
                    if (thrown != null) {
                        refused.complete(thrown);
                        return;
                    }
                }
            });
            pair.client().send("go", null);
            assertThat(Patience.get(refused))
                    .hasMessage("no room in the queue, and this callback may not wait (see trySend)")
                    .extracting(thrown -> ((IpcException) thrown).code())
                    .isEqualTo(ErrorCode.BACKPRESSURE);
            gate.countDown();
        }
    }

    private static Throwable thrownBy(Runnable action) {
        try {
            action.run();
            return null;
        } catch (Throwable t) {
            return t;
        }
    }
}
