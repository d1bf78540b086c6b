package dev.valence.renderer;

/**
 * The processes that a launched renderer started. When main is gone they end with this JVM, as they do when main kills a
 * renderer: nobody else would end them. What has detached itself from its parent stays.
 */
final class Offspring {

    private volatile boolean isDoomed; // written by whoever sees that main is gone

    /** Prepares for the end of this JVM: a hook runs however it comes to that, short of a halt. */
    static Offspring ofThisJvm() {
        Offspring offspring = new Offspring();
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(offspring::end, "valence-offspring"));
        } catch (IllegalStateException e) {
            // The JVM is ending already, and main is not the reason.
        }
        return offspring;
    }

    private Offspring() {}

    /** Main is gone. */
    void doom() {
        isDoomed = true;
    }

    private void end() {
        if (isDoomed) {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }
}
