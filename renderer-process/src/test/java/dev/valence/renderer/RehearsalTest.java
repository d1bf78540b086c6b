package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

    @Test
    void run_goesThroughALifeOfARendererAndLeavesNothing(@TempDir Path directory) {
        assertThat(Rehearsal.run(directory)).isTrue();
        assertThat(directory).isEmptyDirectory();
    }
}
