package dev.valence.renderer;

/** The processes that this one started. */
final class Offspring {

    private Offspring() {}

    /**
     * Kills them and what they started, as main does when it kills a renderer: where main is gone, nobody else would. What
     * has detached itself from its parent stays.
     */
    static void kill() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
}
