package dev.valence.main;

import dev.valence.call.Deadlines;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps by which one incarnation is made to end, each taken only if those before it were not enough. Each is logged
 * with the time since the first; so is the end.
 *
 * <p><b>Threads.</b> Steps that come later run on the clock.
 */
final class ShutdownLadder {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final String who;
    private final Deadlines deadlines;
    private final BooleanSupplier isOver;
    private final long startNanos = System.nanoTime();
    private volatile String lastStep = "none"; // for the log

    /**
     * Stands at the foot.
     *
     * @param who is to end, for the log
     * @param isOver whether it has ended, so that no further step is needed
     */
    ShutdownLadder(String who, Deadlines deadlines, BooleanSupplier isOver) {
        this.who = who;
        this.deadlines = deadlines;
        this.isOver = isOver;
    }

    /** Takes a step now. */
    void now(String step, Runnable action) {
        if (!isOver.getAsBoolean()) {
            lastStep = step;
            LIFECYCLE.info("{}: {}, {} ms after it was to end", who, step, millis());
            action.run();
        }
    }

    /**
     * Takes a step in its time, or now if that is none.
     *
     * @return false if the clock has stopped, as main no longer waits: then the step is never taken
     */
    boolean later(Duration delay, String step, Runnable action) {
        if (delay.isZero()) {
            now(step, action);
            return true;
        }
        return deadlines.schedule(() -> now(step, action), delay.toNanos()) != null;
    }

    /** It has ended. */
    void ended() {
        LIFECYCLE.info("{}: ended {} ms after it was to (last step: {})", who, millis(), lastStep);
    }

    private long millis() {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    }
}
