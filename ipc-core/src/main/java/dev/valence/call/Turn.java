package dev.valence.call;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to run the listeners of one sender: one thread has it at a time. A listener that waits for a reply gives it
 * up, and takes it again, ahead of messages not yet started, before it goes on. So listeners of one sender never run at
 * the same time, and calls that nest through both processes end.
 *
 * <p><b>Threads.</b> {@link #submit} from any; {@link #giveUp} and {@link #takeAgain} by the thread that has the turn.
 */
final class Turn {

    /** Listeners of one sender that may wait for replies at the same time. */
    static final int MAX_WAITING = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(); // guarded by lock
    private final ArrayDeque<CountDownLatch> returning = new ArrayDeque<>(); // guarded by lock
    private boolean taken; // guarded by lock; by a thread, or by a task handed to the executor that will be one
    private int waiting; // guarded by lock

    Turn(Executor executor) {
        this.executor = executor;
    }

    /** Adds a task that runs, with the turn, after those that were added earlier. */
    void submit(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            if (taken) {
                return;
            }
            taken = true;
        } finally {
            lock.unlock();
        }
        executor.execute(this::runTasks);
    }

    private void runTasks() {
        while (true) {
            Runnable task;
            lock.lock();
            try {
                if (!returning.isEmpty()) {
                    returning.remove().countDown(); // the turn is its now, and so are the tasks
                    return;
                }
                task = tasks.poll();
                if (task == null) {
                    taken = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                task.run();
            } catch (Throwable t) { // a fault of the library; what the sender sent next comes all the same
                LOG.error("a task in a turn failed", t);
            }
        }
    }

    /**
     * Gives the turn up, to the next listener if there is one.
     *
     * @throws IpcException with LIMIT if {@value #MAX_WAITING} listeners wait already; the turn is kept
     */
    void giveUp() {
        boolean isTaskNext = false;
        lock.lock();
        try {
            if (waiting == MAX_WAITING) {
                throw new IpcException(
                        ErrorCode.LIMIT,
                        waiting + " listeners of this sender wait for replies (expected: at most " + MAX_WAITING + ")");
            }
            waiting++;
            if (!returning.isEmpty()) {
                returning.remove().countDown();
            } else if (!tasks.isEmpty()) {
                isTaskNext = true;
            } else {
                taken = false;
            }
        } finally {
            lock.unlock();
        }
        if (isTaskNext) {
            executor.execute(this::runTasks);
        }
    }

    /** Takes the turn again, as soon as the listener that has it returns or waits. Not interruptible. */
    void takeAgain() {
        CountDownLatch mine;
        lock.lock();
        try {
            waiting--;
            if (!taken) {
                taken = true;
                return;
            }
            mine = new CountDownLatch(1);
            returning.add(mine);
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (true) {
            try {
                mine.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // the turn has to be taken all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
