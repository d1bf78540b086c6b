package dev.valence.benchmarks.peer;

/** Counts what one thread at a time sends, and says when it is enough. */
public final class Turnstile {

    private volatile boolean closed;
    private volatile long passed; // written by the sending thread only

    /** Returns whether to send one more message, which is counted. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time writes it
    public boolean pass() {
        if (closed) {
            return false;
        }
        passed++;
        return true;
    }

    /** Returns whether nothing more is to be sent. */
    public boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    long passed() {
        return passed;
    }
}
