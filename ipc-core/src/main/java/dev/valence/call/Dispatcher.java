package dev.valence.call;

import dev.valence.CallbackExecutor;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Runs the callbacks of a process.
 *
 * <p><b>Threads.</b> {@link #execute} and {@link Inbox#submit} may be called from any thread and return at once, unless
 * the executor is direct.
 */
public interface Dispatcher extends Executor, AutoCloseable {

    /** Runs the listeners of one sender, one after the other. */
    @FunctionalInterface
    interface Inbox {
        /** Adds a task that runs after those that were added earlier. */
        void submit(Runnable task);
    }

    /** Returns the dispatcher for an executor. */
    static Dispatcher of(CallbackExecutor executor) {
        if (executor instanceof CallbackExecutor.Elastic elastic) {
            return new ElasticDispatcher(elastic.maxRunning());
        }
        if (executor instanceof CallbackExecutor.Serial serial) {
            return new PlainDispatcher(serial.executor(), "a serial executor");
        }
        return PlainDispatcher.direct();
    }

    /** Returns the inbox of a new sender. */
    Inbox newInbox();

    /**
     * Runs a handler, inside the turn of the request it answers: beside what follows, or at once if the executor keeps
     * everything in order.
     */
    void startHandler(Runnable task);

    /** Runs a task that has no order. */
    @Override
    void execute(Runnable task);

    /** Runs a task that goes on with work which has begun: it does not queue for a place, since others may wait for it. */
    void resume(Runnable task);

    /** Whether callbacks never run on the thread that hands them over, as long as this is open. */
    default boolean hasOwnThreads() {
        return false;
    }

    /** Returns what the callbacks do now. Any thread; does not wait for them. */
    Activity activity();

    /** Returns the threads of the library that run callbacks now, as far as others do not know of them. */
    Set<Thread> threads();

    /** Lets what runs or waits end, and its threads after it. What comes later runs on the thread that brings it. */
    @Override
    void close();
}
