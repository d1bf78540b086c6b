package dev.valence.call;

import org.jspecify.annotations.Nullable;

/**
 * What the present thread may do while it runs a callback of the library.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public abstract class CallbackScope {

    private static final ThreadLocal<Place> PLACES = new ThreadLocal<>() {
        @Override
        protected Place initialValue() {
            return new Place();
        }
    };

    private @Nullable Runnable onWait;

    CallbackScope() {}

    /** Where a thread has its scope, so that a callback looks for it once. */
    private static final class Place {
        private @Nullable CallbackScope scope; // of the callback that runs
    }

    /** Returns the scope of the callback that this thread runs, or null outside callbacks. */
    public static @Nullable CallbackScope current() {
        return PLACES.get().scope;
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
        Place place = PLACES.get();
        CallbackScope before = place.scope; // not null if a direct executor nests
        place.scope = this;
        try {
            task.run();
        } finally {
            place.scope = before;
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
