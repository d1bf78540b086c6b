package dev.valence.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallbackExecutor;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What counts as a turn that holds up what comes after it, and what does not. */
@Timeout(60)
class ActivityTest {

    private final ManualExecutor manual = new ManualExecutor();

    private static void awaitAge(Dispatcher dispatcher) {
        Awaitility.await()
                .until(() -> dispatcher.activity().oldestTurnNanos()
                        > Duration.ofMillis(50).toNanos());
    }

    @Test
    void listenerThatRuns_growsOlderUntilItReturns() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.elastic())) {
            assertThat(dispatcher.activity()).isEqualTo(new Activity(0, 0));
            CompletableFuture<Void> end = new CompletableFuture<>();
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            dispatcher.newInbox().submit(() -> {
                thread.complete(Thread.currentThread());
                end.join();
            });
            awaitAge(dispatcher);
            assertThat(dispatcher.activity().runningCallbacks()).isOne();
            assertThat(dispatcher.threads()).containsExactly(Patience.get(thread));

            end.complete(null);
            Awaitility.await().until(() -> dispatcher.activity().equals(new Activity(0, 0)));
            assertThat(dispatcher.threads()).isEmpty();
        }
    }

    @Test
    void nextListener_isAsYoungAsItIs() {
        TakenTurns turns = new TakenTurns();
        Turn turn = new Turn(manual, turns, () -> {});
        long start = System.nanoTime();
        turn.submit(() -> {});
        turn.submit(() -> assertThat(turns.oldestNanos(System.nanoTime())).isLessThan(System.nanoTime() - start));
        Awaitility.await()
                .until(() -> turns.oldestNanos(System.nanoTime())
                        > Duration.ofMillis(5).toNanos()); // nobody has begun it
        manual.runAll();
        assertThat(turns.oldestNanos(System.nanoTime() + Duration.ofDays(1).toNanos()))
                .isZero();
    }

    @Test
    void handlerBesideTheRest_holdsUpNothing() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.elastic())) {
            CompletableFuture<Void> begun = new CompletableFuture<>();
            CompletableFuture<Void> end = new CompletableFuture<>();
            dispatcher.startHandler(() -> {
                begun.complete(null);
                end.join();
            });
            Patience.get(begun);
            assertThat(dispatcher.activity()).isEqualTo(new Activity(0, 1));
            assertThat(dispatcher.threads()).hasSize(1);
            end.complete(null);
        }
    }

    @Test
    void listenerThatWaitsForAReplyOrForRoom_holdsUpNothing() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.elastic())) {
            for (boolean isForRoom : new boolean[] {false, true}) {
                CompletableFuture<Void> waits = new CompletableFuture<>();
                CompletableFuture<Void> arrived = new CompletableFuture<>();
                CompletableFuture<Void> end = new CompletableFuture<>();
                dispatcher.newInbox().submit(() -> {
                    CallbackScope scope = CallbackScope.current();
                    Runnable begin = isForRoom ? scope::beginWaitForRoom : scope::beginWait;
                    Runnable goOn = isForRoom ? scope::endWaitForRoom : scope::endWait;
                    begin.run();
                    waits.complete(null);
                    arrived.join();
                    goOn.run();
                    end.join();
                });
                Patience.get(waits);
                assertThat(dispatcher.activity()).isEqualTo(new Activity(0, 0));
                arrived.complete(null);
                awaitAge(dispatcher); // it goes on, and counts from then
                end.complete(null);
                Awaitility.await().until(() -> dispatcher.activity().oldestTurnNanos() == 0);
            }
        }
    }

    @Test
    void listenerThatFindsNoPlace_holdsUpWhatComesAfterIt() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.elastic(1))) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            dispatcher.startHandler(end::join);
            dispatcher.newInbox().submit(() -> {});
            awaitAge(dispatcher);
            end.complete(null);
            Awaitility.await().until(() -> dispatcher.activity().oldestTurnNanos() == 0);
        }
    }

    @Test
    void serialExecutorThatTakesNothing_growsOlder() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.serial(manual))) {
            assertThat(dispatcher.activity().oldestTurnNanos()).isZero();
            awaitAge(dispatcher);
            assertThat(manual.size()).isOne(); // however often it was asked
            manual.runAll();
            assertThat(dispatcher.activity().oldestTurnNanos()).isZero();
        }
    }

    @Test
    void modalDialogOnASerialExecutor_holdsUpNothing() {
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.serial(manual))) {
            dispatcher.newInbox().submit(() -> {
                for (int i = 0; i < 3; i++) { // the loop of a dialog
                    assertThat(dispatcher.activity().oldestTurnNanos()).isZero();
                    manual.runAll();
                }
            });
            manual.runNext();
            assertThat(manual.size()).isZero();
        }
    }

    @Test
    void executorThatTakesNoTask_isNotOld() {
        try (Dispatcher refusing = Dispatcher.of(CallbackExecutor.serial(task -> {
                    throw new RejectedExecutionException("on purpose");
                }));
                Dispatcher direct = Dispatcher.of(CallbackExecutor.direct())) {
            for (int i = 0; i < 2; i++) {
                assertThat(refusing.activity().oldestTurnNanos()).isZero();
                assertThat(direct.activity().oldestTurnNanos()).isZero();
            }
        }
    }
}
