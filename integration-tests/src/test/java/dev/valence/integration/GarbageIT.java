package dev.valence.integration;

import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.valence.ErrorCode;
import dev.valence.Limits;
import dev.valence.Permissions;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.RendererSpec;
import dev.valence.proto.Cancel;
import dev.valence.proto.Chunk;
import dev.valence.proto.Credit;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.Ready;
import dev.valence.proto.Reply;
import dev.valence.proto.Request;
import dev.valence.proto.Welcome;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that speak something else end their own connection and nothing more. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class GarbageIT {

    private static final Duration HANDSHAKE = Duration.ofSeconds(1);

    private final IpcMain main =
            IpcMain.open(IpcMainOptions.defaults().withLimits(Limits.defaults().withHandshakeTimeout(HANDSHAKE)));
    private IpcRenderer honest;

    @BeforeEach
    void connectAnHonestOne() {
        main.handle("echo", String.class, (event, text) -> text);
        Invitation invitation = invite("honest");
        honest = IpcRenderer.connect(IpcRendererOptions.to(invitation.endpoint(), invitation.token()));
        honest.ready();
    }

    @AfterEach
    void othersGoOn() {
        assertThat(honest.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
        honest.close();
        main.close();
    }

    private Invitation invite(String name) {
        return main.invite(RendererSpec.named(name).withPermissions(Permissions.open()));
    }

    private static Named<byte[]> bytes(String name, byte[] bytes) {
        return named(name, bytes);
    }

    private static byte[] random(int seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static Stream<Named<byte[]>> strangers() {
        byte[] http = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] notAFrame = {0, 0, 0, 4, -1, -1, -1, -1};
        return Stream.of(
                bytes("one random byte", random(1, 1)),
                bytes("random bytes", random(2, 1000)),
                bytes("many random bytes", random(3, 1_000_000)),
                bytes("a huge length", new byte[] {0x7f, -1, -1, -1, 1, 2, 3}),
                bytes("a negative length", new byte[] {-1, -1, -1, -1, 1, 2, 3}),
                bytes("no length", new byte[8]),
                bytes("not a frame", notAFrame),
                bytes("an HTTP request", http),
                bytes(
                        "Ready instead of Hello",
                        RawClient.prefixed(Frame.newBuilder()
                                .setReady(Ready.getDefaultInstance())
                                .build())));
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void strangerWithGarbage_isClosed(byte[] garbage) throws Exception {
        try (RawClient client = RawClient.connect(main.endpoint())) {
            sendAsFarAsItIsTaken(client, garbage);
            Frame last = client.awaitEnd();
            if (last != null) {
                assertThat(ErrorCode.of(last.getClose().getCode())).isIn(ErrorCode.PROTOCOL_ERROR, ErrorCode.REJECTED);
            }
        }
        assertThat(main.renderers()).hasSize(1);
    }

    private static void sendAsFarAsItIsTaken(RawClient client, byte[] bytes) {
        try {
            client.sendBytes(bytes);
        } catch (java.io.IOException e) {
            // Main closed in the middle, as it should
        }
    }

    static Stream<Named<byte[]>> insults() {
        return Stream.of(
                bytes("random bytes", random(4, 1000)),
                bytes("many random bytes", random(5, 1_000_000)),
                bytes("a huge length", new byte[] {0x7f, -1, -1, -1, 1, 2, 3}),
                bytes("a frame without a body", new byte[] {0, 0, 0, 2, 8, 0}),
                bytes("a second Hello", frame(builder -> builder.setHello(RawClient.hello("00".repeat(32))))),
                bytes("what main says", frame(builder -> builder.setWelcome(Welcome.getDefaultInstance()))),
                bytes("an empty channel", frame(builder -> builder.setMessage(Message.getDefaultInstance()))),
                bytes(
                        "a long channel",
                        frame(builder -> builder.setMessage(Message.newBuilder().setChannel("x".repeat(256))))),
                bytes(
                        "a request without time",
                        frame(builder ->
                                builder.setRequest(Request.newBuilder().setId(1).setChannel("echo")))),
                bytes(
                        "an answer to nothing",
                        frame(builder -> builder.setReply(Reply.newBuilder().setId(1)))),
                bytes(
                        "a cancel of nothing",
                        frame(builder -> builder.setCancel(Cancel.newBuilder().setId(1)))),
                bytes(
                        "a piece of nothing",
                        frame(builder -> builder.setChunk(Chunk.newBuilder().setId(1)))),
                bytes(
                        "credit for a stream",
                        frame(builder -> builder.setCredit(Credit.newBuilder().setTarget(5)))),
                bytes(
                        "credit without end",
                        frame(builder -> builder.setCredit(Credit.newBuilder().setDataBytes(Long.MAX_VALUE)))));
    }

    private static byte[] frame(java.util.function.UnaryOperator<Frame.Builder> body) {
        return RawClient.prefixed(body.apply(Frame.newBuilder()).build());
    }

    @ParameterizedTest
    @MethodSource("insults")
    void clientThatTurnsToGarbage_isClosedAndGone(byte[] garbage) throws Exception {
        Invitation invitation = invite("insulting");
        try (RawClient client = RawClient.admitted(main.endpoint(), invitation.token())) {
            sendAsFarAsItIsTaken(client, garbage);
            Frame last = client.awaitEnd();
            if (last != null) {
                assertThat(ErrorCode.of(last.getClose().getCode())).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            }
            assertThat(exit(invitation.renderer()).reason()).isEqualTo(ExitReason.DISCONNECTED);
        }
    }

    @Test
    void halfAFrameAndTheEnd_isADisconnection() throws Exception {
        byte[] whole = frame(builder -> builder.setMessage(Message.newBuilder().setChannel("any")));
        Invitation stranger = invite("leaves early");
        try (RawClient client = RawClient.connect(main.endpoint())) {
            byte[] hello = frame(builder -> builder.setHello(RawClient.hello(stranger.token())));
            client.sendBytes(Arrays.copyOf(hello, hello.length - 1));
        }
        Invitation known = invite("leaves late");
        try (RawClient client = RawClient.admitted(main.endpoint(), known.token())) {
            client.sendBytes(Arrays.copyOf(whole, whole.length - 1));
        }
        assertThat(exit(known.renderer()).reason()).isEqualTo(ExitReason.DISCONNECTED);
        IpcRenderer.connect(IpcRendererOptions.to(stranger.endpoint(), stranger.token()))
                .close(); // the half Hello has not used its token up
    }

    @Test
    void byteByByte_isUnderstood() throws Exception {
        Invitation invitation = invite("slow");
        try (RawClient client = RawClient.connect(main.endpoint())) {
            for (byte b : frame(builder -> builder.setHello(RawClient.hello(invitation.token())))) {
                client.sendBytes(new byte[] {b});
            }
            assertThat(client.read().hasWelcome()).isTrue();
            for (byte b : frame(builder -> builder.setReady(Ready.getDefaultInstance()))) {
                client.sendBytes(new byte[] {b});
            }
            ready(invitation.renderer());
        }
    }

    @Test
    void manyIdleConnections_keepNobodyOutForLong() throws Exception {
        List<RawClient> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                idle.add(RawClient.connect(main.endpoint()));
            }
            assertThat(honest.invokeSync("echo", "meanwhile", String.class)).isEqualTo("meanwhile");
            Invitation invitation = invite("patient");
            Limits patient = Limits.defaults().withHandshakeTimeout(Duration.ofSeconds(30));
            IpcRenderer.connect(IpcRendererOptions.to(invitation.endpoint(), invitation.token())
                            .withLimits(patient))
                    .close();
            for (RawClient client : idle) {
                client.awaitEnd();
            }
        } finally {
            for (RawClient client : idle) {
                client.close();
            }
        }
    }

    @Test
    void connectionsOpenedAndClosedAtOnce_leaveNothing() throws Exception {
        for (int i = 0; i < 500; i++) {
            RawClient.connect(main.endpoint()).close();
        }
        Invitation invitation = invite("after them");
        IpcRenderer.connect(IpcRendererOptions.to(invitation.endpoint(), invitation.token()))
                .close();
    }
}
