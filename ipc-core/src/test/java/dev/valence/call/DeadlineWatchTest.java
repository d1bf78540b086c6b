package dev.valence.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Payload;
import dev.valence.fixtures.Patience;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlineWatchTest {

    private final Deadlines clock = new Deadlines("clock of a test");
    private final CallTable table = new CallTable();
    private final BlockingQueue<OutgoingCall<?>> late = new LinkedBlockingQueue<>();
    private final DeadlineWatch watch = new DeadlineWatch(clock, table, call -> {
        call.cancel(false);
        late.add(call);
    });
    private long lastId;

    @AfterEach
    void close() {
        clock.close();
    }

    private OutgoingCall<String> begin(Duration timeLeft) {
        OutgoingCall<String> call =
                new OutgoingCall<>("ask", table, Runnable::run, payload -> new String(payload.bytes(), UTF_8));
        long deadline = System.nanoTime() + timeLeft.toNanos();
        call.endsBy(deadline);
        call.onQueued(++lastId);
        watch.expect(deadline);
        return call;
    }

    private OutgoingCall<?> nextLate() throws InterruptedException {
        OutgoingCall<?> next = late.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void callOutOfTime_isFoundAndTheOthersStay() throws InterruptedException {
        OutgoingCall<String> patient = begin(Duration.ofDays(300));
        OutgoingCall<String> quick = begin(Duration.ofMillis(20)); // sooner than the look that is planned
        long deadline = quick.deadlineNanos();
        assertThat(nextLate()).isSameAs(quick);
        assertThat(System.nanoTime() - deadline).isNotNegative();
        assertThat(patient).isNotDone();
        assertThat(table.all()).containsExactly(patient);
    }

    @Test
    void callsWithManyDeadlines_areAllFoundAndNoneTooEarly() throws InterruptedException {
        Set<OutgoingCall<?>> calls = new HashSet<>();
        for (int millis = 5; millis <= 50; millis += 5) {
            calls.add(begin(Duration.ofMillis(millis)));
        }
        while (!calls.isEmpty()) {
            OutgoingCall<?> found = nextLate();
            assertThat(System.nanoTime() - found.deadlineNanos()).isNotNegative();
            assertThat(calls.remove(found)).isTrue();
        }
        assertThat(late).isEmpty();
    }

    @Test
    void callThatEndsInTime_isNotFoundAndTheNextOneIs() throws InterruptedException {
        OutgoingCall<String> answered = begin(Duration.ofSeconds(2));
        answered.reply(() -> new Payload(2, "x".getBytes(UTF_8)));
        OutgoingCall<String> next = begin(Duration.ofMillis(2050)); // later than the look that is planned
        assertThat(nextLate()).isSameAs(next);
        assertThat(Patience.get(answered)).isEqualTo("x");
        OutgoingCall<String> afterAll = begin(Duration.ofMillis(1));
        assertThat(nextLate()).isSameAs(afterAll);
    }

    @Test
    void watchThatWasStopped_looksAgainForACallThatComesLater() throws InterruptedException {
        begin(Duration.ofDays(300));
        watch.stop();
        OutgoingCall<String> later = begin(Duration.ofMillis(1));
        assertThat(nextLate()).isSameAs(later);
    }
}
