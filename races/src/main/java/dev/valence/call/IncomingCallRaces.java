package dev.valence.call;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** What races to answer or to cancel a request of the peer. */
public final class IncomingCallRaces {

    private IncomingCallRaces() {}

    private static IncomingCall newCall() {
        return new IncomingCall(1, "h", "peer", Long.MAX_VALUE, Runnable::run);
    }

    /** The handler's value and its exception, or its stage and its loss. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "one of them answers")
    @Outcome(expect = FORBIDDEN, desc = "two answers, or none")
    @State
    public static class TwoAnswers {
        private final IncomingCall call = newCall();

        /** One. */
        @Actor
        public void one(ZZ_Result result) {
            result.r1 = call.claimAnswer();
        }

        /** The other. */
        @Actor
        public void other(ZZ_Result result) {
            result.r2 = call.claimAnswer();
        }
    }

    /** A handler asks to be told while the caller cancels. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "it is told once")
    @Outcome(expect = FORBIDDEN, desc = "it is never told, or twice")
    @State
    public static class AskedWhileCancelled {
        private final IncomingCall call = newCall();
        private final AtomicInteger told = new AtomicInteger();

        /** The handler. */
        @Actor
        public void ask() {
            call.onCancel(told::incrementAndGet);
        }

        /** The I/O thread. */
        @Actor
        public void cancel() {
            call.cancel();
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** The peer cancels while its connection ends. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the handler is told once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoCancels {
        private final IncomingCall call = newCall();
        private final AtomicInteger told = new AtomicInteger();

        /** Asks to be told. */
        public TwoCancels() {
            call.onCancel(told::incrementAndGet);
        }

        /** One. */
        @Actor
        public void one() {
            call.cancel();
        }

        /** The other. */
        @Actor
        public void other() {
            call.cancel();
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** The handler answers while the caller cancels. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "answered first: the handler is not told any more")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled first")
    @Outcome(expect = FORBIDDEN, desc = "the right to answer got lost")
    @State
    public static class AnswerAndCancel {
        private final IncomingCall call = newCall();
        private final AtomicInteger told = new AtomicInteger();

        /** Asks to be told. */
        public AnswerAndCancel() {
            call.onCancel(told::incrementAndGet);
        }

        /** The handler. */
        @Actor
        public void answer(II_Result result) {
            result.r1 = call.claimAnswer() ? 1 : 0;
        }

        /** The I/O thread. */
        @Actor
        public void cancel() {
            call.cancel();
        }

        /** Counts. */
        @Arbiter
        public void look(II_Result result) {
            result.r2 = told.get();
        }
    }

    /** A call ends on two threads. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "what it held is released once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoEnds {
        private final IncomingCall call = newCall();
        private final AtomicInteger released = new AtomicInteger();

        /** Holds something. */
        public TwoEnds() {
            call.onEnd(released::incrementAndGet);
        }

        /** One. */
        @Actor
        public void one() {
            call.end();
        }

        /** The other. */
        @Actor
        public void other() {
            call.end();
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = released.get();
        }
    }
}
