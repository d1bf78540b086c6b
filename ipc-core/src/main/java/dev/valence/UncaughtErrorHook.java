package dev.valence;

/** Told about an error that a listener threw and nobody waits for. */
@FunctionalInterface
public interface UncaughtErrorHook {

    /**
     * Called on the thread of the listener, before the next listener runs. What it throws itself is logged.
     *
     * @param event what the listener was called with
     * @param error what it threw
     */
    void onUncaughtError(IpcEvent<?> event, Throwable error);
}
