package dev.valence.call;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What races to end a call of this process. */
public final class CallRaces {

    private static final Payload ANSWER = new Payload(1, new byte[] {7});

    private CallRaces() {}

    private static OutgoingCall<Integer> newCall(CallTable table) {
        return new OutgoingCall<>("channel", table, Runnable::run, payload -> (int) payload.bytes()[0]);
    }

    private static IpcException late() {
        return new IpcException(ErrorCode.DEADLINE_EXCEEDED, "late");
    }

    private static int outcome(OutgoingCall<Integer> call) {
        if (!call.isDone()) {
            return -1;
        }
        return call.isCompletedExceptionally() ? 0 : call.join();
    }

    /** The reply and the deadline come together. */
    @JCStressTest
    @Outcome(id = "7, 0, 0", expect = ACCEPTABLE, desc = "the reply was first, nobody is told to stop")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the deadline was first, the peer is told to stop once")
    @Outcome(expect = FORBIDDEN, desc = "both, none, or the call is still in the table")
    @State
    public static class ReplyAndDeadline {
        private final AtomicInteger abandoned = new AtomicInteger();
        private final CallTable table = new CallTable();
        private final OutgoingCall<Integer> call = newCall(table);

        /** Puts the call into the table. */
        public ReplyAndDeadline() {
            call.onEnd(abandoned::incrementAndGet, () -> {});
            call.onQueued(1);
        }

        /** The I/O thread. */
        @Actor
        public void reply() {
            OutgoingCall<?> taken = table.take(1);
            if (taken != null) {
                taken.reply(() -> ANSWER);
            }
        }

        /** The clock. */
        @Actor
        public void deadline() {
            call.giveUp(late());
        }

        /** Looks at what is left. */
        @Arbiter
        public void look(III_Result result) {
            result.r1 = outcome(call);
            result.r2 = abandoned.get();
            result.r3 = table.size();
        }
    }

    /** The caller cancels while the reply comes. */
    @JCStressTest
    @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "the reply was first")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the cancel was first, the peer is told")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE,
            desc = "the reply was settled, the future was cancelled before it was completed")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReplyAndCancel {
        private final AtomicInteger abandoned = new AtomicInteger();
        private final CallTable table = new CallTable();
        private final OutgoingCall<Integer> call = newCall(table);

        /** Puts the call into the table. */
        public ReplyAndCancel() {
            call.onEnd(abandoned::incrementAndGet, () -> {});
            call.onQueued(1);
        }

        /** The I/O thread. */
        @Actor
        public void reply() {
            OutgoingCall<?> taken = table.take(1);
            if (taken != null) {
                taken.reply(() -> ANSWER);
            }
        }

        /** The caller. */
        @Actor
        public void cancel() {
            call.cancel(false);
        }

        /** Looks at what is left. */
        @Arbiter
        public void look(II_Result result) {
            result.r1 = outcome(call);
            result.r2 = abandoned.get();
        }
    }

    /** A call ends while it gets its place in the queue. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the table has forgotten it")
    @Outcome(expect = FORBIDDEN, desc = "a call that has ended stays in the table")
    @State
    public static class QueuedWhileItEnds {
        private final CallTable table = new CallTable();
        private final OutgoingCall<Integer> call = newCall(table);

        /** The thread that sends. */
        @Actor
        public void queued() {
            call.onQueued(1);
        }

        /** The clock. */
        @Actor
        public void ends() {
            call.fail(late());
        }

        /** Looks at what is left. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = table.size();
        }
    }

    /** A call ends while its timer is set. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the timer is stopped")
    @Outcome(expect = FORBIDDEN, desc = "the timer runs on")
    @State
    public static class TimerSetWhileItEnds {
        private final OutgoingCall<Integer> call = newCall(new CallTable());
        private final CompletableFuture<Void> timer = new CompletableFuture<>();

        /** The thread that sends. */
        @Actor
        public void timer() {
            call.endsAt(timer);
        }

        /** The I/O thread. */
        @Actor
        public void ends() {
            call.reply(() -> ANSWER);
        }

        /** Looks at the timer. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = timer.isCancelled() ? 1 : 0;
        }
    }

    /** A caller begins to wait while the reply comes. */
    @JCStressTest
    @Outcome(id = "7, 7", expect = ACCEPTABLE, desc = "the caller and the future have it")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReplyAndWait {
        private final OutgoingCall<Integer> call = newCall(new CallTable());

        /** The I/O thread. */
        @Actor
        public void reply() {
            call.reply(() -> ANSWER);
        }

        /** The caller. */
        @Actor
        public void await(II_Result result) {
            Integer value = call.await();
            result.r1 = value == null ? -1 : value;
        }

        /** Looks at the future. */
        @Arbiter
        public void look(II_Result result) {
            result.r2 = outcome(call);
        }
    }

    /** A dependant is added while the reply comes. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "it ran once")
    @Outcome(expect = FORBIDDEN, desc = "it was forgotten, or ran twice")
    @State
    public static class ReplyAndDependant {
        private final OutgoingCall<Integer> call = newCall(new CallTable());
        private final AtomicInteger runs = new AtomicInteger();

        /** The I/O thread. */
        @Actor
        public void reply() {
            call.reply(() -> ANSWER);
        }

        /** The caller. */
        @Actor
        public void dependant() {
            var unused = call.thenAccept(value -> runs.incrementAndGet());
        }

        /** Counts. */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = runs.get();
        }
    }

    /** The connection ends while a reply comes. */
    @JCStressTest
    @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "the reply was first")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the end was first")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReplyAndEnd {
        private final CallTable table = new CallTable();
        private final OutgoingCall<Integer> call = newCall(table);

        /** Puts the call into the table. */
        public ReplyAndEnd() {
            call.onQueued(1);
        }

        /** The I/O thread. */
        @Actor
        public void reply() {
            OutgoingCall<?> taken = table.take(1);
            if (taken != null) {
                taken.reply(() -> ANSWER);
            }
        }

        /** Whoever ends the connection. */
        @Actor
        public void end() {
            table.failAll(new IpcException(ErrorCode.PEER_GONE, "gone"));
        }

        /** Looks at what is left. */
        @Arbiter
        public void look(II_Result result) {
            result.r1 = outcome(call);
            result.r2 = table.size();
        }
    }
}
