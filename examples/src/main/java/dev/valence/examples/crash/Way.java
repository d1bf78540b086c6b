package dev.valence.examples.crash;

/** How the renderer of this example ends, one way for each of its processes. */
enum Way {
    THROWS("throws an exception in its setup"),
    EXITS("calls System.exit(7)"),
    FAULTS("has a memory fault in native code"),
    FILLS_HEAP("fills its heap of 32 MB"),
    RETURNS("finds a lock file, and returns");

    private final String deed;

    Way(String deed) {
        this.deed = deed;
    }

    /** Returns how the process of this incarnation ends. */
    static Way of(int incarnation) {
        return values()[incarnation - 1];
    }

    /** Returns what the process does, in words. */
    String deed() {
        return deed;
    }

    /** Returns whether its listeners are in place before it ends. */
    boolean isReadyBefore() {
        return this != THROWS && this != RETURNS;
    }
}
