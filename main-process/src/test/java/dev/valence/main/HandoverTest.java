package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Endpoint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text here is the one that the reader's test in the renderer's module reads. */
class HandoverTest {

    private static final String TOKEN = "0123456789abcdef".repeat(4);

    @Test
    void written_isWhatTheRendererReads() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        new Handover(new Endpoint.Unix(Path.of("/run/a b/main.sock")), TOKEN, "Fenster ü").write(out);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                valence-handover 1
                endpoint=unix:/run/a b/main.sock
                token=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                name=Fenster ü

                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"})
    void tokenIsBad_throwsAndDoesNotShowIt(String token) {
        assertThatThrownBy(() -> new Handover(new Endpoint.Unix(Path.of("/x")), token, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token (expected: 64 hexadecimal digits)");
    }

    @Test
    void lineBreak_isRefused() {
        assertThatThrownBy(() -> new Handover(new Endpoint.Unix(Path.of("/a\nb")), TOKEN, "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Handover(new Endpoint.Unix(Path.of("/x")), TOKEN, "a\nb"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toString_doesNotShowTheToken() {
        assertThat(new Handover(new Endpoint.Unix(Path.of("/x")), TOKEN, "x")).hasToString("Handover[unix:/x, x]");
    }
}
