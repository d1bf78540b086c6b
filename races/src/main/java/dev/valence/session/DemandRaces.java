package dev.valence.session;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.frame.Frame.Credit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Room that streams and ports give back from several threads. */
public final class DemandRaces {

    private DemandRaces() {}

    /** A subscriber asks on two threads while the writer tells the peer. */
    @JCStressTest
    @Outcome(id = "8", expect = ACCEPTABLE, desc = "the peer is told of every item, once")
    @Outcome(expect = FORBIDDEN, desc = "demand was lost, or told twice")
    @State
    public static class AskedWhileTold {
        private final Demand demand = new Demand();
        private final AtomicInteger queued = new AtomicInteger(); // claims that nobody has taken
        private final AtomicLong told = new AtomicLong();

        /** The request is on its way. */
        public AskedWhileTold() {
            demand.add(1);
            told.addAndGet(demand.takeInitial());
            demand.allowCredit();
        }

        /** One. */
        @Actor
        public void one() {
            ask(3);
        }

        /** The other, and then the writer. */
        @Actor
        public void other() {
            ask(4);
            writeQueued();
        }

        private void ask(long items) {
            demand.add(items);
            if (demand.claimCredit()) {
                queued.incrementAndGet();
            }
        }

        private void writeQueued() {
            while (queued.getAndUpdate(claims -> Math.max(0, claims - 1)) > 0) {
                if (demand.takeCredit(1) instanceof Credit credit) {
                    told.addAndGet(credit.items());
                }
            }
        }

        /** Writes what is left, for which the writer was woken up. */
        @Arbiter
        public void look(J_Result result) {
            writeQueued();
            result.r1 = told.get();
        }
    }

    /** A message is put aside at a port while it is dealt with. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "its room came back, and it takes no memory any more")
    @Outcome(expect = FORBIDDEN, desc = "its room, or its part of the memory, is lost")
    @State
    public static class PutAsideWhileDealtWith {
        private final PortRoom room = new PortRoom(100);
        private final AtomicInteger released = new AtomicInteger();
        private final PortRoom.Share share = room.share(100, () -> released.set(1));

        /** The I/O thread. */
        @Actor
        public void park() {
            share.park();
        }

        /** The listener's thread. */
        @Actor
        public void end() {
            share.end();
        }

        /** Looks whether another of this size gives its room back at once. */
        @Arbiter
        public void look(II_Result result) {
            result.r1 = released.get();
            AtomicInteger next = new AtomicInteger();
            room.share(100, () -> next.set(1)).park();
            result.r2 = next.get();
        }
    }
}
