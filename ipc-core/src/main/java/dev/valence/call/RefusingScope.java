package dev.valence.call;

import org.jspecify.annotations.Nullable;

/** Code of the application on a thread that must not wait: waiting there would block what it waits for. */
final class RefusingScope extends CallbackScope {

    private final String where;

    /**
     * Makes a scope.
     *
     * @param where the code is, for the text of the refusal, such as {@code a tap}
     */
    RefusingScope(String where) {
        this.where = where;
    }

    /** Nothing is waited for here; so one of these serves any number of threads. */
    @Override
    public void onWait(@Nullable Runnable action) {}

    @Override
    public boolean mayWaitForRoom() {
        return false;
    }

    @Override
    void checkWait() {
        throw new IllegalStateException("waiting for a reply inside " + where
                + " would block what the reply needs (expected: invoke(…).thenAccept(…))");
    }

    @Override
    void giveUp() {}

    @Override
    void takeAgain() {}
}
