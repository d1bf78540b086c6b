package dev.valence.renderer;

/**
 * The processes that a launched renderer started. When main is gone they end with this JVM, as they do when main kills a
 * renderer: nobody else would end them. What has detached itself from its parent stays.
 */
final class Offspring extends Thread {

    private volatile boolean isDoomed; // written by whoever sees that main is gone

    /** Prepares for the end of this JVM: a hook runs however it comes to that, short of a halt. */
    static Offspring ofThisJvm() {
        Offspring offspring = new Offspring();
        try {
            Runtime.getRuntime().addShutdownHook(offspring);
        } catch (IllegalStateException e) {
            // The JVM is ending already, and main is not the reason.
        }
        return offspring;
    }

    private Offspring() {
        super("valence-offspring");
    }

    /** Main is gone. */
    void doom() {
        isDoomed = true;
    }

    /** Ends them; called at the end of this JVM. */
    @Override
    public void run() {
        if (isDoomed) {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }
}
