package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

    private static final RestartPolicy POLICY = RestartPolicy.onFailure();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static void assertRefused(ThrowingCallable action, String words) {
        assertThatThrownBy(action).isInstanceOf(IllegalArgumentException.class).hasMessage(words);
    }

    @Test
    void defaults_areThoseOfTheDocumentation() {
        assertThat(POLICY.atMost()).isEqualTo(3);
        assertThat(POLICY.within()).isEqualTo(Duration.ofSeconds(60));
        assertThat(POLICY.firstBackoff()).isEqualTo(Duration.ofMillis(200));
        assertThat(POLICY.mostBackoff()).isEqualTo(Duration.ofSeconds(30));
        assertThat(POLICY.healthyAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(RestartPolicy.never().when()).isEqualTo(RestartPolicy.When.NEVER);
        assertThat(RestartPolicy.always().when()).isEqualTo(RestartPolicy.When.ALWAYS);
    }

    @Test
    void with_changesOneThing() {
        assertThat(POLICY.withAtMost(5, SECOND).withBackoff(SECOND, SECOND).withHealthyAfter(SECOND))
                .isEqualTo(new RestartPolicy(RestartPolicy.When.ON_FAILURE, 5, SECOND, SECOND, SECOND, SECOND));
    }

    @Test
    void valueIsBad_throwsAndSaysWhatWasExpected() {
        assertRefused(() -> POLICY.withAtMost(-1, SECOND), "atMost: -1 (expected: 0 to 1000000)");
        assertRefused(() -> POLICY.withAtMost(1, Duration.ZERO), "within: PT0S (expected: PT0.001S to PT8760H)");
        assertRefused(
                () -> POLICY.withBackoff(Duration.ofMillis(-1), SECOND),
                "firstBackoff: PT-0.001S (expected: PT0S to PT8760H)");
        assertRefused(() -> POLICY.withBackoff(SECOND, Duration.ZERO), "mostBackoff: PT0S (expected: PT1S to PT8760H)");
        assertRefused(
                () -> POLICY.withHealthyAfter(Duration.ofDays(366)),
                "healthyAfter: PT8784H (expected: PT0S to PT8760H)");
    }
}
