package dev.valence.call;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As many threads as there is work, up to a bound on what runs at once; the rest waits. A task that waits for a reply
 * does not count, so that tasks which wait for each other always have a thread left.
 *
 * <p>Threads are virtual on Java 21 and later, else daemon threads that live on for ten idle seconds.
 */
final class ElasticExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(ElasticExecutor.class);
    private static final long IDLE_SECONDS = 10;

    private final int maxRunning;
    private volatile @Nullable ExecutorService threads; // made for the first task: that takes a while in a young JVM
    private final Set<Thread> working = ConcurrentHashMap.newKeySet(); // nobody else can list virtual threads
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(); // guarded by lock
    private boolean isClosed; // guarded by lock
    private int running; // guarded by lock; may exceed maxRunning for those that return from a wait

    ElasticExecutor(int maxRunning) {
        this.maxRunning = maxRunning;
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (running >= maxRunning) {
                waiting.add(task);
                return;
            }
            running++;
        } finally {
            lock.unlock();
        }
        start(task);
    }

    private void start(Runnable task) {
        try {
            pool().execute(() -> work(task));
        } catch (RejectedExecutionException e) {
            work(task); // closed: what still ends, such as a call, ends on the thread that ends it
        } catch (OutOfMemoryError e) { // no further thread to be had
            startLater(task);
        }
    }

    /** Leaves a task to the threads that run, if any does. */
    private void startLater(Runnable task) {
        boolean isLast;
        lock.lock();
        try {
            isLast = running == 1;
            if (!isLast) {
                running--;
                waiting.addFirst(task);
            }
        } finally {
            lock.unlock();
        }
        if (isLast) {
            work(task);
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

    private void work(Runnable first) {
        boolean isOutermost = working.add(Thread.currentThread());
        Runnable task = first;
        while (task != null) {
            try {
                task.run();
            } catch (Throwable t) {
                report(t);
            }
            Thread.interrupted(); // what one callback leaves is no business of the next
            task = nextOrLeave();
        }
        if (isOutermost) {
            working.remove(Thread.currentThread());
        }
    }

    /** Returns how many tasks run and do not wait. */
    int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the threads that run tasks now, those that wait too. */
    Set<Thread> threads() {
        return Set.copyOf(working);
    }

    private @Nullable Runnable nextOrLeave() {
        lock.lock();
        try {
            Runnable next = running <= maxRunning ? waiting.poll() : null;
            if (next == null) {
                running--;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** The present task waits; another may run instead. */
    void beginWait() {
        Runnable next;
        lock.lock();
        try {
            next = running <= maxRunning ? waiting.poll() : null;
            if (next == null) {
                running--;
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            start(next);
        }
    }

    /** The present task goes on. It does not wait for a place, since others may wait for it. */
    void endWait() {
        lock.lock();
        try {
            running++;
        } finally {
            lock.unlock();
        }
    }

    /** Runs a task at once, however many run. */
    void resume(Runnable task) {
        endWait();
        start(task);
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            if (threads != null) {
                threads.shutdown();
            }
        } finally {
            lock.unlock();
        }
    }

    private ExecutorService pool() {
        ExecutorService there = threads;
        if (there != null) {
            return there;
        }
        lock.lock();
        try {
            ExecutorService made = threads == null ? newThreads() : threads;
            threads = made;
            if (isClosed) {
                made.shutdown();
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    private static ExecutorService newThreads() {
        ExecutorService virtual = newVirtualThreads();
        if (virtual != null) {
            return virtual;
        }
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, "valence-callback");
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons);
    }

    /** Thread.ofVirtual() by reflection: this is compiled for Java 17. */
    private static @Nullable ExecutorService newVirtualThreads() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            builder = builderType.getMethod("name", String.class).invoke(builder, "valence-callback");
            Object factory = builderType.getMethod("factory").invoke(builder);
            Method newExecutor =
                    java.util.concurrent.Executors.class.getMethod("newThreadPerTaskExecutor", ThreadFactory.class);
            return (ExecutorService) newExecutor.invoke(null, factory);
        } catch (NoSuchMethodException
                | ClassNotFoundException
                | IllegalAccessException
                | InvocationTargetException e) {
            LOG.debug("no virtual threads", e);
            return null;
        }
    }
}
