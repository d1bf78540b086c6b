package dev.valence.session;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.call.IncomingCall;
import dev.valence.connection.Outbox;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Requests that wait for the answers before them. */
public final class ReplyGateRaces {

    private static final Services SERVICES = Services.start(
            Limits.defaults(), CallbackExecutor.direct(), new Codecs(List.of()), (channel, failure) -> {}, "timer");

    private ReplyGateRaces() {}

    /** A gate at which one request runs, and lets none start beside it. */
    private static final class Busy {
        final ReplyGate gate = new ReplyGate(SERVICES, Outbox.flowing(Limits.defaults()));
        final AtomicInteger started = new AtomicInteger();
        final IncomingCall running = call(1);
        final IncomingCall next = call(2);

        Busy() {
            gate.park(running, () -> {});
        }

        private IncomingCall call(long id) {
            return new IncomingCall(id, "channel", this, System.nanoTime() + 60_000_000_000L, Runnable::run);
        }

        void parkNext() {
            gate.park(next, started::incrementAndGet);
        }
    }

    /** A request is parked while the one before it is answered. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "it starts")
    @Outcome(expect = FORBIDDEN, desc = "nobody starts it, or two do")
    @State
    public static class ParkedWhileAnswered {
        private final Busy busy = new Busy();

        /** The turn. */
        @Actor
        public void park() {
            busy.parkNext();
        }

        /** The handler's thread. */
        @Actor
        public void answer() {
            busy.gate.answered(busy.running);
        }

        /** Looks. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = busy.started.get();
        }
    }

    /** A parked request is cancelled while the one before it is answered. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "it starts once, to learn that nobody wants it any more")
    @Outcome(expect = FORBIDDEN, desc = "nobody starts it, or two do")
    @State
    public static class CancelledWhileAnswered {
        private final Busy busy = new Busy();

        /** Parks. */
        public CancelledWhileAnswered() {
            busy.parkNext();
        }

        /** The I/O thread. */
        @Actor
        public void cancel() {
            busy.next.cancel();
            busy.gate.leave(busy.next);
        }

        /** The handler's thread. */
        @Actor
        public void answer() {
            busy.gate.answered(busy.running);
        }

        /** Looks. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = busy.started.get();
        }
    }
}
