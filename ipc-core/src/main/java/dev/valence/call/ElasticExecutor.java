package dev.valence.call;

import java.lang.reflect.InvocationTargetException;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As many threads as there is work, up to a bound on what runs at once; the rest waits. A task that waits for a reply
 * does not count, so that tasks which wait for each other always have a thread left.
 *
 * <p>A thread costs more to wake than most callbacks take. So one thread is on its way at a time: it takes what waits, and
 * only if there is more sends for another one before it begins. Many short tasks are done by few threads; behind a long
 * one nothing waits for longer than it takes to wake a thread. (The same as in the JDK's ForkJoinPool.)
 *
 * <p>Threads are virtual on Java 21 and later, else daemon threads. They live on for ten idle seconds.
 */
final class ElasticExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(ElasticExecutor.class);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int maxRunning;
    private volatile @Nullable ThreadFactory factory; // made for the first task: that takes a while in a young JVM
    private final Set<Thread> working = ConcurrentHashMap.newKeySet(); // nobody else can list virtual threads
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Deque<Worker> idle = new ConcurrentLinkedDeque<>(); // the last one is woken first
    private final AtomicInteger running =
            new AtomicInteger(); // may exceed maxRunning for those that return from a wait
    private final AtomicBoolean isSentFor = new AtomicBoolean(); // a thread is on its way
    private volatile boolean isClosed;

    ElasticExecutor(int maxRunning) {
        this.maxRunning = maxRunning;
    }

    @Override
    public void execute(Runnable task) {
        if (isClosed) {
            runHere(task); // what still ends, such as a call, ends on the thread that ends it
            return;
        }
        waiting.add(task);
        sendForThread();
    }

    /**
     * Adds a task that may wait until the present task of this executor is over, or {@link #sendForThread} is called: then
     * this thread can do it as well.
     */
    void executeSoon(Runnable task) {
        waiting.add(task);
    }

    /** Sees to it that what waits has a thread, if there is a place: the one that is on its way, or one more. */
    void sendForThread() {
        if (!waiting.isEmpty()
                && !isSentFor.get()
                && running.get() < maxRunning
                && isSentFor.compareAndSet(false, true)) {
            wakeOne(null);
        }
    }

    /** Wakes or starts a thread, with a task and a place for it, or to look what waits. */
    private void wakeOne(@Nullable Runnable own) {
        Worker worker = idle.pollFirst();
        if (worker != null) {
            worker.wake(own);
            return;
        }
        try {
            factory().newThread(new Worker(own)).start();
        } catch (OutOfMemoryError e) { // no further thread to be had
            startLater(own);
        }
    }

    /** Leaves tasks to the threads that run, if any does. */
    private void startLater(@Nullable Runnable own) {
        if (own == null) {
            isSentFor.set(false);
        } else {
            running.decrementAndGet();
            waiting.add(own);
        }
        if (running.get() == 0) {
            new Worker(null).work();
        }
    }

    private void runHere(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            report(t);
        }
    }

    /** Logs what left a task, which is a fault of the library or of a logger, and does not fail in turn. */
    static void report(Throwable fault) {
        try {
            LOG.error("a callback task failed", fault);
        } catch (Throwable t) {
            LOG.error("a callback task failed with what cannot be logged: {}", fault.getClass());
        }
    }

    /** Returns how many tasks run and do not wait. */
    int running() {
        return running.get();
    }

    /** Returns the threads that run tasks now, those that wait too. */
    Set<Thread> threads() {
        return Set.copyOf(working);
    }

    /** The present task waits; another may run instead. */
    void beginWait() {
        running.decrementAndGet();
        sendForThread();
    }

    /** The present task goes on. It does not wait for a place, since others may wait for it. */
    void endWait() {
        running.incrementAndGet();
    }

    /** Runs a task at once, however many run. */
    void resume(Runnable task) {
        if (isClosed) {
            runHere(task);
            return;
        }
        endWait();
        wakeOne(task);
    }

    void close() {
        isClosed = true;
        for (Worker worker = idle.pollFirst(); worker != null; worker = idle.pollFirst()) {
            worker.wake(null);
        }
    }

    /** One of the threads. */
    private final class Worker implements Runnable {

        private volatile @Nullable Thread thread;
        private volatile boolean isWoken;
        private @Nullable Runnable own; // to be done first; its place is taken already

        Worker(@Nullable Runnable own) {
            this.own = own;
        }

        /** Called by who took it from those that are idle. */
        void wake(@Nullable Runnable task) {
            own = task;
            isWoken = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            do {
                work();
            } while (awaitWork());
        }

        /** Does what waits until nothing does, or too many others run. */
        void work() {
            Runnable task = own;
            own = null;
            boolean hasPlace = task != null || arrive();
            if (!hasPlace) {
                return;
            }
            boolean isOutermost = working.add(Thread.currentThread());
            while (true) {
                if (task != null) {
                    runHere(task);
                    Thread.interrupted(); // what one callback leaves is no business of the next
                    if (leaveIfTooMany()) {
                        break;
                    }
                }
                task = waiting.poll();
                if (task != null) {
                    sendForThread(); // for what is behind it, before it begins
                } else if (leaveIfNothingWaits()) {
                    break;
                }
            }
            if (isOutermost) {
                working.remove(Thread.currentThread());
            }
        }

        /** Takes a place, if there is one; from now on another thread may be sent for. */
        private boolean arrive() {
            boolean hasPlace = running.getAndUpdate(now -> now < maxRunning ? now + 1 : now) < maxRunning;
            isSentFor.set(false);
            if (!hasPlace) {
                sendForThread(); // for a place that became free in between
            }
            return hasPlace;
        }

        private boolean leaveIfTooMany() {
            int now = running.get();
            while (now > maxRunning) {
                if (running.compareAndSet(now, now - 1)) {
                    return true;
                }
                now = running.get();
            }
            return false;
        }

        private boolean leaveIfNothingWaits() {
            running.decrementAndGet();
            if (waiting.isEmpty()) { // if not, who added it may have seen no place
                return true;
            }
            return running.getAndUpdate(now -> now < maxRunning ? now + 1 : now) >= maxRunning;
        }

        /** Waits until it is woken; returns false if there is nothing to do for so long that the thread can end. */
        private boolean awaitWork() {
            isWoken = false;
            idle.addFirst(this);
            long end = System.nanoTime() + IDLE_NANOS;
            while (!isWoken) {
                long left = end - System.nanoTime();
                if ((left <= 0 || isClosed) && idle.remove(this)) {
                    return false;
                }
                LockSupport.parkNanos(this, Math.max(1, left));
                Thread.interrupted();
            }
            return true;
        }
    }

    private ThreadFactory factory() {
        ThreadFactory made = factory;
        if (made == null) {
            made = newFactory();
            factory = made;
        }
        return made;
    }

    private static ThreadFactory newFactory() {
        ThreadFactory virtual = virtualThreads();
        return virtual != null
                ? virtual
                : task -> {
                    Thread thread = new Thread(task, "valence-callback");
                    thread.setDaemon(true);
                    return thread;
                };
    }

    /** Thread.ofVirtual() by reflection: this is compiled for Java 17. */
    private static @Nullable ThreadFactory virtualThreads() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            builder = builderType.getMethod("name", String.class).invoke(builder, "valence-callback");
            return (ThreadFactory) builderType.getMethod("factory").invoke(builder);
        } catch (NoSuchMethodException
                | ClassNotFoundException
                | IllegalAccessException
                | InvocationTargetException e) {
            LOG.debug("no virtual threads", e);
            return null;
        }
    }
}
