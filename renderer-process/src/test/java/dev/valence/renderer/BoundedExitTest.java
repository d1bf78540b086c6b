package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedExitTest {

    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final CompletableFuture<Integer> exited = new CompletableFuture<>();
    private final CompletableFuture<Integer> halted = new CompletableFuture<>();
    private final CountDownLatch hookEnd = new CountDownLatch(1);

    @Test
    void begun_exits() throws Exception {
        new BoundedExit(LONG, exited::complete, halted::complete).begin(3);

        assertThat(exited.get(10, TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(halted).isNotDone();
    }

    @Test
    void hookHangs_halts() throws Exception {
        new BoundedExit(SHORT, this::hang, halted::complete).begin(3);

        assertThat(halted.get(10, TimeUnit.SECONDS)).isEqualTo(3);
        hookEnd.countDown();
    }

    @Test
    void begunTwice_theFirstCounts() throws Exception {
        Queue<Integer> exits = new ConcurrentLinkedQueue<>();
        BoundedExit end = new BoundedExit(
                LONG,
                status -> {
                    exits.add(status);
                    exited.complete(status);
                },
                halted::complete);

        end.begin(3);
        end.begin(4);

        exited.get(10, TimeUnit.SECONDS);
        assertThat(exits).containsExactly(3);
    }

    private void hang(int status) {
        exited.complete(status);
        try {
            hookEnd.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
