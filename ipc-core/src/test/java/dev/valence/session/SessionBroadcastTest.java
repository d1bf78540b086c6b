package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcEvent;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Origin;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Broadcasts as sessions see them: their share of the queue, gaps in the place of what was dropped, reports. */
@Timeout(60)
class SessionBroadcastTest {

    private static final int KIB = 1024;
    private static final Limits NARROW = Limits.defaults()
            .withQueueBytes(256 * KIB, 512 * KIB)
            .withWindowBytes(1024 * KIB)
            .withSendTimeout(Duration.ofMillis(250));

    @Test
    void broadcastWithoutRoom_isSkippedAndShownInItsPlace() {
        try (SessionPair pair = SessionPair.open(NARROW)) {
            CountDownLatch gate = new CountDownLatch(1);
            List<Long> missed = new ArrayList<>(); // guarded by the turn
            CompletableFuture<IpcEvent<PairedEnd>> other = new CompletableFuture<>();
            CompletableFuture<Void> done = new CompletableFuture<>();
            pair.client().receiver().on("news", byte[].class, (event, bytes) -> {
                Patience.await(gate);
                missed.add(event.missed());
            });
            pair.client().receiver().on("other", Object.class, (event, bytes) -> other.complete(event));
            pair.client().receiver().on("end", Object.class, (event, bytes) -> done.complete(null));
            pair.server().receiver().handle("nothing to do", Object.class, (event, request) -> null);
            int before = fill(pair, 0);
            for (int i = 0; i < 3; i++) {
                assertThat(broadcast(pair.server(), "news", 0)).isFalse();
            }
            pair.server().send("other", 1);
            gate.countDown();
            assertThat(Patience.get(other).missed()).isZero();
            while (!broadcast(pair.server(), "news", 0)) {
                Thread.onSpinWait(); // those are missed too
            }
            assertThat(broadcast(pair.server(), "news", 0)).isTrue();
            pair.server().send("end", 1);
            Patience.get(done);
            long skipped = pair.server().counters().skippedBroadcasts();
            assertThat(missed).hasSize(before + 2);
            assertThat(missed.get(before)).isGreaterThanOrEqualTo(4);
            assertThat(missed.get(before + 1)).isZero();
            assertThat(missed.stream().mapToLong(Long::longValue).sum()).isEqualTo(skipped);
        }
    }

    @Test
    void broadcasts_leaveHalfOfTheQueueToMainAndAQuarterToOneOrigin() {
        try (SessionPair pair = SessionPair.open(NARROW)) {
            CountDownLatch gate = new CountDownLatch(1);
            pair.client().receiver().on("news", byte[].class, (event, bytes) -> Patience.await(gate));
            pair.server().receiver().handle("nothing to do", Object.class, (event, request) -> null);
            fill(pair, 1);
            int second = fill(pair, 2);
            int third = fill(pair, 3);
            assertThat(second * 10).isBetween(40, 64); // a quarter of 256 KiB
            assertThat(third).isLessThanOrEqualTo(1);
            for (int i = 0; i < 10; i++) {
                assertThat(pair.server().trySend("own", new byte[10 * KIB])).isTrue();
            }
            gate.countDown();
        }
    }

    @Test
    void relayedMessage_namesItsOriginAndAnswersGoThere() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<IpcEvent<PairedEnd>> heard = new CompletableFuture<>();
            CompletableFuture<Integer> destination = new CompletableFuture<>();
            pair.client().receiver().on("news", byte[].class, (event, bytes) -> {
                event.reply("answer", 1);
                heard.complete(event);
            });
            pair.server().relay(message -> {
                destination.complete(message.destination());
                return false;
            });
            assertThat(broadcast(pair.server(), "news", 7)).isTrue();
            assertThat(Patience.get(heard).origin()).isEqualTo(new Origin(7));
            assertThat(Patience.get(destination)).isEqualTo(7);
        }
    }

    @Test
    void broadcastOfAClient_isReported() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> heard = new CompletableFuture<>();
            pair.server().receiver().on("news", String.class, (event, text) -> heard.complete(text));
            pair.server().relay(message -> {
                pair.server().session().sendReport(new Report(message.id(), List.of(2, 3), List.of(4)));
                return true;
            });
            Delivery delivery = pair.client().session().broadcast("news", "x");
            assertThat(Patience.get(delivery.report())).isEqualTo(new Delivery.Report(Set.of(2, 3), Set.of(4)));
            assertThat(Patience.get(heard)).isEqualTo("x");
        }
    }

    @Test
    void broadcastThatIsNotPermitted_isReportedToNobody() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().permit(channel -> false);
            Delivery delivery = pair.client().session().broadcast("news", "x");
            assertThat(Patience.get(delivery.report())).isEqualTo(new Delivery.Report(Set.of(), Set.of()));
            assertThat(pair.server().counters().deniedFrames()).isOne();
        }
    }

    @Test
    void reportThatCannotComeAnyMore_failsWithTheReasonOfTheEnd() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().relay(message -> false);
            Delivery delivery = pair.client().session().broadcast("news", "x");
            pair.client().connection().close(new IpcException(ErrorCode.CLOSED, "bye"));
            assertThat(Patience.failure(delivery.report())).hasMessage("bye");
        }
    }

    /** Broadcasts until there is no room and nothing moves any more; returns how many were taken. */
    private static int fill(SessionPair pair, int origin) {
        int taken = 0;
        int before = -1;
        while (taken > before) {
            before = taken;
            while (broadcast(pair.server(), "news", origin)) {
                taken++;
            }
            for (int i = 0; i < 40; i++) { // what may leave the queue does so meanwhile
                pair.client().invokeSync("nothing to do", null, Object.class);
            }
        }
        return taken;
    }

    private static boolean broadcast(PairedEnd end, String channel, int origin) {
        byte[] payload = new byte[10 * KIB];
        Outgoing message =
                Outgoing.message(Opening.broadcast(origin, channel, Encoding.BYTES), payload, false, SendListener.NONE);
        List<Runnable> wakeUps = new ArrayList<>();
        boolean isTaken = end.session().offerBroadcast(message, payload.length, channel, origin, wakeUps);
        wakeUps.forEach(Runnable::run);
        return isTaken;
    }
}
