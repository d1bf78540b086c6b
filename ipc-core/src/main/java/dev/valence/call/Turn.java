package dev.valence.call;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to run the listeners of one sender: one thread has it at a time. A listener that waits for a reply gives it
 * up, and takes it again, ahead of messages not yet started, before it goes on. So listeners of one sender never run at
 * the same time, and calls that nest through both processes end.
 *
 * <p>While it is taken it is one of the {@link TakenTurns}, which tell how long it has made no step.
 *
 * <p><b>Threads.</b> {@link #submit} from any; {@link #giveUp} and {@link #takeAgain} by the thread that has the turn.
 */
final class Turn implements Runnable {

    /** Listeners of one sender that may wait for replies at the same time. */
    static final int MAX_WAITING = 64;

    private final Executor executor;
    private final TakenTurns all;
    private final Runnable beforeNext;
    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(1); // guarded by lock
    private final ArrayDeque<CountDownLatch> returning = new ArrayDeque<>(1); // guarded by lock
    private boolean taken; // guarded by lock; by a thread, or by a task handed to the executor that will be one
    private int waiting; // guarded by lock
    private boolean isPaused; // guarded by lock; whoever has the turn waits for room
    private long stepNanos; // guarded by lock; when it was taken, or the present task began or went on

    /**
     * Makes a turn that is free.
     *
     * @param beforeNext called when the thread that has the turn goes on to a further task
     */
    Turn(Executor executor, TakenTurns all, Runnable beforeNext) {
        this.executor = executor;
        this.all = all;
        this.beforeNext = beforeNext;
    }

    /** Adds a task that runs, with the turn, after those that were added earlier. */
    void submit(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            if (taken) {
                return;
            }
            take();
        } finally {
            lock.unlock();
        }
        executor.execute(this);
    }

    private void take() {
        taken = true;
        stepNanos = System.nanoTime();
        all.add(this);
    }

    private void free() {
        taken = false;
        all.remove(this);
    }

    /** Runs tasks until there are none, or the turn goes to a thread that comes back. By who has the turn. */
    @Override
    public void run() {
        for (boolean isFirst = true; ; isFirst = false) {
            Runnable task;
            lock.lock();
            try {
                stepNanos = System.nanoTime();
                if (!returning.isEmpty()) {
                    returning.remove().countDown(); // the turn is its now, and so are the tasks
                    return;
                }
                task = tasks.poll();
                if (task == null) {
                    free();
                    return;
                }
            } finally {
                lock.unlock();
            }
            if (!isFirst) {
                beforeNext.run();
            }
            try {
                task.run();
            } catch (Throwable t) { // tasks report their own failures; whatever it is, the turn has to go on
                ElasticExecutor.report(t);
            }
            Thread.interrupted(); // what one callback leaves is no business of the next
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
            stepNanos = System.nanoTime();
            if (!returning.isEmpty()) {
                returning.remove().countDown();
            } else if (!tasks.isEmpty()) {
                isTaskNext = true;
            } else {
                free();
            }
        } finally {
            lock.unlock();
        }
        if (isTaskNext) {
            executor.execute(this);
        }
    }

    /** Takes the turn again, as soon as the listener that has it returns or waits. Not interruptible. */
    void takeAgain() {
        CountDownLatch mine;
        lock.lock();
        try {
            waiting--;
            if (!taken) {
                take();
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

    /** Whoever has the turn waits for room in a queue, and keeps it. */
    void pause() {
        setPaused(true);
    }

    /** Whoever has the turn goes on. */
    void resume() {
        setPaused(false);
    }

    private void setPaused(boolean paused) {
        lock.lock();
        try {
            isPaused = paused;
            stepNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how long what waits for this turn, or will, has been held up: since its present task began, or went on after
     * a wait, or since it was handed to an executor that has not begun. 0 if it is free, or its task waits in the library.
     */
    long heldUpNanos(long nowNanos) {
        lock.lock();
        try {
            return taken && !isPaused ? Math.max(0, nowNanos - stepNanos) : 0;
        } finally {
            lock.unlock();
        }
    }
}
