package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text here is the one that the writer's test in the main module expects. */
class HandoverTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String TEXT = """
            valence-handover 1
            endpoint=unix:/run/a b/main.sock
            token=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            name=Fenster ü

            """;

    @Test
    void read_givesWhatMainWroteAndLeavesTheRest() throws Exception {
        InputStream in = stream(TEXT + "rest");

        Handover handover = Handover.read(in);

        assertThat(handover)
                .isEqualTo(new Handover(new Endpoint.Unix(Path.of("/run/a b/main.sock")), TOKEN, "Fenster ü"));
        assertThat(in.readAllBytes()).asString().isEqualTo("rest");
    }

    @Test
    void toString_doesNotShowTheToken() {
        assertThat(Handover.read(stream(TEXT))).hasToString("Handover[unix:/run/a b/main.sock, Fenster ü]");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 18, 19, 60, 140, 160, 161})
    void streamEndsEarly_isPeerGone(int bytes) {
        byte[] all = TEXT.getBytes(StandardCharsets.UTF_8);

        assertFails(new ByteArrayInputStream(all, 0, Math.min(bytes, all.length - 1)))
                .returns(ErrorCode.PEER_GONE, IpcException::code)
                .hasToString("dev.valence.IpcException: The main process ended before the hand-over was complete");
    }

    @Test
    void streamFails_isPeerGone() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("of the test");
            }
        };

        assertFails(broken).returns(ErrorCode.PEER_GONE, IpcException::code);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of(TEXT.replace("handover 1", "handover 2"), "line 1", "valence-handover 1"),
                Arguments.of("\n" + TEXT, "line 1", "valence-handover 1"),
                Arguments.of(TEXT.replace("endpoint", "Endpoint"), "line 2", "endpoint=…"),
                Arguments.of(TEXT.replace("token=", "token = "), "line 3", "token=…"),
                Arguments.of(TEXT.replace("token=01", "token="), "token", "64 hexadecimal digits"),
                Arguments.of(TEXT.replace("token=01", "token=0G"), "token", "64 hexadecimal digits"),
                Arguments.of(TEXT.replace("name=", ""), "line 4", "name=…"),
                Arguments.of(TEXT.replace("ü\n", "ü\nmore=x\n"), "line 5", "an empty line"),
                Arguments.of("x".repeat(10_000), "line 1", "at most 8192 bytes in all"),
                Arguments.of(TEXT.replace("ü", "x".repeat(9_000)), "line 4", "at most 8192 bytes in all"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void textIsSomethingElse_isProtocolErrorThatNamesThePlaceOnly(String text, String place, String expected) {
        assertFails(stream(text))
                .returns(ErrorCode.PROTOCOL_ERROR, IpcException::code)
                .returns(
                        "hand-over: " + place + " is something else (expected: " + expected
                                + "; the main process may be of another version)",
                        Throwable::getMessage);
    }

    @Test
    void endpointIsUnknown_isProtocolError() {
        assertFails(stream(TEXT.replace("unix:", "tcp:")))
                .returns(ErrorCode.PROTOCOL_ERROR, IpcException::code)
                .returns(
                        "hand-over: endpoint: \"tcp:/run/a b/main.sock\" (expected: unix:PATH or memory:NAME)",
                        Throwable::getMessage);
    }

    @Test
    void notUtf8_isProtocolError() {
        assertFails(new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.ISO_8859_1)))
                .returns(ErrorCode.PROTOCOL_ERROR, IpcException::code)
                .asString()
                .contains("line 4", "UTF-8");
    }

    @Test
    void startedByHand_tellsWhatToDo() {
        assertThatThrownBy(() -> Handover.requireLaunched(Map.of("PATH", "/bin")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("IpcMain.launch")
                .hasMessageContaining("IpcMain.invite")
                .hasMessageContaining("IpcRenderer.connect(IpcRendererOptions.to(endpoint, token))");
    }

    @Test
    void launched_isFine() {
        assertThatCode(() -> Handover.requireLaunched(Map.of("VALENCE_HANDOVER", "stdin")))
                .doesNotThrowAnyException();
    }

    @Test
    void launchedInAnotherWay_saysSo() {
        assertThatThrownBy(() -> Handover.requireLaunched(Map.of("VALENCE_HANDOVER", "fd:7")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("VALENCE_HANDOVER: \"fd:7\" (expected: stdin;");
    }

    private static ObjectAssert<IpcException> assertFails(InputStream in) {
        return assertThatThrownBy(() -> Handover.read(in)).asInstanceOf(type(IpcException.class));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
