package dev.valence.renderer.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SpinningTest {

    private final AtomicInteger spinners = new AtomicInteger();
    private long now = Long.MAX_VALUE - 10_000; // System.nanoTime may pass the end of a long
    private final Spinning spinning = new Spinning(() -> now, spinners, 1);

    /** Waits that often, each time in vain, and returns how often it was looked. */
    private int looks(int waits, boolean isFound) {
        int looks = 0;
        for (int i = 0; i < waits; i++) {
            if (spinning.begin()) {
                looks++;
                spinning.end(isFound);
            }
        }
        return looks;
    }

    @Test
    void look_lastsForAMoment() {
        assertThat(spinning.begin()).isTrue();
        now += 49_999;
        assertThat(spinning.goesOn()).isTrue();
        now += 1;
        assertThat(spinning.goesOn()).isFalse();
    }

    @Test
    void answersComeInTime_everyWaitBeginsWithALook() {
        assertThat(looks(1000, true)).isEqualTo(1000);
    }

    @Test
    void answersComeLate_looksBecomeRare() {
        assertThat(looks(1 + 2 + 4 + 8, false)).isEqualTo(4);
        assertThat(looks(1024 * 1024, false)).isBetween(1024, 1040);
    }

    @Test
    void answersComeInTimeAgain_looksBecomeFrequentAgain() {
        looks(1024 * 1024, false);
        looks(4096, true);
        assertThat(looks(1000, true)).isEqualTo(1000);
    }

    @Test
    void processorsAreTaken_nobodyLooks() {
        Spinning other = new Spinning(() -> now, spinners, 1);
        assertThat(other.begin()).isTrue();
        assertThat(spinning.begin()).isFalse();
        other.end(true);
        assertThat(spinning.begin()).isTrue();
        spinning.end(true);
        assertThat(spinners).hasValue(0);
    }

    @Test
    void oneProcessor_nobodyLooks() {
        assertThat(new Spinning(() -> now, spinners, 0).begin()).isFalse();
        assertThat(spinners).hasValue(0);
    }
}
