package dev.valence.frame;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Threads that have something to write, of which one writes for all. */
public final class WriteTurnRaces {

    private WriteTurnRaces() {}

    /** Two frames are queued at the same time. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "both are written, by one thread at a time")
    @Outcome(expect = FORBIDDEN, desc = "a frame is left behind, or two threads wrote")
    @State
    public static class TwoWriters {
        private final WriteTurn turn = WriteTurn.taken();
        private final AtomicInteger queued = new AtomicInteger();
        private int written; // by the one that has the turn

        /** Frees the turn. */
        public TwoWriters() {
            turn.leave();
        }

        /** One. */
        @Actor
        public void one() {
            queueAndWrite();
        }

        /** The other. */
        @Actor
        public void other() {
            queueAndWrite();
        }

        private void queueAndWrite() {
            queued.incrementAndGet();
            if (turn.enter()) {
                do {
                    written += queued.getAndSet(0);
                } while (!turn.leave());
            }
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = written;
        }
    }
}
