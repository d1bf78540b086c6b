package dev.valence.call;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Threads that want the turn of one sender. What they count is not guarded by anything else. */
public final class TurnRaces {

    private TurnRaces() {}

    /** Two messages are brought at the same time. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "both listeners ran, one after the other")
    @Outcome(expect = FORBIDDEN, desc = "one was forgotten, or they ran at the same time")
    @State
    public static class TwoMessages {
        private final Turn turn = new Turn(Runnable::run, new TakenTurns(), () -> {});
        private int count;

        /** One. */
        @Actor
        public void one() {
            turn.submit(() -> count++);
        }

        /** The other. */
        @Actor
        public void other() {
            turn.submit(() -> count++);
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = count;
        }
    }

    /** A message comes while a listener waits for a reply and goes on. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "nothing ran at the same time, nothing was forgotten")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class MessageWhileAListenerWaits {
        private final Turn turn = new Turn(Runnable::run, new TakenTurns(), () -> {});
        private int count;

        /** A listener that waits. */
        @Actor
        public void waits() {
            turn.submit(() -> {
                count++;
                turn.giveUp();
                turn.takeAgain();
                count++;
            });
        }

        /** A message. */
        @Actor
        public void message() {
            turn.submit(() -> count++);
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = count;
        }
    }

    /** Two listeners wait, each on its thread. */
    @JCStressTest
    @Outcome(id = "4", expect = ACCEPTABLE, desc = "each went on when the other returned or waited")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoListenersWait {
        private final Turn turn = new Turn(Runnable::run, new TakenTurns(), () -> {});
        private int count;

        /** One. */
        @Actor
        public void one() {
            turn.submit(this::listener);
        }

        /** The other. */
        @Actor
        public void other() {
            turn.submit(this::listener);
        }

        private void listener() {
            count++;
            turn.giveUp();
            turn.takeAgain();
            count++;
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = count;
        }
    }
}
