package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.CallContext;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.InvokeEvent;
import dev.valence.IpcException;
import dev.valence.TypeRef;
import dev.valence.call.IncomingCall;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.SessionPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How calls end before their reply comes: deadline, cancel, interrupt; and what they inherit. */
@Timeout(60)
class SessionCallsTest {

    /** A handler that answers when the test says so, and what became of its latest request. */
    private static final class Parked {
        final CompletableFuture<InvokeEvent<PairedEnd>> started = new CompletableFuture<>();
        final CompletableFuture<Void> cancelled = new CompletableFuture<>();
        final CompletableFuture<String> answer = new CompletableFuture<>();

        Parked(PairedEnd end, String channel) {
            end.receiver().handleAsync(channel, Object.class, (event, request) -> {
                event.onCancel(() -> cancelled.complete(null));
                started.complete(event);
                return answer;
            });
        }
    }

    @Test
    void DL_deadline_failsTheCallAndCancelsTheHandler() {
        try (SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            Call<String> call = pair.client().invoke("h", null, String.class, within(Duration.ofMillis(50)));
            assertThat(Patience.failure(call))
                    .satisfies(code(ErrorCode.DEADLINE_EXCEEDED))
                    .hasMessage("no reply from server to 'h' in time");
            Patience.get(parked.cancelled);
            assertThat(Patience.get(parked.started).isCancelled()).isTrue();
            assertThatThrownBy(() -> pair.client().invokeSync("h", null, String.class, within(Duration.ofMillis(50))))
                    .satisfies(code(ErrorCode.DEADLINE_EXCEEDED));
            assertThat(pair.client().session().pendingCalls()).isZero();
        }
    }

    @Test
    void DL_nestedCalls_inheritTheDeadlineThroughEveryProcess() {
        Duration deadline = Duration.ofSeconds(20);
        try (SessionPair pair = SessionPair.open()) {
            List<Duration> remaining = new ArrayList<>();
            nest(pair.client(), "first", "second", remaining);
            nest(pair.server(), "second", "third", remaining);
            pair.client()
                    .receiver()
                    .handle("third", Object.class, (event, request) -> remaining.add(event.remaining()));
            pair.server().invokeSync("first", null, Object.class, within(deadline));
            assertThat(remaining).hasSize(3).isSortedAccordingTo((a, b) -> b.compareTo(a));
            assertThat(remaining).allMatch(left -> left.compareTo(deadline) <= 0 && !left.isZero());
        }
    }

    private static void nest(PairedEnd end, String channel, String next, List<Duration> remaining) {
        end.receiver().handle(channel, Object.class, (event, request) -> {
            remaining.add(event.remaining());
            return event.sender().invokeSync(next, null, Object.class);
        });
    }

    @Test
    void contextThatIsWrapped_isInheritedOnAnotherThread() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<Duration> inherited = new CompletableFuture<>();
            CompletableFuture<Duration> own = new CompletableFuture<>();
            pair.client().receiver().handle("inner", Object.class, (event, request) -> {
                (request == null ? own : inherited).complete(event.remaining());
                return null;
            });
            pair.server().receiver().handle("outer", Object.class, (event, request) -> {
                assertThat(CallContext.current()).isNotNull();
                Runnable wrapped = () -> pair.server().invokeSync("inner", 1, Object.class);
                runElsewhere(CallContext.wrap(wrapped));
                runElsewhere(() -> pair.server().invokeSync("inner", null, Object.class));
                return null;
            });
            pair.client().invokeSync("outer", null, Object.class, within(Duration.ofSeconds(20)));
            assertThat(Patience.get(inherited)).isLessThanOrEqualTo(Duration.ofSeconds(20));
            assertThat(Patience.get(own)).isGreaterThan(Duration.ofSeconds(20));
        }
    }

    private static void runElsewhere(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        Patience.join(thread);
    }

    @Test
    void X1_cancelOfACall_cancelsTheCallsMadeInIt() {
        try (SessionPair pair = SessionPair.open()) {
            Parked inner = new Parked(pair.client(), "inner");
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            CompletableFuture<Throwable> afterwards = new CompletableFuture<>();
            pair.server().receiver().handle("outer", Object.class, (event, request) -> {
                seen.complete(thrownBy(() -> event.sender().invokeSync("inner", null, Object.class)));
                afterwards.complete(thrownBy(() -> event.sender().invokeSync("inner", null, Object.class)));
                return null;
            });
            Call<Object> outer = pair.client().invoke("outer", null, Object.class);
            Patience.get(inner.started);
            outer.cancel(true);
            assertThat(Patience.get(seen))
                    .satisfies(code(ErrorCode.CANCELLED))
                    .hasMessage("the request in which 'inner' was invoked was cancelled");
            assertThat(Patience.get(afterwards)).satisfies(code(ErrorCode.CANCELLED));
            Patience.get(inner.cancelled);
        }
    }

    @Test
    void X2_cancelAtAnyMoment_leavesNoHandlerThatWouldBeWaitedFor() {
        try (SessionPair pair = SessionPair.open()) {
            Set<Integer> running = ConcurrentHashMap.newKeySet();
            AtomicInteger ended = new AtomicInteger();
            pair.server().receiver().handleAsync("h", int.class, (event, n) -> {
                CompletableFuture<Object> answer = new CompletableFuture<>();
                running.add(n);
                event.onCancel(() -> {
                    running.remove(n);
                    answer.complete(null);
                });
                return answer;
            });
            for (int i = 0; i < 2000; i++) { // twice as many as may be pending
                Call<Object> call = pair.client().invoke("h", i, Object.class);
                if (i % 3 == 0) {
                    Thread.yield();
                }
                assertThat(call.cancel(false)).isTrue();
                ended.incrementAndGet();
            }
            assertThat(pair.client().session().pendingCalls()).isZero();
            await().untilAsserted(() -> assertThat(running).isEmpty());
        }
    }

    enum GivingUp {
        CANCEL(call -> call.cancel(true)),
        CANCEL_DEPENDANT(call -> call.thenApply(text -> 1).cancel(true)),
        CANCEL_FURTHER_DEPENDANT(
                call -> call.thenApply(text -> 1).whenComplete((a, b) -> {}).cancel(true)),
        COMPLETE(call -> call.complete("from outside")),
        COMPLETE_EXCEPTIONALLY(call -> call.completeExceptionally(new IllegalStateException())),
        COMPLETE_ASYNC(call -> call.completeAsync(() -> "from outside")),
        OR_TIMEOUT(call -> call.orTimeout(10, TimeUnit.MILLISECONDS)),
        COMPLETE_ON_TIMEOUT(call -> call.completeOnTimeout("from outside", 10, TimeUnit.MILLISECONDS));

        private final Consumer<Call<String>> action;

        GivingUp(Consumer<Call<String>> action) {
            this.action = action;
        }
    }

    @ParameterizedTest
    @EnumSource
    void X2_givingUpACall_reachesTheHandlerAndALateReplyIsIgnored(GivingUp how) {
        try (SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            Call<String> call = pair.client().invoke("h", null, String.class);
            InvokeEvent<PairedEnd> event = Patience.get(parked.started);
            assertThat(event.isCancelled()).isFalse();
            how.action.accept(call);
            Patience.get(parked.cancelled);
            assertThat(event.isCancelled()).isTrue();
            await().until(call::isDone);
            boolean wasCompleted = !call.isCompletedExceptionally();
            parked.answer.complete("late");
            assertThat(call.isCompletedExceptionally()).isEqualTo(!wasCompleted);
            if (wasCompleted) {
                assertThat(call.join()).isEqualTo("from outside");
            }
            pair.server().receiver().handle("next", Object.class, (e, request) -> 1);
            assertThat(pair.client().invokeSync("next", null, int.class)).isOne();
        }
    }

    @Test
    void replyThatWasOnItsWay_isIgnoredAfterTheCancel() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("h", int.class, (event, n) -> n);
            for (int i = 0; i < 500; i++) {
                Call<Integer> call = pair.client().invoke("h", i, int.class);
                Thread.yield();
                if (call.cancel(true)) {
                    assertThat(call).isCancelled();
                } else {
                    assertThat(call).isCompletedWithValue(i);
                }
            }
            assertThat(pair.client().invokeSync("h", 1, int.class)).isOne();
        }
    }

    @Test
    void dependants_runOnTheCallbackExecutor() {
        try (SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            Parked failing = new Parked(pair.server(), "f");
            Call<String> call = pair.client().invoke("h", null, String.class);
            Call<String> failed = pair.client().invoke("f", null, String.class);
            List<CompletableFuture<Thread>> threads = List.of(
                    call.thenApply(text -> Thread.currentThread()),
                    call.thenApplyAsync(text -> Thread.currentThread()),
                    call.thenApply(text -> text).thenApplyAsync(text -> Thread.currentThread()),
                    failed.handle((value, error) -> Thread.currentThread()));
            Patience.get(parked.started);
            parked.answer.complete("x");
            failing.answer.completeExceptionally(new IllegalStateException());
            for (CompletableFuture<Thread> thread : threads) {
                assertThat(Patience.get(thread).getName()).isEqualTo("valence-callback");
            }
        }
    }

    @Test
    void invokeSyncThatIsInterrupted_cancelsTheCallAndKeepsTheFlag() {
        try (SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                seen.complete(thrownBy(() -> pair.client().invokeSync("h", null, String.class)));
                flag.complete(Thread.currentThread().isInterrupted());
            });
            caller.start();
            Patience.get(parked.started);
            caller.interrupt();
            assertThat(Patience.get(seen)).satisfies(code(ErrorCode.INTERRUPTED));
            assertThat(Patience.get(flag)).isTrue();
            Patience.get(parked.cancelled);
            Patience.join(caller);
        }
    }

    @Test
    void getThatIsInterruptedOrTimesOut_leavesTheCallAsItIs() throws Exception {
        try (SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            Call<String> call = pair.client().invoke("h", null, String.class);
            Patience.get(parked.started);
            assertThatThrownBy(() -> call.get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(call::get).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            parked.answer.complete("x");
            assertThat(call.join()).isEqualTo("x");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(parked.cancelled).isNotDone();
        }
    }

    @Test
    void interruptibleHandler_isInterruptedWhenTheCallerNoLongerWaits() {
        try (SessionPair pair = SessionPair.open()) {
            CountDownLatch started = new CountDownLatch(1);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            pair.server()
                    .receiver()
                    .handle(
                            "h",
                            TypeRef.of(Object.class),
                            (event, request) -> {
                                started.countDown();
                                try {
                                    new CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    interrupted.complete(true);
                                }
                                return null;
                            },
                            HandlerOptions.interruptible());
            Call<Object> call = pair.client().invoke("h", null, Object.class);
            Patience.await(started);
            call.cancel(true);
            assertThat(Patience.get(interrupted)).isTrue();
        }
    }

    @Test
    void otherHandlers_areNotInterrupted() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            CountDownLatch cancelled = new CountDownLatch(1);
            CountDownLatch started = new CountDownLatch(1);
            pair.server().receiver().handle("h", Object.class, (event, request) -> {
                event.onCancel(cancelled::countDown);
                started.countDown();
                Patience.await(cancelled);
                flag.complete(Thread.currentThread().isInterrupted());
                return null;
            });
            Call<Object> call = pair.client().invoke("h", null, Object.class);
            Patience.await(started);
            call.cancel(true);
            assertThat(Patience.get(flag)).isFalse();
        }
    }

    @Test
    void onCancel_runsAtOnceIfLateAndNeverAfterTheAnswer() {
        AtomicInteger runs = new AtomicInteger();
        try (Quiet quiet = Quiet.about(IncomingCall.class);
                SessionPair pair = SessionPair.open()) {
            Parked parked = new Parked(pair.server(), "h");
            CompletableFuture<InvokeEvent<PairedEnd>> answered = new CompletableFuture<>();
            pair.server().receiver().handle("answered", Object.class, (event, request) -> {
                event.onCancel(runs::incrementAndGet);
                answered.complete(event);
                return null;
            });
            pair.client().invokeSync("answered", null, Object.class);
            Call<String> call = pair.client().invoke("h", null, String.class);
            InvokeEvent<PairedEnd> event = Patience.get(parked.started);
            call.cancel(true);
            Patience.get(parked.cancelled);
            CompletableFuture<Void> late = new CompletableFuture<>();
            event.onCancel(() -> {
                throw new IllegalStateException("thrown on purpose: the next one runs all the same");
            });
            event.onCancel(() -> late.complete(null));
            Patience.get(late);
            Patience.get(answered).onCancel(runs::incrementAndGet);
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void failureOfInvokeSync_hasTheStackOfItsCaller() {
        try (SessionPair pair = SessionPair.open()) {
            assertThatThrownBy(() -> pair.client().invokeSync("nobody", null, String.class))
                    .hasStackTraceContaining("failureOfInvokeSync_hasTheStackOfItsCaller");
        }
    }

    @Test
    void callsThatNestFiveDeepBothWays_comeToAnEnd() {
        UnaryOperator<String> deeper = text -> text + "x";
        try (SessionPair pair = SessionPair.open()) {
            for (PairedEnd end : List.of(pair.client(), pair.server())) {
                for (boolean isSequential : new boolean[] {true, false}) {
                    end.receiver()
                            .handle(
                                    isSequential ? "sequential" : "concurrent",
                                    TypeRef.of(String.class),
                                    (event, text) -> text.length() < 10
                                            ? event.sender()
                                                    .invokeSync(event.channel(), deeper.apply(text), String.class)
                                            : text,
                                    isSequential ? HandlerOptions.sequential() : HandlerOptions.defaults());
                }
            }
            CompletableFuture<String> inListener = new CompletableFuture<>();
            pair.client()
                    .receiver()
                    .on(
                            "go",
                            String.class,
                            (event, text) ->
                                    inListener.complete(event.sender().invokeSync("sequential", "", String.class)));
            pair.server().send("go", "");
            assertThat(Patience.get(inListener)).isEqualTo("x".repeat(10));
            assertThat(pair.client().invokeSync("concurrent", "", String.class)).isEqualTo("x".repeat(10));
            assertThat(pair.server().invokeSync("sequential", "", String.class)).isEqualTo("x".repeat(10));
        }
    }

    private static CallOptions within(Duration deadline) {
        return CallOptions.withDeadline(deadline);
    }

    private static Throwable thrownBy(Runnable action) {
        try {
            action.run();
            return new AssertionError("nothing was thrown");
        } catch (Throwable t) {
            return t;
        }
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(((IpcException) thrown).code()).isEqualTo(code);
    }
}
