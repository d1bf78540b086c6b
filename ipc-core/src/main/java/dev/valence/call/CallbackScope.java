package dev.valence.call;

import org.jspecify.annotations.Nullable;

/**
 * What the present thread may do while it runs a callback of the library.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public abstract class CallbackScope {

    /** Where a thread has the scope of the callback it runs; an array of the JDK's, which keeps no class of the library alive. */
    private static final ThreadLocal<@Nullable Object[]> PLACES = new ThreadLocal<>() {
        @Override
        protected @Nullable Object[] initialValue() {
            return new Object[1];
        }
    };

    private @Nullable Runnable onWait;

    CallbackScope() {}

    /** Returns the scope of the callback that this thread runs, or null outside callbacks. */
    public static @Nullable CallbackScope current() {
        return (CallbackScope) PLACES.get()[0];
    }

    /**
     * Checks that this thread may wait for a reply.
     *
     * @throws IllegalStateException inside a callback of a serial or direct executor
     */
    public static void checkMayWait() {
        CallbackScope scope = current();
        if (scope != null) {
            scope.checkWait();
        }
    }

    /**
     * Runs code of the application where nothing may be waited for.
     *
     * @param where for the text of the refusal, such as {@code a tap}
     */
    public static void runRefusing(String where, Runnable task) {
        new RefusingScope(where).run(task);
    }

    /** Whether this callback may wait for room in a queue. */
    public abstract boolean mayWaitForRoom();

    /** Gives up the place among the running callbacks, and nothing else, while this callback waits for room. */
    public void beginWaitForRoom() {}

    /** Takes the place again. */
    public void endWaitForRoom() {}

    /**
     * Sets what is to be done before this callback waits for its first reply. Another callback may follow in the same scope, so
     * whoever sets it takes it back with null in the end.
     */
    public void onWait(@Nullable Runnable action) {
        onWait = action;
    }

    final void run(Runnable task) {
        @Nullable Object[] place = PLACES.get();
        Object before = place[0]; // not null if a direct executor nests
        place[0] = this;
        try {
            task.run();
        } finally {
            place[0] = before;
        }
    }

    final void beginWait() {
        checkWait();
        giveUp();
        Runnable action = onWait;
        if (action != null) {
            onWait = null;
            action.run();
        }
    }

    final void endWait() {
        takeAgain();
    }

    abstract void checkWait();

    abstract void giveUp();

    abstract void takeAgain();
}
