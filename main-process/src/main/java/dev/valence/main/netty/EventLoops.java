package dev.valence.main.netty;

import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The I/O threads of a server. Not one of Netty's groups, because the end of a group is announced on a global thread that
 * then keeps the JVM from exiting for a second.
 */
@SuppressWarnings("FutureReturnValueIgnored") // awaitTermination waits for the same
final class EventLoops {

    private final List<IoLoop> loops = new ArrayList<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>(); // those that were started
    private final AtomicInteger turns = new AtomicInteger();

    EventLoops(IoKind kind, int count) {
        for (int i = 1; i <= count; i++) {
            String name = "valence-main-io-" + i;
            ThreadFactory thread = task -> newThread(task, name);
            loops.add(new IoLoop(new SingleThreadIoEventLoop(null, thread, kind.handlers())));
        }
    }

    private Thread newThread(Runnable task, String name) {
        Thread thread = new FastThreadLocalThread(task, name);
        thread.setDaemon(false); // an open server keeps its JVM alive, whatever the thread is that opens it
        threads.add(thread);
        return thread;
    }

    /** Returns the loops in turn. */
    IoLoop next() {
        return loops.get(Math.floorMod(turns.getAndIncrement(), loops.size()));
    }

    /** Returns whether the caller is one of these threads, which must not wait for any of them. */
    boolean isCaller() {
        return loops.stream().anyMatch(each -> each.loop().inEventLoop());
    }

    /** Ends the threads as soon as they have run what was given to them. */
    void shutDown() {
        for (IoLoop each : loops) {
            each.loop().shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
    }

    /** Waits for the threads to end, that long for each. */
    void awaitTermination(long time, TimeUnit unit) throws InterruptedException {
        for (Thread thread : threads) {
            unit.timedJoin(thread, time);
        }
    }
}
