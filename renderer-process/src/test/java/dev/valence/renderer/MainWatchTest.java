package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MainWatchTest {

    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void stdinEnds_runsTheActionOnce() throws Exception {
        try (PipedOutputStream main = new PipedOutputStream();
                PipedInputStream stdin = new PipedInputStream(main)) {
            MainWatch watch = MainWatch.start(stdin, ProcessHandle::current, this::count);
            main.write("something nobody asked for".getBytes());
            assertThat(runs).hasValue(0);
            main.close();
            awaitEnd();
            watch.look();
        }

        assertThat(runs).hasValue(1);
    }

    @Test
    void stdinFails_runsTheAction() throws Exception {
        MainWatch.start(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("of the test");
                    }
                },
                () -> null,
                this::count);

        awaitEnd();
    }

    @Test
    void parentEnds_runsTheActionThoughStdinIsOpen() throws Exception {
        try (PipedOutputStream main = new PipedOutputStream();
                PipedInputStream stdin = new PipedInputStream(main)) {
            Process parent = new ProcessBuilder("cat").start(); // until it is told otherwise
            MainWatch watch = MainWatch.start(stdin, parent::toHandle, this::count);
            watch.look();
            assertThat(runs).hasValue(0);

            parent.destroy();
            parent.waitFor();
            while (runs.get() == 0) { // the watching thread may not have looked for it yet
                watch.look();
            }
            watch.look();
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void started_leavesTheApplicationAnEmptyStdin() throws Exception {
        InputStream stdin = System.in;
        try {
            System.setIn(new ByteArrayInputStream(new byte[] {1, 2, 3}));

            MainWatch.start(this::count);

            assertThat(System.in.read()).isEqualTo(-1);
            awaitEnd();
        } finally {
            System.setIn(stdin);
        }
    }

    private void count() {
        runs.incrementAndGet();
        over.countDown();
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
