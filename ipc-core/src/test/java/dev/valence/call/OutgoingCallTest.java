package dev.valence.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutgoingCallTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final CallTable table = new CallTable();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final OutgoingCall<String> call =
            new OutgoingCall<>("ask", table, executor, payload -> new String(payload.bytes(), UTF_8));

    OutgoingCallTest() {
        call.onEnd(abandoned::incrementAndGet, ended::incrementAndGet);
    }

    /** Notes what a callback gives up and takes again. */
    private static class NotingScope extends CallbackScope {
        final List<String> notes = Collections.synchronizedList(new ArrayList<>());

        @Override
        public boolean mayWaitForRoom() {
            return true;
        }

        @Override
        void checkWait() {}

        @Override
        void giveUp() {
            notes.add("gives up");
        }

        @Override
        void takeAgain() {
            notes.add("takes again");
        }
    }

    @Test
    void replyWithoutWaiters_completesOnTheExecutor() {
        call.onQueued(1);
        assertThat(table.take(1)).isSameAs(call);
        call.reply(() -> payload("x"));
        assertThat(call).isNotDone();
        executor.runAll();
        assertThat(call).isCompletedWithValue("x");
        assertThat(ended).hasValue(1);
        assertThat(abandoned).hasValue(0);
    }

    @Test
    void replyThatNoThreadHasDecodedYet_isDecodedByWhoAsks() throws Exception {
        call.reply(() -> payload("x"));
        assertThat(call.await()).isEqualTo("x");
        assertThat(call.join()).isEqualTo("x");
        assertThat(call.get()).isEqualTo("x");
        executor.runAll();
        assertThat(call).isCompletedWithValue("x");
    }

    @Test
    void failureThatNoThreadHasPassedOnYet_isThrownToWhoAsks() {
        call.fail(new IpcException(ErrorCode.NO_HANDLER, "nobody"));
        assertThatThrownBy(call::join).isInstanceOf(CompletionException.class).hasRootCauseMessage("nobody");
        assertThatThrownBy(call::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("nobody");
        assertThatThrownBy(call::await)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_HANDLER));
    }

    @Test
    void outcomeThatIsThere_doesNotGiveTheTurnUp() {
        NotingScope scope = new NotingScope();
        call.reply(() -> payload("x"));
        scope.run(call::join);
        scope.run(call::join);
        assertThat(scope.notes).isEmpty();
    }

    @Test
    void waiter_completesTheFutureBeforeItTakesItsTurnAgain() throws Exception {
        List<Boolean> done = new ArrayList<>();
        CountDownLatch waiting = new CountDownLatch(1);
        NotingScope scope = new NotingScope() {
            @Override
            void giveUp() {
                waiting.countDown();
            }

            @Override
            void takeAgain() {
                done.add(call.isDone()); // whoever has the turn now may ask, and must not wait for this thread
            }
        };
        FutureTask<Void> waiter = start(() -> scope.run(call::join));
        Patience.await(waiting);
        call.reply(() -> payload("x"));
        Patience.get(waiter);
        assertThat(done).containsExactly(true);
    }

    @Test
    void waiterOfACallThatOthersDependOn_takesItsTurnAgainWhenTheFutureIsComplete() throws Exception {
        NotingScope scope = new NotingScope();
        CompletableFuture<String> dependant = call.thenApply(text -> text + "!");
        FutureTask<Void> waiter = start(() -> scope.run(call::join));
        while (scope.notes.isEmpty()) {
            Thread.onSpinWait();
        }
        call.reply(() -> payload("x"));
        while (executor.size() == 0) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> waiter.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(scope.notes).containsExactly("gives up");
        executor.runAll();
        Patience.get(waiter);
        assertThat(scope.notes).containsExactly("gives up", "takes again");
        assertThat(dependant).isCompletedWithValue("x!");
    }

    @Test
    void callThatMayNotBeWaitedFor_isGivenUpByInvokeSyncOnly() {
        NotingScope scope = new NotingScope() {
            @Override
            void giveUp() {
                throw new IpcException(ErrorCode.LIMIT, "too many wait");
            }
        };
        assertThatThrownBy(() -> scope.run(call::join)).hasMessage("too many wait");
        assertThat(abandoned).hasValue(0);
        assertThatThrownBy(() -> scope.run(call::await)).hasMessage("too many wait");
        assertThat(abandoned).hasValue(1);
    }

    @Test
    void timedGet_endsThoughNobodyCompletesTheFuture() {
        CompletableFuture<Integer> dependant = call.thenApply(String::length);
        call.reply(() -> payload("x"));
        assertThatThrownBy(() -> call.get(10, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        executor.runAll();
        assertThat(dependant).isCompletedWithValue(1);
    }

    @Test
    void callThatEndedBeforeItWasQueued_isNotInTheTable() {
        call.cancel(false);
        call.onQueued(7);
        assertThat(table.take(7)).isNull();
        assertThat(table.isKnown(7)).isTrue();
        assertThat(abandoned).hasValue(1);
        assertThat(ended).hasValue(1);
    }

    @Test
    void callThatEnds_leavesTheTableAndStopsItsTimer() {
        CompletableFuture<Void> timer = new CompletableFuture<>();
        call.onQueued(7);
        call.endsAt(timer);
        call.giveUp(new IpcException(ErrorCode.DEADLINE_EXCEEDED, "late"));
        assertThat(table.size()).isZero();
        assertThat(timer).isCancelled();
        assertThat(abandoned).hasValue(1);
        CompletableFuture<Void> lateTimer = new CompletableFuture<>();
        call.endsAt(lateTimer);
        assertThat(lateTimer).isCancelled();
    }

    @Test
    void everyEndAfterTheFirst_changesNothing() {
        call.onQueued(7);
        call.reply(() -> payload("x"));
        call.giveUp(new IpcException(ErrorCode.DEADLINE_EXCEEDED, "late"));
        call.fail(new IpcException(ErrorCode.PEER_GONE, "gone"));
        call.reply(() -> payload("y"));
        executor.runAll();
        assertThat(call.complete("z")).isFalse();
        assertThat(call.cancel(true)).isFalse();
        assertThat(call).isCompletedWithValue("x");
        assertThat(abandoned).hasValue(0);
        assertThat(ended).hasValue(1);
    }

    @Test
    void callThatIsDroppedUnsent_isClosed() {
        call.onQueued(7);
        call.onDropped();
        assertThatThrownBy(call::await)
                .hasMessage("'ask' was not sent: closing")
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
        assertThat(abandoned).hasValue(0);
        assertThat(table.size()).isZero();
    }

    @Test
    void failAll_endsEveryCallOfTheTable() {
        call.onQueued(7);
        table.failAll(new IpcException(ErrorCode.PEER_GONE, "gone"));
        assertThatThrownBy(call::await).hasMessage("gone");
        assertThat(table.size()).isZero();
    }

    @Test
    void replyThatCannotBeDecoded_failsTheCall() {
        OutgoingCall<String> strict = new OutgoingCall<>("ask", table, executor, payload -> {
            throw new IpcException(ErrorCode.DECODE_FAILED, "not that");
        });
        strict.reply(() -> payload("x"));
        assertThatThrownBy(strict::await).hasMessage("not that");
    }

    @Test
    void manyRacingEnds_settleOnce() throws Exception {
        for (int i = 0; i < 300; i++) {
            AtomicInteger ends = new AtomicInteger();
            OutgoingCall<String> raced = new OutgoingCall<>("ask", table, executor, payload -> "x");
            raced.onEnd(() -> {}, ends::incrementAndGet);
            raced.onQueued(i + 1);
            CountDownLatch start = new CountDownLatch(1);
            List<Runnable> racers = List.of(
                    () -> raced.reply(() -> payload("x")),
                    () -> raced.cancel(true),
                    () -> raced.giveUp(new IpcException(ErrorCode.DEADLINE_EXCEEDED, "late")));
            List<FutureTask<Void>> racing = new ArrayList<>();
            for (Runnable racer : racers) {
                racing.add(start(() -> {
                    Patience.await(start);
                    racer.run();
                }));
            }
            start.countDown();
            racing.forEach(Patience::get);
            executor.runAll();
            assertThat(raced).isDone();
            assertThat(ends).hasValue(1);
            assertThat(table.size()).isZero();
        }
    }

    private static FutureTask<Void> start(Runnable action) {
        FutureTask<Void> task = new FutureTask<>(action, null);
        new Thread(task).start();
        return task;
    }

    private static Payload payload(String text) {
        return new Payload(2, text.getBytes(UTF_8));
    }

    @Test
    void callThatEnded_isNotKeptByWhatWasMadeOfIt() {
        OutgoingCall<String> ending = new OutgoingCall<>("ask", table, executor, payload -> "reply");
        ending.onQueued(1);
        CompletableFuture<Integer> made = ending.thenApply(String::length);
        ending.reply(() -> new Payload(2, new byte[0]));
        executor.runAll();
        assertThat(Patience.get(made)).isEqualTo(5);
        WeakReference<OutgoingCall<String>> reference = new WeakReference<>(ending);
        ending = null;
        await().until(() -> {
            System.gc();
            return reference.get() == null;
        });
        assertThat(made.cancel(true)).isFalse();
    }

    @Test
    void callThatEnded_keepsNeitherRequestNorReplyAsBytes() {
        AtomicReference<byte[]> request = new AtomicReference<>(new byte[1]);
        AtomicReference<byte[]> reply = new AtomicReference<>(new byte[1]);
        List<WeakReference<byte[]>> references =
                List.of(new WeakReference<>(request.get()), new WeakReference<>(reply.get()));
        OutgoingCall<String> ending = new OutgoingCall<>("ask", table, executor, payload -> "reply");
        byte[] held = request.getAndSet(null);
        ending.onEnd(heldBy(held), () -> {});
        held = null;
        ending.onQueued(1);
        Payload bytes = new Payload(2, reply.getAndSet(null));
        ending.reply(supplierOf(bytes));
        bytes = null;
        executor.runAll();
        await().until(() -> {
            System.gc();
            return references.stream().allMatch(reference -> reference.get() == null);
        });
        assertThat(ending).isCompletedWithValue("reply");
    }

    private static Supplier<Payload> supplierOf(Payload payload) {
        return () -> payload;
    }

    private static Runnable heldBy(byte[] bytes) {
        return () -> assertThat(bytes).isNotNull();
    }
}
