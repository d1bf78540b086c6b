package dev.valence.renderer.channel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The right to read, which belongs to the I/O thread unless a caller that waits for an answer leads.
 *
 * <pre>
 *               enter              lead
 *   READING ◀────────────  FREE  ──────────▶  LED
 *      │      leave        ▲  ▲              │  ▲
 *      ├───────────────────┘  │ reclaim      │  │ lead
 *      │                      │              ▼  │
 *      │                      └───────────  VACANT
 *      └ enter, also from VACANT             vacate
 * </pre>
 *
 * <p>FREE is the right that the I/O thread waits to use. VACANT is one that it may not be waiting for.
 *
 * <p><b>Threads.</b> {@link #enter}, {@link #leave} and {@link #close} the I/O thread, {@link #vacate} the leader, all else
 * any. What is done with the right happens before what is done with it next.
 */
final class ReadTurn {

    private static final int FREE = 0;
    private static final int READING = 1;
    private static final int LED = 2;
    private static final int VACANT = 3;
    private static final int CLOSED = 4;

    private final AtomicInteger state = new AtomicInteger(FREE);

    /** Takes the right for a caller; returns false if it is in use, or nothing is read any more. */
    boolean lead() {
        return take(LED);
    }

    /** Takes the right for the I/O thread; returns false if a caller leads. */
    boolean enter() {
        return take(READING);
    }

    /** Ends what {@link #enter} began. */
    void leave() {
        state.set(FREE);
    }

    /** Ends what {@link #lead} began. */
    void vacate() {
        state.set(VACANT);
    }

    /** Gives a vacant right to the I/O thread; if this returns true, the I/O thread has to be told. */
    boolean reclaim() {
        return isVacant() && state.compareAndSet(VACANT, FREE);
    }

    /** Ends all reading; returns false if a caller leads, who has to end that first. */
    boolean close() {
        return take(CLOSED);
    }

    boolean isFree() {
        return state.get() == FREE;
    }

    boolean isLed() {
        return state.get() == LED;
    }

    boolean isVacant() {
        return state.get() == VACANT;
    }

    private boolean take(int next) {
        while (true) {
            int now = state.get();
            if (now != FREE && now != VACANT) {
                return false;
            }
            if (state.compareAndSet(now, next)) {
                return true;
            }
        }
    }
}
