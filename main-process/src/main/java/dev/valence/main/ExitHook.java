package dev.valence.main;

import dev.valence.Registration;

/** Something to do when this JVM ends. */
final class ExitHook {

    private ExitHook() {}

    /**
     * Adds a shutdown hook. The registration removes it; while the JVM ends it no longer can, and the task runs.
     *
     * @throws IllegalStateException if the JVM is ending
     */
    static Registration add(String threadName, Runnable task) {
        Thread hook = new Thread(task, threadName);
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> remove(hook);
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and finds nothing left to do.
        }
    }
}
