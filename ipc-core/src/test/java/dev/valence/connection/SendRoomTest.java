package dev.valence.connection;

import static dev.valence.connection.OutboxItems.message;
import static dev.valence.connection.OutboxItems.name;
import static dev.valence.connection.OutboxItems.next;
import static dev.valence.connection.OutboxItems.sent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Limits;
import dev.valence.fixtures.Patience;
import dev.valence.frame.Frame.Windows;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders that wait for room in an outbox. */
@Timeout(60)
class SendRoomTest {

    private static final int KIB = 1024;

    private final Outbox outbox = Outbox.flowing(
            Limits.defaults().withQueueBytes(100 * KIB, 200 * KIB).withSendTimeout(Duration.ofSeconds(30)));

    private void attach(long dataBytes) {
        ReceiveWindow in = new ReceiveWindow(1024 * KIB);
        outbox.attach(new SilentLink(), new Windows(dataBytes, 1024 * KIB), in, in, reason -> {});
    }

    @Test
    void whoWaitsForRoom_getsItWhenSomethingIsSent() {
        attach(1 << 20);
        outbox.offer(message("first", 90 * KIB), Admission.SOFT);
        FutureTask<Boolean> offer = new FutureTask<>(() -> outbox.offer(message("second", 90 * KIB), Admission.SOFT));
        Thread waiting = new Thread(offer);
        waiting.start();
        awaitTimedWaiting(waiting);
        assertThat(name(next(outbox))).isEqualTo("first");
        assertThat(Patience.get(offer)).isTrue();
        assertThat(sent(outbox)).containsExactly("second");
    }

    @Test
    void whoWaitsForRoom_isToldOfLittleOnceNothingMoreMayLeave() {
        attach(2 * KIB);
        outbox.offer(message("first", KIB), Admission.SOFT);
        outbox.offer(message("second", 98 * KIB), Admission.SOFT);
        FutureTask<Boolean> offer = new FutureTask<>(() -> outbox.offer(message("third", KIB), Admission.SOFT));
        Thread waiting = new Thread(offer);
        waiting.start();
        awaitTimedWaiting(waiting);
        assertThat(name(next(outbox))).isEqualTo("first");
        assertThat(next(outbox)).isNull(); // the peer has no room
        assertThat(Patience.get(offer)).isTrue();
    }

    private static void awaitTimedWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }
}
