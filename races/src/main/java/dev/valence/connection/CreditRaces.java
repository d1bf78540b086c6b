package dev.valence.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.frame.Frame.Opening;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Room that comes back from several threads and is announced by the one that writes. */
public final class CreditRaces {

    private CreditRaces() {}

    /** What comes later; then exactly the whole window of ten is free, and one byte more is too much. */
    private static void look(ReceiveWindow window, JJJ_Result result) {
        result.r2 = window.takeDue();
        result.r3 = (window.take(10) ? 1 : 0) + (window.take(1) ? 0 : 2);
    }

    /** Two listeners return while the writer looks. */
    @JCStressTest
    @Outcome(
            id = {"4, 3, 3", "7, 0, 3"},
            expect = ACCEPTABLE,
            desc = "everything is announced once")
    @Outcome(expect = FORBIDDEN, desc = "room was lost, or announced twice")
    @State
    public static class TwoReturnOneAnnounces {
        private final ReceiveWindow window = new ReceiveWindow(10);

        /** Charges two frames. */
        public TwoReturnOneAnnounces() {
            window.take(3);
            window.take(4);
        }

        /** One. */
        @Actor
        public void one() {
            window.giveBack(3);
        }

        /** The other, and then the writer. */
        @Actor
        public void other(JJJ_Result result) {
            window.giveBack(4);
            result.r1 = window.takeDue();
        }

        /** Looks at the rest. */
        @Arbiter
        public void look(JJJ_Result result) {
            CreditRaces.look(window, result);
        }
    }

    /** The I/O thread frees a frame at once while a listener returns and the writer looks. */
    @JCStressTest
    @Outcome(
            id = {"3, 4, 3", "7, 0, 3"},
            expect = ACCEPTABLE,
            desc = "everything is announced once")
    @Outcome(expect = FORBIDDEN, desc = "room was lost, or announced twice")
    @State
    public static class OneReturnsAtOnce {
        private final ReceiveWindow window = new ReceiveWindow(10);

        /** Charges one of two frames. */
        public OneReturnsAtOnce() {
            window.take(3);
        }

        /** The I/O thread. */
        @Actor
        public void read() {
            window.take(4);
            window.giveBackAtOnce(4);
        }

        /** The listener, and then the writer. */
        @Actor
        public void listener(JJJ_Result result) {
            window.giveBack(3);
            result.r1 = window.takeDue();
        }

        /** Looks at the rest. */
        @Arbiter
        public void look(JJJ_Result result) {
            CreditRaces.look(window, result);
        }
    }

    /** A listener returns while its wait for a reply, or the end of the connection, releases the same message. */
    @JCStressTest
    @Outcome(id = "300", expect = ACCEPTABLE, desc = "its charge comes back once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReleasedTwice {
        private final ReceiveWindow window = new ReceiveWindow(1000);
        private final DataIntake intake = new DataIntake(window, 1000, OutboxRaces.NOWHERE);
        private final Incoming message =
                new Incoming(Opening.message(0, 0, 0, "channel", 0, List.of()), new byte[0], 300, intake);

        /** One. */
        @Actor
        public void one() {
            message.release();
        }

        /** The other. */
        @Actor
        public void other() {
            message.release();
        }

        /** Counts. */
        @Arbiter
        public void look(J_Result result) {
            result.r1 = window.takeDue();
        }
    }
}
