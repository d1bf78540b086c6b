package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriteTurnTest {

    @Test
    void freeTurn_isTakenByTheFirst() {
        WriteTurn turn = WriteTurn.taken();
        assertThat(turn.leave()).isTrue();
        assertThat(turn.enter()).isTrue();
        assertThat(turn.enter()).isFalse();
    }

    @Test
    void noteLeft_makesTheHolderLookOnceMore() {
        WriteTurn turn = WriteTurn.taken();
        assertThat(turn.enter()).isFalse();
        assertThat(turn.enter()).isFalse();
        assertThat(turn.leave()).isFalse();
        assertThat(turn.leave()).isTrue();
    }

    @Test
    void manyThreads_loseNothingAndNeverShareTheTurn() throws InterruptedException {
        WriteTurn turn = WriteTurn.taken();
        turn.leave();
        AtomicInteger queued = new AtomicInteger();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    queued.incrementAndGet();
                    if (turn.enter()) {
                        do {
                            overlaps.addAndGet(inside.getAndIncrement());
                            queued.set(0);
                            inside.decrementAndGet();
                        } while (!turn.leave());
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(queued).hasValue(0);
        assertThat(turn.enter()).isTrue();
    }
}
