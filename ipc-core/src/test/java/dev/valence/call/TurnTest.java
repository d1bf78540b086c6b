package dev.valence.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final Turn turn = new Turn(executor, new TakenTurns(), () -> {});
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    @Test
    void tasks_runInOrderOnOneTaskOfTheExecutor() {
        for (String name : List.of("a", "b", "c")) {
            turn.submit(() -> order.add(name));
        }
        assertThat(executor.size()).isOne();
        executor.runNext();
        assertThat(order).containsExactly("a", "b", "c");
        assertThat(executor.size()).isZero();
        turn.submit(() -> order.add("d"));
        assertThat(executor.size()).isOne();
    }

    @Test
    void taskThatThrows_doesNotStopTheOthers() {
        turn.submit(() -> {
            throw new AssertionError("thrown on purpose");
        });
        turn.submit(() -> order.add("next"));
        try (Quiet quiet = Quiet.about(ElasticExecutor.class)) {
            executor.runAll();
        }
        turn.submit(() -> order.add("later"));
        executor.runAll();
        assertThat(order).containsExactly("next", "later");
    }

    @Test
    void taskSubmittedByATask_runsAfterIt() {
        turn.submit(() -> {
            turn.submit(() -> order.add("inner"));
            order.add("outer");
        });
        executor.runAll();
        assertThat(order).containsExactly("outer", "inner");
    }

    @Test
    void turnThatIsGivenUp_goesToTheNextTask() {
        turn.submit(() -> {
            order.add("gives up");
            turn.giveUp();
            executor.runNext(); // what another thread would do
            turn.takeAgain();
            order.add("goes on");
        });
        turn.submit(() -> order.add("next"));
        executor.runNext();
        assertThat(order).containsExactly("gives up", "next", "goes on");
        assertThat(executor.size()).isZero();
    }

    @Test
    void turnThatNobodyWants_isTakenAgainAtOnce() {
        turn.submit(() -> {
            turn.giveUp();
            turn.takeAgain();
            turn.submit(() -> order.add("next"));
            order.add("goes on");
        });
        executor.runAll();
        assertThat(order).containsExactly("goes on", "next");
    }

    @Test
    void whoReturns_comesAheadOfTasksThatHaveNotStarted() {
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch secondRuns = new CountDownLatch(1);
        CompletableFuture<Thread> first = new CompletableFuture<>();
        turn.submit(() -> {
            first.complete(Thread.currentThread());
            turn.giveUp();
            Patience.await(back);
            turn.takeAgain();
            order.add("first goes on");
        });
        turn.submit(() -> {
            secondRuns.countDown();
            Patience.await(gate);
            order.add("second");
        });
        turn.submit(() -> order.add("third"));
        FutureTask<Void> one = start(executor.take());
        while (executor.size() == 0) {
            Thread.onSpinWait();
        }
        FutureTask<Void> two = start(executor.take());
        Patience.await(secondRuns);
        back.countDown();
        awaitWaiting(Patience.get(first)); // in takeAgain: the gate of the second is closed
        gate.countDown();
        Patience.get(one);
        Patience.get(two);
        assertThat(order).containsExactly("second", "first goes on", "third");
    }

    @Test
    void turnThatIsGivenUp_goesToWhoReturnsBeforeTasks() {
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch secondRuns = new CountDownLatch(1);
        CompletableFuture<Thread> first = new CompletableFuture<>();
        turn.submit(() -> {
            first.complete(Thread.currentThread());
            turn.giveUp();
            Patience.await(back);
            turn.takeAgain();
            order.add("first goes on");
        });
        turn.submit(() -> {
            secondRuns.countDown();
            Patience.await(gate);
            turn.giveUp();
            turn.takeAgain();
            order.add("second goes on");
        });
        turn.submit(() -> order.add("third"));
        FutureTask<Void> one = start(executor.take());
        while (executor.size() == 0) {
            Thread.onSpinWait();
        }
        FutureTask<Void> two = start(executor.take());
        Patience.await(secondRuns);
        back.countDown();
        awaitWaiting(Patience.get(first));
        gate.countDown();
        Patience.get(one);
        Patience.get(two);
        assertThat(order).startsWith("first goes on").contains("second goes on", "third");
    }

    @Test
    void sixtyFifthThatWouldWait_getsLimitAndKeepsTheTurn() {
        for (int i = 0; i < Turn.MAX_WAITING; i++) {
            turn.submit(turn::giveUp);
        }
        turn.submit(() -> {
            assertThatThrownBy(turn::giveUp)
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT));
            order.add("keeps it");
        });
        turn.submit(() -> order.add("next"));
        executor.runNext();
        for (int i = 1; i < Turn.MAX_WAITING; i++) {
            executor.runNext(); // each has given its turn up and not come back
        }
        executor.runNext();
        assertThat(order).containsExactly("keeps it", "next");
    }

    @Test
    void interrupt_doesNotShortenTheWaitForTheTurn() {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch secondRuns = new CountDownLatch(1);
        List<Boolean> flag = new ArrayList<>();
        CompletableFuture<Thread> first = new CompletableFuture<>();
        turn.submit(() -> {
            first.complete(Thread.currentThread());
            turn.giveUp();
            Patience.await(secondRuns);
            Thread.currentThread().interrupt();
            turn.takeAgain();
            flag.add(Thread.interrupted());
            order.add("first goes on");
        });
        turn.submit(() -> {
            secondRuns.countDown();
            Patience.await(gate);
            order.add("second");
        });
        FutureTask<Void> one = start(executor.take());
        while (executor.size() == 0) {
            Thread.onSpinWait();
        }
        FutureTask<Void> two = start(executor.take());
        Patience.await(secondRuns);
        awaitWaiting(Patience.get(first));
        gate.countDown();
        Patience.get(one);
        Patience.get(two);
        assertThat(order).containsExactly("second", "first goes on");
        assertThat(flag).containsExactly(true);
    }

    @Test
    void manyThatGiveUpAndReturn_areNeverInsideTogether() {
        ElasticExecutor threads = new ElasticExecutor(4);
        Executor outside = task -> new Thread(task).start();
        Turn busy = new Turn(threads, new TakenTurns(), () -> {});
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(2000);
        for (int i = 0; i < 2000; i++) {
            int number = i;
            busy.submit(() -> {
                for (int round = 0; round < 3; round++) {
                    overlaps.addAndGet(inside.getAndIncrement());
                    Thread.yield();
                    inside.decrementAndGet();
                    if (number % 50 == 0) {
                        CountDownLatch answered = new CountDownLatch(1);
                        outside.execute(answered::countDown);
                        busy.giveUp();
                        threads.beginWait();
                        Patience.await(answered);
                        busy.takeAgain();
                        threads.endWait();
                    }
                }
                done.countDown();
            });
        }
        Patience.await(done);
        threads.close();
        assertThat(overlaps).hasValue(0);
    }

    private static FutureTask<Void> start(Runnable action) {
        FutureTask<Void> task = new FutureTask<>(action, null);
        new Thread(task).start();
        return task;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }
}
