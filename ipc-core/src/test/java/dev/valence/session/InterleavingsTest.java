package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Order and turns, whatever both ends do at random. What they do follows from a seed, which a failure names; {@code
 * -Dvalence.seed=…} does the same again, though threads may meet in another way.
 */
@Timeout(300)
class InterleavingsTest {

    private static final int TRIALS = 12;
    private static final int ACTIONS = 60; // of each thread
    private static final int BUDGET = 700; // of each pair, with what callbacks do; below what may be unanswered

    @Test
    void randomInterleavings_keepOrderAndTurnsAndLoseNothing() throws InterruptedException {
        long seed = Long.getLong("valence.seed", System.nanoTime());
        int comebacks = 0;
        for (int i = 0; i < TRIALS; i++) {
            comebacks += runTrial(seed + i);
        }
        assertThat(comebacks)
                .as("listeners that came back while others held the turn, seed %d", seed)
                .isPositive();
    }

    private static int runTrial(long seed) throws InterruptedException {
        Random random = new Random(seed);
        Queue<String> violations = new ConcurrentLinkedQueue<>();
        List<InterleavedPair> pairs = new ArrayList<>();
        int comebacks = 0;
        int items = 0;
        try {
            for (int i = random.nextInt(3); i >= 0; i--) {
                pairs.add(new InterleavedPair(random, BUDGET, violations));
            }
            for (InterleavedPair pair : pairs) {
                pair.start(random, 1 + random.nextInt(3), ACTIONS);
            }
            for (InterleavedPair pair : pairs) {
                items += pair.awaitEnd();
                comebacks += pair.comebacks();
            }
        } finally {
            pairs.forEach(InterleavedPair::close);
        }
        assertThat(violations).as("-Dvalence.seed=%d", seed).isEmpty();
        assertThat(items).isGreaterThanOrEqualTo(ACTIONS);
        return comebacks;
    }
}
