package dev.valence.benchmarks.peer;

import java.util.concurrent.atomic.LongAdder;

/** Counts what arrives at an end. */
public final class Receipts {

    /** Messages from this size on are few, so that the time between them says more than the time of the question. */
    private static final int TIMED_BYTES = 16 * 1024;

    private final LongAdder count = new LongAdder(); // several connections may have a thread each
    private volatile long lastNanos; // of a large message; 0 if there was none

    /** Counts a message that was handed to its receiver. */
    public void arrived(int bytes) {
        count.increment();
        if (bytes >= TIMED_BYTES) {
            lastNanos = System.nanoTime();
        }
    }

    long count() {
        return count.sum();
    }

    /** Returns when the last large message arrived, or now if messages are small. */
    long nanos() {
        long last = lastNanos;
        return last == 0 ? System.nanoTime() : last;
    }
}
