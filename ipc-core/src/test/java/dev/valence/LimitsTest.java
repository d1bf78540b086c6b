package dev.valence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void heartbeat_isFiveAndTwentySecondsUnlessSaidOtherwise() {
        Limits limits = Limits.defaults();
        assertThat(limits.heartbeatInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(limits.unresponsiveAfter()).isEqualTo(Duration.ofSeconds(20));
        Limits fast = limits.withHeartbeat(SECOND, SECOND.multipliedBy(2)).withPayloadBytes(7);
        assertThat(fast.heartbeatInterval()).isEqualTo(SECOND);
        assertThat(fast.unresponsiveAfter()).isEqualTo(SECOND.multipliedBy(2));
        assertThat(fast.withHeartbeat(Duration.ofSeconds(5), Duration.ofSeconds(20)))
                .isEqualTo(limits.withPayloadBytes(7));
    }

    @Test
    void heartbeatThatNeverOrAlwaysBeats_isRefused() {
        Limits limits = Limits.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.withHeartbeat(Duration.ZERO, SECOND))
                .withMessage("heartbeatInterval: PT0S (expected: positive, at most 292 years)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.withHeartbeat(SECOND, Duration.ZERO))
                .withMessage("unresponsiveAfter: PT0S (expected: positive, at most 292 years)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.withHeartbeat(SECOND, Duration.ofMillis(1999)))
                .withMessage("unresponsiveAfter: PT1.999S (expected: at least twice heartbeatInterval, PT1S)");
    }
}
