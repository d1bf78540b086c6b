package dev.valence;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The request that the present thread is answering. Calls made meanwhile inherit its deadline and its cancellation.
 *
 * <p><b>Threads.</b> The context belongs to the thread that runs the handler. To carry it to another thread, wrap what
 * runs there: {@code pool.execute(CallContext.wrap(task))}.
 *
 * <p>Not meant to be extended.
 */
public abstract class CallContext {

    private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

    /** For the library. */
    protected CallContext() {}

    /** Returns the request this thread is answering, or null. */
    public static @Nullable CallContext current() {
        return CURRENT.get();
    }

    /** Returns a task that runs in the context of the present thread. */
    public static Runnable wrap(Runnable task) {
        CallContext context = current();
        return () -> {
            CallContext before = enter(context);
            try {
                task.run();
            } finally {
                enter(before);
            }
        };
    }

    /** Returns a task that runs in the context of the present thread. */
    public static <T> Callable<T> wrap(Callable<T> task) {
        CallContext context = current();
        return () -> {
            CallContext before = enter(context);
            try {
                return task.call();
            } finally {
                enter(before);
            }
        };
    }

    /**
     * Makes a context the one of the present thread.
     *
     * @return what it was before, to be entered again afterwards
     */
    protected static @Nullable CallContext enter(@Nullable CallContext context) {
        CallContext before = CURRENT.get();
        if (context != before) {
            CURRENT.set(context); // null too: to remove it would make its entry anew for the next one
        }
        return before;
    }

    /** Returns whether the caller no longer waits. */
    public abstract boolean isCancelled();

    /** Returns the time left until the caller's deadline; zero if it has passed. */
    public abstract Duration remaining();
}
