package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadDumpTest {

    private static void recurse(int depth, Runnable then) {
        if (depth == 0) {
            then.run();
        } else {
            recurse(depth - 1, then);
        }
    }

    @Test
    void dump_isMadeOnAThreadOfItsOwn() throws Exception {
        CompletableFuture<String> dump = new CompletableFuture<>();
        CompletableFuture<Thread> maker = new CompletableFuture<>();
        ThreadDump.start(Set.of(), text -> {
            maker.complete(Thread.currentThread());
            dump.complete(text);
        });
        assertThat(dump.get(60, TimeUnit.SECONDS))
                .contains("\"" + Thread.currentThread().getName() + "\" ")
                .contains(ThreadDumpTest.class.getName() + ".dump_isMadeOnAThreadOfItsOwn(");
        assertThat(maker.get(60, TimeUnit.SECONDS).isDaemon()).isTrue();
        maker.get().join();
    }

    @Test
    void threadsOfCallbacks_comeFirstAndOnce() {
        String name = "\"" + Thread.currentThread().getName() + "\" ";
        String text = ThreadDump.text(Set.of(Thread.currentThread()));
        assertThat(text).startsWith(name).containsOnlyOnce(name);
    }

    @Test
    void endlessRecursion_isCutShort() {
        recurse(1000, () -> {
            String text = ThreadDump.text(Set.of(Thread.currentThread()));
            assertThat(text.lines().filter(line -> line.contains(".recurse(")).count())
                    .isLessThan(200);
            assertThat(text).containsPattern(" {4}… \\d{3,} more\n");
        });
    }

    @Test
    void manyThreads_areLeftOutBeyondWhatMainTakes() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(40);
        Thread[] threads = new Thread[40];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> recurse(300, () -> {
                begun.countDown();
                await(end);
            }));
            threads[i].start();
        }
        begun.await();
        try {
            int bytes = ThreadDump.text(Set.of()).getBytes(StandardCharsets.UTF_8).length;
            assertThat(bytes).isBetween(256 * 1024, 320 * 1024); // the last one is cut off where it is sent
        } finally {
            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
