package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.main.Restarts.Decision;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RestartsTest {

    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Decision LEAVE = new Decision.Leave();

    private long nowNanos = Long.MAX_VALUE - 5; // the clock may overflow
    private double random = 0.5;

    private Restarts restarts(RestartPolicy policy) {
        return new Restarts(policy, () -> nowNanos, () -> random);
    }

    private void pass(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static RendererExit end(ExitReason reason) {
        return RendererExit.withoutProcess(reason, "editor", Duration.ZERO, "by the test");
    }

    private static long backoffMillis(Restarts restarts, Duration stayedReady) {
        Decision decision = restarts.after(end(ExitReason.CRASHED), stayedReady);
        assertThat(decision).isInstanceOf(Decision.Restart.class);
        return ((Decision.Restart) decision).backoff().toMillis();
    }

    @Test
    void never_leavesEveryEnd() {
        Restarts never = restarts(RestartPolicy.never());
        for (ExitReason reason : ExitReason.values()) {
            assertThat(never.after(end(reason), SHORT)).isEqualTo(LEAVE);
        }
    }

    @Test
    void onFailure_leavesACleanExitOnly() {
        for (ExitReason reason : ExitReason.values()) {
            Decision decision = restarts(RestartPolicy.onFailure()).after(end(reason), SHORT);
            assertThat(decision.equals(LEAVE)).isEqualTo(reason == ExitReason.CLEAN_EXIT);
        }
    }

    @Test
    void always_restartsAfterACleanExitToo() {
        assertThat(restarts(RestartPolicy.always()).after(end(ExitReason.CLEAN_EXIT), SHORT))
                .isEqualTo(new Decision.Restart(Duration.ofMillis(200)));
    }

    @Test
    void oneRestartMoreThanAllowed_givesUpWithTheNumbersAndTheLastEnd() {
        Restarts restarts = restarts(RestartPolicy.onFailure().withAtMost(2, Duration.ofSeconds(10)));
        backoffMillis(restarts, Duration.ZERO);
        pass(9_000);
        backoffMillis(restarts, Duration.ZERO);
        pass(999);
        RendererExit last = end(ExitReason.KILLED);
        assertThat(restarts.after(last, Duration.ZERO))
                .isEqualTo(new Decision.GiveUp(new GaveUp(2, Duration.ofSeconds(10), last)));
    }

    @Test
    void restartsThatAreOldEnough_doNotCountAnyMore() {
        Restarts restarts = restarts(RestartPolicy.onFailure().withAtMost(2, Duration.ofSeconds(10)));
        for (int i = 0; i < 20; i++) {
            backoffMillis(restarts, Duration.ZERO);
            pass(5_000);
        }
        pass(-1);
        assertThat(restarts.after(end(ExitReason.CRASHED), Duration.ZERO)).isInstanceOf(Decision.GiveUp.class);
    }

    @Test
    void atMostNone_givesUpAtOnce() {
        Restarts restarts = restarts(RestartPolicy.onFailure().withAtMost(0, Duration.ofSeconds(10)));
        assertThat(restarts.after(end(ExitReason.CRASHED), SHORT)).isInstanceOf(Decision.GiveUp.class);
    }

    @Test
    void backoff_growsUpToItsBound() {
        Restarts restarts = restarts(RestartPolicy.onFailure()
                .withAtMost(100, Duration.ofSeconds(10))
                .withBackoff(Duration.ofMillis(100), Duration.ofMillis(400)));
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(100);
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(160);
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(256);
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(400);
        for (int i = 0; i < 90; i++) {
            assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(400);
        }
    }

    @Test
    void jitter_isAFifthEitherWay() {
        RestartPolicy policy = RestartPolicy.onFailure();
        random = 0;
        assertThat(backoffMillis(restarts(policy), Duration.ZERO)).isEqualTo(160);
        random = 0.999_999;
        assertThat(backoffMillis(restarts(policy), Duration.ZERO)).isEqualTo(239);
    }

    @Test
    void processThatStayedReady_endsTheRowButNotTheCount() {
        Restarts restarts = restarts(RestartPolicy.onFailure()
                .withAtMost(3, Duration.ofSeconds(60))
                .withHealthyAfter(Duration.ofSeconds(2)));
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(200);
        assertThat(backoffMillis(restarts, Duration.ofMillis(1_999))).isEqualTo(320);
        assertThat(backoffMillis(restarts, Duration.ofSeconds(2))).isEqualTo(200);
        assertThat(restarts.after(end(ExitReason.CRASHED), Duration.ofSeconds(2)))
                .isInstanceOf(Decision.GiveUp.class);
    }

    @Test
    void processThatWasNeverReady_isNotHealthyEvenIfHealthIsNothing() {
        Restarts restarts = restarts(RestartPolicy.onFailure().withHealthyAfter(Duration.ZERO));
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(200);
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(320);
    }

    @Test
    void reload_countsAnew() {
        Restarts restarts = restarts(RestartPolicy.onFailure().withAtMost(1, Duration.ofSeconds(60)));
        backoffMillis(restarts, Duration.ZERO);
        restarts.forget();
        assertThat(backoffMillis(restarts, Duration.ZERO)).isEqualTo(200);
        assertThat(restarts.after(end(ExitReason.CRASHED), Duration.ZERO)).isInstanceOf(Decision.GiveUp.class);
        backoffMillis(restarts, Duration.ZERO); // nor is it counted what was given up
    }
}
