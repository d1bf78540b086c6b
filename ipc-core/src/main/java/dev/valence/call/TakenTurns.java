package dev.valence.call;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The turns of a process that are taken now.
 *
 * <p><b>Threads.</b> Any. A turn comes and goes with its own lock held; no lock is taken here.
 */
final class TakenTurns {

    private final Set<Turn> taken = ConcurrentHashMap.newKeySet();

    void add(Turn turn) {
        taken.add(turn);
    }

    void remove(Turn turn) {
        taken.remove(turn);
    }

    /** Returns how long the oldest has made no step, see {@link Turn#heldUpNanos}. */
    long oldestNanos(long nowNanos) {
        long oldest = 0;
        for (Turn turn : taken) {
            oldest = Math.max(oldest, turn.heldUpNanos(nowNanos));
        }
        return oldest;
    }
}
