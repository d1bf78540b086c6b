package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Everything at once and at random, between real processes that are killed at random. What is done follows from a seed,
 * which is printed; {@code -Dvalence.seed=…} does the same again, though processes may meet in another way. {@code
 * -Dvalence.soak.seconds=…} says how long the long one takes.
 */
@ExtendWith(NoLeaks.class)
class SoakIT {

    private static final long QUARTER_OF_AN_HOUR = 15 * 60;

    @Test
    @Timeout(180)
    void fewRenderersForHalfAMinute_noPromiseIsBroken() throws InterruptedException {
        soak(3, Duration.ofSeconds(26));
    }

    @Test
    @Tag("full")
    @Timeout(4 * 60 * 60)
    void manyRenderersForLong_noPromiseIsBroken() throws InterruptedException {
        soak(8, Duration.ofSeconds(Long.getLong("valence.soak.seconds", QUARTER_OF_AN_HOUR)));
    }

    private static void soak(int renderers, Duration time) throws InterruptedException {
        long seed = Long.getLong("valence.seed", System.nanoTime());
        System.out.println("soak: -Dvalence.seed=" + seed);
        List<String> violations;
        int ends;
        int reloads;
        try (SoakRun run = new SoakRun(renderers, seed, time)) {
            run.run();
            violations = run.finish();
            ends = run.ends();
            reloads = run.reloads();
        }
        assertThat(violations).as("-Dvalence.seed=%d", seed).isEmpty();
        assertThat(ends + reloads).isPositive();
    }
}
