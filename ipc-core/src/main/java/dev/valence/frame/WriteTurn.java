package dev.valence.frame;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The right to write: a lock that nobody waits for. Who does not get it leaves a note, and who has it looks again before it
 * goes.
 *
 * <pre>
 *          enter: true            enter: false
 *   FREE ──────────────▶ TAKEN ──────────────▶ NOTED ──┐ enter: false
 *    ▲                   │   ▲                 │  ▲────┘
 *    └───────────────────┘   └─────────────────┘
 *         leave: true            leave: false
 * </pre>
 *
 * <p><b>Threads.</b> Any may enter; only who has the turn leaves, but it may be handed to another thread in between.
 */
public final class WriteTurn {

    private static final int FREE = 0;
    private static final int TAKEN = 1;
    private static final int NOTED = 2;

    private final AtomicInteger state;

    private WriteTurn(int state) {
        this.state = new AtomicInteger(state);
    }

    /** Returns a turn that its maker has already. */
    public static WriteTurn taken() {
        return new WriteTurn(TAKEN);
    }

    /**
     * Takes the turn if it is free.
     *
     * @return false if another has it; it will look again for what was queued before this call
     */
    public boolean enter() {
        while (true) {
            int now = state.get();
            if (now == NOTED) {
                return false;
            }
            boolean free = now == FREE;
            if (state.compareAndSet(now, free ? TAKEN : NOTED)) {
                return free;
            }
        }
    }

    /**
     * Gives the turn back unless somebody left a note.
     *
     * @return false if the caller still has the turn and must look again
     */
    public boolean leave() {
        if (state.compareAndSet(TAKEN, FREE)) {
            return true;
        }
        state.set(TAKEN);
        return false;
    }
}
