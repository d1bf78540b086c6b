package dev.valence;

/**
 * How a handler runs.
 *
 * @param isSequential whether it runs inside the sender's turn, in order with listeners, and holds up what follows
 * @param isInterruptible whether its thread is interrupted when the caller no longer waits
 */
public record HandlerOptions(boolean isSequential, boolean isInterruptible) {

    private static final HandlerOptions DEFAULTS = new HandlerOptions(false, false);

    /** Returns the options of a plain {@code handle}: concurrent, never interrupted. */
    public static HandlerOptions defaults() {
        return DEFAULTS;
    }

    /** Returns options for a handler that runs inside the sender's turn, as a synchronous handler does in Electron. */
    public static HandlerOptions sequential() {
        return new HandlerOptions(true, false);
    }

    /**
     * Returns options for a handler that is interrupted when the caller no longer waits. Only threads of the default
     * executor are interrupted, and only while they run this handler.
     */
    public static HandlerOptions interruptible() {
        return new HandlerOptions(false, true);
    }
}
