package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RehearsalTest {

    @Test
    void run_goesThroughALifeOfARenderer() {
        assertThat(Rehearsal.run()).isTrue();
    }
}
