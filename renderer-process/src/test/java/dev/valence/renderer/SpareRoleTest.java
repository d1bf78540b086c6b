package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text here is the one that the writer's test in the main module expects. */
class SpareRoleTest {

    private static final String TEXT = """
            valence-role 1
            main-class=com.example.Fenster
            arg=--file
            arg=a\\nb\\\\n ü
            arg=

            """;

    private static final List<String> CALLS = new ArrayList<>();

    @Test
    void read_givesWhatMainWroteAndLeavesTheRest() throws Exception {
        InputStream in = stream(TEXT + "rest");

        assertThat(SpareRole.read(in))
                .isEqualTo(new SpareRole("com.example.Fenster", List.of("--file", "a\nb\\n ü", "")));
        assertThat(in.readAllBytes()).asString().isEqualTo("rest");
    }

    @Test
    void streamEndsBefore_isPeerGone() {
        assertThatThrownBy(() -> SpareRole.read(stream("")))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PEER_GONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"valence-role 2\n\n", "valence-role 1\narg=x\n\n", "valence-role 1\nmain-class=x\nother=y\n\n"})
    void somethingElse_isAProtocolError(String text) {
        assertThatThrownBy(() -> SpareRole.read(stream(text)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
    }

    @Test
    void play_runsTheMainMethodOfAClassThatIsNotPublic() throws Throwable {
        new SpareRole(Program.class.getName(), List.of("a", "b")).play();

        assertThat(CALLS).containsExactly("a", "b");
    }

    @Test
    void play_throwsWhatTheMainMethodThrows() {
        assertThatThrownBy(() -> new SpareRole(Program.class.getName(), List.of()).play())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no arguments");
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Program {
        public static void main(String[] args) {
            if (args.length == 0) {
                throw new IllegalStateException("no arguments");
            }
            CALLS.addAll(List.of(args));
        }
    }
}
