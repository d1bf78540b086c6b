package dev.valence.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.fixtures.IoThreads;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ElasticExecutorTest {

    private static final int BOUND = 3;

    private final ElasticExecutor executor = new ElasticExecutor(BOUND);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        executor.close();
        IoThreads.awaitNone();
    }

    @Test
    void moreTasksThanTheBound_waitForAPlace() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(BOUND);
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            executor.execute(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                full.countDown();
                Patience.await(gate);
                running.decrementAndGet();
                done.countDown();
            });
        }
        Patience.await(full);
        gate.countDown();
        Patience.await(done);
        assertThat(most).hasValue(BOUND);
    }

    @Test
    void tasksThatWaitForAPlace_startInOrder() {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        ElasticExecutor single = new ElasticExecutor(1);
        CountDownLatch done = new CountDownLatch(100);
        single.execute(() -> Patience.await(gate));
        for (int i = 0; i < 100; i++) {
            int number = i;
            single.execute(() -> {
                order.add(number);
                done.countDown();
            });
        }
        gate.countDown();
        Patience.await(done);
        single.close();
        assertThat(order).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void tasksThatWait_makePlaceForOthers() {
        CountDownLatch waiting = new CountDownLatch(10 * BOUND);
        CountDownLatch done = new CountDownLatch(10 * BOUND);
        for (int i = 0; i < 10 * BOUND; i++) {
            executor.execute(() -> {
                executor.beginWait();
                waiting.countDown();
                Patience.await(gate);
                executor.endWait();
                done.countDown();
            });
        }
        Patience.await(waiting); // all of them, though only a few may run
        gate.countDown();
        Patience.await(done);
    }

    @Test
    void tasksThatReturnFromWaiting_mayExceedTheBoundAndNothingStartsMeanwhile() {
        CountDownLatch waiting = new CountDownLatch(2 * BOUND);
        CountDownLatch back = new CountDownLatch(2 * BOUND);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger startedWhileFull = new AtomicInteger();
        CountDownLatch last = new CountDownLatch(1);
        for (int i = 0; i < 2 * BOUND; i++) {
            executor.execute(() -> {
                executor.beginWait();
                waiting.countDown();
                Patience.await(gate);
                executor.endWait();
                back.countDown();
                Patience.await(end);
            });
        }
        Patience.await(waiting);
        gate.countDown();
        Patience.await(back); // none of them waits for a place: others may wait for it
        executor.execute(() -> {
            startedWhileFull.set((int) end.getCount());
            last.countDown();
        });
        end.countDown();
        Patience.await(last);
        assertThat(startedWhileFull).hasValue(0);
    }

    @Test
    void taskBehindALongOne_doesNotWaitForIt() {
        CountDownLatch done = new CountDownLatch(BOUND - 1);
        executor.execute(() -> {
            for (int i = 0; i < BOUND - 1; i++) {
                executor.execute(done::countDown); // no thread is idle
            }
            Patience.await(gate);
        });
        Patience.await(done);
    }

    @Test
    void taskForSoon_isDoneByTheThreadThatAddsItIfThatIsFree() {
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        CountDownLatch done = new CountDownLatch(2);
        executor.execute(() -> {
            threads.add(Thread.currentThread());
            executor.executeSoon(() -> {
                threads.add(Thread.currentThread());
                done.countDown();
            });
            done.countDown();
        });
        Patience.await(done);
        assertThat(Set.copyOf(threads)).hasSize(1);
    }

    @Test
    void taskForSoon_hasAThreadOnceItsOwnWaits() {
        CountDownLatch done = new CountDownLatch(2);
        executor.execute(() -> {
            executor.executeSoon(done::countDown);
            executor.beginWait();
            Patience.await(gate);
            executor.endWait();
        });
        executor.execute(() -> {
            executor.executeSoon(done::countDown);
            executor.sendForThread();
            Patience.await(gate);
        });
        Patience.await(done);
    }

    /** A task that nobody does would be the fault: each round ends only when all of its tasks have run. */
    @Test
    void tasksAddedWhileThreadsLeave_areNotLeftBehind() throws Exception {
        int rounds = 20_000;
        ElasticExecutor narrow = new ElasticExecutor(2);
        CyclicBarrier together = new CyclicBarrier(2);
        Runnable submitter = () -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    together.await(20, TimeUnit.SECONDS);
                    CountDownLatch ran = new CountDownLatch(2);
                    narrow.execute(ran::countDown);
                    narrow.execute(() -> {
                        narrow.beginWait();
                        ran.countDown();
                        narrow.endWait();
                    });
                    Patience.await(ran);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        ExecutorService submitters = Executors.newFixedThreadPool(2);
        try {
            CompletableFuture<Void> one = CompletableFuture.runAsync(submitter, submitters);
            CompletableFuture<Void> other = CompletableFuture.runAsync(submitter, submitters);
            one.get(50, TimeUnit.SECONDS);
            other.get(50, TimeUnit.SECONDS);
        } finally {
            submitters.shutdownNow();
            narrow.close();
        }
    }

    @Test
    void taskThatThrows_leavesItsPlaceToTheNext() {
        CountDownLatch done = new CountDownLatch(1);
        try (Quiet quiet = Quiet.about(ElasticExecutor.class)) {
            for (int i = 0; i < 5 * BOUND; i++) {
                executor.execute(() -> {
                    throw new AssertionError("thrown on purpose");
                });
            }
            executor.execute(done::countDown);
            Patience.await(done);
            executor.close();
            IoThreads.awaitNone(); // the last of them may still be saying so
        }
    }

    @Test
    void close_letsWhatRunsAndWaitsComeToItsEnd() {
        CountDownLatch started = new CountDownLatch(BOUND);
        CountDownLatch done = new CountDownLatch(4 * BOUND);
        for (int i = 0; i < 4 * BOUND; i++) {
            executor.execute(() -> {
                started.countDown();
                Patience.await(gate);
                done.countDown();
            });
        }
        Patience.await(started);
        executor.close();
        gate.countDown();
        Patience.await(done);
    }

    @Test
    void taskAfterTheClose_runsOnTheThreadThatBringsIt() {
        List<Thread> threads = new ArrayList<>();
        executor.close();
        executor.execute(() -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }
}
