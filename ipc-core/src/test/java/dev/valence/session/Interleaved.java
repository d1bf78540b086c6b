package dev.valence.session;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** One message or request of {@link InterleavingsTest}, known to both ends, and what became of it. */
final class Interleaved {

    /** How it is received. */
    enum Kind {
        MESSAGE("m"),
        SEQUENTIAL("s"),
        PLAIN("h");

        final String channel;

        Kind(String channel) {
            this.channel = channel;
        }

        boolean takesTheTurn() {
            return this != PLAIN;
        }
    }

    /** What is known when it is handed over. */
    record Plan(Kind kind, int depth, long seed, boolean isCancelled) {}

    private static final int HEADER_BYTES = 8;

    final long id;
    final Plan plan;
    final AtomicInteger starts = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger(); // of the call
    volatile boolean seenByScope;

    /** Everything up to this place was handed over before this was. */
    volatile long after;

    /** Its place in what one end hands over, from 1; 0 if that is not known. */
    volatile long place;

    Interleaved(long id, Plan plan) {
        this.id = id;
        this.plan = plan;
    }

    Kind kind() {
        return plan.kind();
    }

    /** Whether what receives it throws. */
    boolean isThrowing() {
        return Long.remainderUnsigned(plan.seed(), 11) == 0;
    }

    long reply() {
        return 7 * id;
    }

    byte[] payload(int extraBytes) {
        return ByteBuffer.allocate(HEADER_BYTES + extraBytes).putLong(id).array();
    }

    static long idOf(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong();
    }

    @Override
    public String toString() {
        return kind() + " " + id + " at " + place + " after " + after;
    }
}
