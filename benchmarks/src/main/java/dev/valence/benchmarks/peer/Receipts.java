package dev.valence.benchmarks.peer;

import java.util.concurrent.atomic.LongAdder;

/** Counts the bytes of the messages that arrive at an end. */
public final class Receipts {

    /** Messages from this size on are few, so that the time between them says more than the time of the question. */
    private static final int TIMED_BYTES = 16 * 1024;

    private final LongAdder bytes = new LongAdder(); // several connections may have a thread each
    private volatile long lastNanos; // when something large arrived; 0 if nothing did

    /** Counts a message that was handed to its receiver, or what was read of a stream. */
    public void arrived(int length) {
        bytes.add(length);
        if (length >= TIMED_BYTES) {
            lastNanos = System.nanoTime();
        }
    }

    long bytes() {
        return bytes.sum();
    }

    /** Returns when the last large message arrived, or now if messages are small. */
    long nanos() {
        long last = lastNanos;
        return last == 0 ? System.nanoTime() : last;
    }
}
