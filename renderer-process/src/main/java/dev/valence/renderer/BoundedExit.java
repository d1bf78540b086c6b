package dev.valence.renderer;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Ends this JVM within a bounded time: runs {@code System.exit}, and halts if shutdown hooks have not come to their end
 * by then.
 */
final class BoundedExit {

    /** A launched renderer outlives main by 2 s at most; what is left is for noticing and for the halt. */
    private static final Duration GRACE = Duration.ofMillis(1_500);

    private final Duration grace;
    private final IntConsumer exit;
    private final IntConsumer halt;
    private final AtomicBoolean hasBegun = new AtomicBoolean(); // the first caller's status counts

    /** Makes one from the ways to end; the first need not return, the second must. */
    BoundedExit(Duration grace, IntConsumer exit, IntConsumer halt) {
        this.grace = grace;
        this.exit = exit;
        this.halt = halt;
    }

    /** Returns the one that ends this JVM. */
    static BoundedExit ofThisJvm() {
        return new BoundedExit(GRACE, new OfThisJvm(false), new OfThisJvm(true));
    }

    private record OfThisJvm(boolean isHalt) implements IntConsumer {
        @Override
        public void accept(int status) {
            if (isHalt) {
                Runtime.getRuntime().halt(status);
            } else {
                System.exit(status);
            }
        }
    }

    /** Starts to end the JVM and returns. Later calls do nothing. */
    void begin(int status) {
        if (!hasBegun.compareAndSet(false, true)) {
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        try {
            start("valence-halt", () -> haltUnless(done, status));
            start("valence-exit", () -> {
                exit.accept(status);
                done.countDown();
            });
        } catch (OutOfMemoryError e) { // no thread to be had
            halt.accept(status);
        }
    }

    private void haltUnless(CountDownLatch done, int status) {
        try {
            if (done.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            // Nobody should; then rather at once than never.
        }
        halt.accept(status);
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.start();
    }
}
