package dev.valence.renderer.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Callers and the I/O thread, of which one reads at a time. */
public final class ReadTurnRaces {

    private ReadTurnRaces() {}

    /** What two callers and the I/O thread read into, without a lock of its own. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "1, 1, 0", "1, 0, 1", "0, 1, 1", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "who got the turn had it alone, and saw what was read before")
    @Outcome(expect = FORBIDDEN, desc = "nobody got it, or what one has read was lost")
    @State
    public static class TwoCallersAndTheIoThread {
        private final ReadTurn turn = new ReadTurn();
        private int read; // guarded by the turn

        /** One caller. */
        @Actor
        public void one(III_Result result) {
            result.r1 = lead();
        }

        /** Another, and then the I/O thread: the turn knows no threads. */
        @Actor
        public void other(III_Result result) {
            result.r2 = lead();
            if (turn.enter()) {
                read++;
                turn.leave();
                result.r3 = 1;
            }
        }

        private int lead() {
            if (!turn.lead()) {
                return 0;
            }
            read++;
            turn.vacate();
            return 1;
        }

        /** Compares. */
        @Arbiter
        public void look(III_Result result) {
            if (read != result.r1 + result.r2 + result.r3) {
                result.r1 = -1;
            }
        }
    }

    /** Two who expect something find the turn vacant. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one tells the I/O thread")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or the turn is nobody's")
    @State
    public static class TwoWhoReclaim {
        private final ReadTurn turn = new ReadTurn();

        /** Leaves the turn vacant. */
        public TwoWhoReclaim() {
            turn.lead();
            turn.vacate();
        }

        /** One. */
        @Actor
        public void one(II_Result result) {
            result.r1 = turn.reclaim() ? 1 : 0;
        }

        /** The other. */
        @Actor
        public void other(II_Result result) {
            result.r2 = turn.reclaim() ? 1 : 0;
        }
    }

    /** One who expects something finds the turn vacant, beside a caller who leads again. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "the caller leads, at once or when the I/O thread was told")
    @Outcome(expect = FORBIDDEN, desc = "the turn is nobody's")
    @State
    public static class ReclaimBesideALead {
        private final ReadTurn turn = new ReadTurn();

        /** Leaves the turn vacant. */
        public ReclaimBesideALead() {
            turn.lead();
            turn.vacate();
        }

        /** Who expects something. */
        @Actor
        public void expect(II_Result result) {
            result.r1 = turn.reclaim() ? 1 : 0;
        }

        /** The caller. */
        @Actor
        public void caller(II_Result result) {
            result.r2 = turn.lead() ? 1 : 0;
        }
    }

    /** The I/O thread goes to sleep while a leader leaves: it must be told, or see it. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "told, or seen, or both")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "sleeps for ever beside a vacant turn")
    @State
    public static class SleepBesideALeave {
        private final ReadTurn turn = new ReadTurn();
        private volatile boolean sleeps;

        /** Leads. */
        public SleepBesideALeave() {
            turn.lead();
        }

        /** The leader, as {@link Leadership#leave}. */
        @Actor
        public void leader(II_Result result) {
            turn.vacate();
            result.r1 = sleeps && turn.reclaim() ? 1 : 0;
        }

        /** The I/O thread, as {@link Leadership#patienceMillis(boolean)}. */
        @Actor
        public void io(II_Result result) {
            sleeps = turn.isLed();
            result.r2 = sleeps && turn.isLed() ? 0 : 1;
        }
    }

    /** A caller leads and leaves while the I/O thread goes to sleep: it must wait for bytes, be told, or look again. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "told, or awake, or both")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "sleeps for ever beside a vacant turn")
    @State
    public static class SleepBesideALead {
        private final ReadTurn turn = new ReadTurn();
        private volatile boolean sleeps;

        /** The leader, as {@link Leadership#begin} and {@link Leadership#leave}. */
        @Actor
        public void leader(II_Result result) {
            turn.lead();
            turn.vacate();
            result.r1 = sleeps && turn.reclaim() ? 1 : 0;
        }

        /** The I/O thread, as {@link Leadership#patienceMillis(boolean)}. */
        @Actor
        public void io(II_Result result) {
            boolean waitsForBytes = turn.isFree();
            if (!waitsForBytes) {
                sleeps = turn.isLed();
            }
            result.r2 = !waitsForBytes && sleeps && turn.isLed() ? 0 : 1;
        }
    }

    /** The link ends while a leader leaves. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "closed, or told to look again, or both")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the I/O thread waits for a leader that has left")
    @State
    public static class EndBesideALeave {
        private final ReadTurn turn = new ReadTurn();
        private volatile boolean isEnding;

        /** Leads. */
        public EndBesideALeave() {
            turn.lead();
        }

        /** The leader: unparks the I/O thread if it sees the end. */
        @Actor
        public void leader(II_Result result) {
            turn.vacate();
            result.r1 = isEnding ? 1 : 0;
        }

        /** The I/O thread: parks if it cannot close. */
        @Actor
        public void io(II_Result result) {
            isEnding = true;
            result.r2 = turn.close() ? 1 : 0;
        }
    }
}
