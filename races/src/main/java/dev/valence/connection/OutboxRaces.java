package dev.valence.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.Link;
import dev.valence.frame.OutFrame;
import dev.valence.frame.PeerCredentials;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Threads that meet at the queue to one peer. */
public final class OutboxRaces {

    static final Link NOWHERE = new Nowhere(() -> {});

    /** A link that nothing is read from. */
    private record Nowhere(Runnable onWakeUp) implements Link {
        @Override
        public void wakeUp() {
            onWakeUp.run();
        }

        @Override
        public void close() {}

        @Override
        public @Nullable PeerCredentials credentials() {
            return null;
        }
    }

    private OutboxRaces() {}

    private static Outgoing request() {
        return Outgoing.request(
                Opening.call(Kind.REQUEST, "channel", 0, 0), new byte[0], Long.MAX_VALUE, SendListener.NONE);
    }

    private static Outgoing message(int bytes) {
        Opening header = Opening.message(0, 0, 0, "channel", 0, List.of());
        return Outgoing.message(header, new byte[bytes], false, SendListener.NONE);
    }

    private static Outbox open(Limits limits, long window) {
        return open(limits, window, NOWHERE);
    }

    private static Outbox open(Limits limits, long window, Link link) {
        Outbox outbox = Outbox.flowing(limits);
        Windows windows = new Windows(window, window);
        outbox.attach(link, windows, new ReceiveWindow(1 << 20), new ReceiveWindow(1 << 20), reason -> {});
        return outbox;
    }

    /** Takes what may be written, as a transport does. */
    private static void write(Outbox outbox, Collection<String> written) {
        Handful taken = new Handful(1); // so that others come in between
        outbox.take(taken);
        for (OutFrame frame = taken.next(); frame != null; frame = taken.next()) {
            written.add(frame.frame().name());
            outbox.take(taken);
        }
    }

    /** A request is cancelled while it is written. */
    @JCStressTest
    @Outcome(id = "nothing", expect = ACCEPTABLE, desc = "cancelled first: the peer hears nothing of it")
    @Outcome(id = "Request Cancel", expect = ACCEPTABLE, desc = "written first: the peer is told")
    @Outcome(expect = FORBIDDEN, desc = "a handler that is never told, or a cancel of nothing")
    @State
    public static class CancelWhileWritten {
        private final Outbox outbox = open(Limits.defaults(), 1 << 20);
        private final Outgoing request = request();
        private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();

        /** Queues the request. */
        public CancelWhileWritten() {
            outbox.offer(request, Admission.NEVER_WAIT);
        }

        /** The transport. */
        @Actor
        public void write() {
            OutboxRaces.write(outbox, written);
        }

        /** The caller. */
        @Actor
        public void cancel() {
            outbox.cancel(request);
        }

        /** Writes what is left. */
        @Arbiter
        public void look(L_Result result) {
            OutboxRaces.write(outbox, written);
            result.r1 = written.isEmpty() ? "nothing" : String.join(" ", written);
        }
    }

    /** Two senders, and room for one. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "one has it")
    @Outcome(expect = FORBIDDEN, desc = "the limit was passed, or the room was given to nobody")
    @State
    public static class LastRoom {
        private final Outbox outbox = open(Limits.defaults().withQueueBytes(2_000, 2_000), 1 << 20);

        /** Leaves room for one message. */
        public LastRoom() {
            outbox.offer(message(500), Admission.NEVER_WAIT);
        }

        /** One. */
        @Actor
        public void one(ZZ_Result result) {
            result.r1 = outbox.offer(message(500), Admission.NEVER_WAIT);
        }

        /** The other. */
        @Actor
        public void other(ZZ_Result result) {
            result.r2 = outbox.offer(message(500), Admission.NEVER_WAIT);
        }
    }

    /** A message of two peers is written to one while the other ends. */
    @JCStressTest
    @Outcome(id = "Message Message, lost 2", expect = ACCEPTABLE, desc = "each peer has what happens to it")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class SharedByTwo {
        private final Outbox one = open(Limits.defaults(), 1 << 20);
        private final Outbox other = open(Limits.defaults(), 1 << 20);
        private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();
        private final AtomicInteger lost = new AtomicInteger();

        /** Queues two messages for both. */
        public SharedByTwo() {
            other.followShared(new SendListener() {
                @Override
                public void onLost() {
                    lost.incrementAndGet();
                }
            });
            List<Runnable> told = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                OutFrame frame = OutFrame.shared(Opening.broadcast(0, "channel", 0), new byte[1]);
                Outgoing message = Outgoing.shared(frame, 1, 0);
                one.offerBroadcast(message, "channel", 0, told);
                other.offerBroadcast(message, "channel", 0, told);
            }
        }

        /** The transport of the one. */
        @Actor
        public void write() {
            OutboxRaces.write(one, written);
        }

        /** The end of the other. */
        @Actor
        public void close() {
            other.close(new IpcException(ErrorCode.PEER_GONE, "gone"));
        }

        /** Looks at both. */
        @Arbiter
        public void look(L_Result result) {
            result.r1 = String.join(" ", written) + ", lost " + lost;
        }
    }

    /** Two broadcasts are added while the transport, which is told of the first in the queue only, looks. */
    @JCStressTest
    @Outcome(id = "Message Message", expect = ACCEPTABLE, desc = "both are written")
    @Outcome(expect = FORBIDDEN, desc = "one was left without a wake-up, or came twice")
    @State
    public static class ToldOfTheFirst {
        private final AtomicInteger wakeUps = new AtomicInteger();
        private final Outbox outbox = open(Limits.defaults(), 1 << 20, new Nowhere(wakeUps::incrementAndGet));
        private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();

        /** Connects, which wakes the transport up. */
        public ToldOfTheFirst() {
            transport();
        }

        private void transport() {
            if (wakeUps.getAndSet(0) > 0) {
                OutboxRaces.write(outbox, written);
            }
        }

        private void publish() {
            List<Runnable> told = new ArrayList<>();
            outbox.offerBroadcast(message(1), "channel", 0, told);
            told.forEach(Runnable::run);
        }

        /** One. */
        @Actor
        public void one() {
            publish();
        }

        /** The other, and then the transport, if it was woken up. */
        @Actor
        public void other() {
            publish();
            transport();
        }

        /** The transport once more, if it was woken up since. */
        @Arbiter
        public void look(L_Result result) {
            transport();
            result.r1 = String.join(" ", written);
        }
    }

    /** Credit comes while the transport looks. */
    @JCStressTest
    @Outcome(id = "Message Message", expect = ACCEPTABLE, desc = "everything is written, once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CreditWhileWritten {
        private final Outbox outbox = open(Limits.defaults(), 756);
        private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();

        /** Queues two messages, with room for one at the peer. */
        public CreditWhileWritten() {
            outbox.offer(message(500), Admission.NEVER_WAIT);
            outbox.offer(message(500), Admission.NEVER_WAIT);
        }

        /** The transport. */
        @Actor
        public void write() {
            OutboxRaces.write(outbox, written);
        }

        /** The I/O thread. */
        @Actor
        public void credit() {
            outbox.addWindows(756, 0);
        }

        /** Writes what is left, for which the transport was woken up. */
        @Arbiter
        public void look(L_Result result) {
            OutboxRaces.write(outbox, written);
            result.r1 = String.join(" ", written);
        }
    }
}
