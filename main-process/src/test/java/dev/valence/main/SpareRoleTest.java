package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text here is the one that the reader's test in the renderer's module reads. */
class SpareRoleTest {

    @Test
    void bytes_areWhatTheSpareReads() {
        SpareRole role = new SpareRole("com.example.Fenster", List.of("--file", "a\nb\\n ü", ""));

        assertThat(role.bytes()).asString(StandardCharsets.UTF_8).isEqualTo("""
                valence-role 1
                main-class=com.example.Fenster
                arg=--file
                arg=a\\nb\\\\n ü
                arg=

                """);
    }

    @Test
    void moreThanAPipeTakesAtOnce_isNotWritten() {
        assertThat(new SpareRole("com.example.Editor", List.of("x".repeat(32 * 1024))).bytes())
                .isNull();
    }
}
