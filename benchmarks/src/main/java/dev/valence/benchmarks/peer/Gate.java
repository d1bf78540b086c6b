package dev.valence.benchmarks.peer;

import java.util.function.BooleanSupplier;

/** Where a sending thread waits for room, which other threads make. */
public final class Gate {

    private static final long RECHECK_MILLIS = 20; // whether the turnstile was closed meanwhile

    private boolean changed; // guarded by this

    /** Says that there may be room. */
    public synchronized void open() {
        changed = true;
        notifyAll();
    }

    /** Waits for room or the end of the load. */
    public void await(BooleanSupplier hasRoom, Turnstile turnstile) throws InterruptedException {
        while (!hasRoom.getAsBoolean() && !turnstile.isClosed()) {
            synchronized (this) {
                if (!changed) {
                    wait(RECHECK_MILLIS);
                }
                changed = false;
            }
        }
    }
}
