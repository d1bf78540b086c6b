package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.codeOf;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static dev.valence.integration.Patience.since;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.valence.Delivery;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Permissions;
import dev.valence.integration.ProcScenarios.Blabbing;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.OutputLine;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.main.Stdio;
import dev.valence.proto.Frame;
import dev.valence.proto.Hello;
import dev.valence.proto.Message;
import dev.valence.proto.Request;
import dev.valence.proto.Subscribe;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may connect, and what those who have may do. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class SecurityIT {

    private static final String WRONG_TOKEN = "0123456789abcdef".repeat(4);

    private static IpcRenderer connect(Invitation invitation) {
        return IpcRenderer.connect(IpcRendererOptions.to(invitation.endpoint(), invitation.token()));
    }

    private static ErrorCode codeOfClose(Frame last) {
        assertThat(last).as("last frame").isNotNull();
        assertThat(last.hasClose()).as("%s", last).isTrue();
        return ErrorCode.of(last.getClose().getCode());
    }

    // ---- Who may connect -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "UNIX_NIO"})
    void wrongToken_isRejectedAndLogged(IpcMainOptions.Transport transport) throws Exception {
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().withTransport(transport));
                Captured log = new Captured("valence.lifecycle");
                RawClient client = RawClient.connect(main.endpoint())) {
            client.send(
                    Frame.newBuilder().setHello(RawClient.hello(WRONG_TOKEN)).build());
            Frame last = client.awaitEnd();
            assertThat(codeOfClose(last)).isEqualTo(ErrorCode.REJECTED);
            assertThat(last.getClose().getReason()).contains("token").doesNotContain(WRONG_TOKEN);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN") && line.contains("token"));
            assertThat(codeOf(() -> IpcRenderer.connect(IpcRendererOptions.to(main.endpoint(), WRONG_TOKEN))))
                    .isEqualTo(ErrorCode.REJECTED);
        }
    }

    @Test
    void token_worksOnce() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation invitation = main.invite(RendererSpec.named("guest").withPermissions(Permissions.open()));
            try (IpcRenderer first = connect(invitation)) {
                first.ready();
                assertThat(codeOf(() -> connect(invitation))).isEqualTo(ErrorCode.REJECTED);
                main.handle("echo", String.class, (event, text) -> text);
                assertThat(first.invokeSync("echo", "still here", String.class)).isEqualTo("still here");
            }
        }
    }

    @Test
    void tokenThatManyShowAtOnce_letsOneIn() throws Exception {
        int clients = 8;
        try (IpcMain main = IpcMain.open()) {
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            CyclicBarrier start = new CyclicBarrier(clients);
            Queue<IpcRenderer> admitted = new ConcurrentLinkedQueue<>();
            Queue<ErrorCode> refused = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                threads.add(new Thread(() -> {
                    try {
                        start.await();
                        admitted.add(connect(invitation));
                    } catch (IpcException e) {
                        refused.add(e.code());
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(admitted).hasSize(1);
            assertThat(refused).hasSize(clients - 1).containsOnly(ErrorCode.REJECTED);
            admitted.forEach(IpcRenderer::close);
        }
    }

    @Test
    void tokenOfAWithdrawnInvitation_isWorthless() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation closed = main.invite(RendererSpec.named("closed"));
            closed.renderer().close();
            exit(closed.renderer());
            assertThat(codeOf(() -> connect(closed))).isEqualTo(ErrorCode.REJECTED);
            Invitation late = main.invite(RendererSpec.named("late").withLaunchTimeout(Duration.ofMillis(100)));
            exit(late.renderer());
            assertThat(codeOf(() -> connect(late))).isEqualTo(ErrorCode.REJECTED);
        }
    }

    @Test
    void tokenInTheHandsOfAnotherProcess_isRejected() throws Exception {
        BlockingQueue<OutputLine> told = new LinkedBlockingQueue<>();
        try (IpcMain main = IpcMain.open();
                Captured log = new Captured("valence.lifecycle")) {
            Renderer robbed = main.launch(ProcScenarios.spec(Blabbing.class)
                    .withStdio(Stdio.to(told::add))
                    .withPermissions(Permissions.open()));
            Endpoint endpoint = Endpoint.parse(awaitLine(told, "endpoint="));
            String token = awaitLine(told, "token=");
            assertThat(codeOf(() -> IpcRenderer.connect(IpcRendererOptions.to(endpoint, token))))
                    .isEqualTo(ErrorCode.REJECTED);
            assertThat(robbed.state()).isEqualTo(RendererState.LAUNCHING);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("process id: "
                            + ProcessHandle.current().pid() + " (expected: "
                            + robbed.pid().orElseThrow() + ")"));
            robbed.kill();
            exit(robbed);
        }
    }

    private static String awaitLine(BlockingQueue<OutputLine> lines, String prefix) throws InterruptedException {
        while (true) {
            OutputLine line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("line %s", prefix).isNotNull();
            if (line.text().startsWith(prefix)) {
                return line.text().substring(prefix.length());
            }
        }
    }

    @Test
    void otherMajorVersion_isRejected() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            try (RawClient client = RawClient.connect(main.endpoint())) {
                Hello.Builder hello = RawClient.hello(invitation.token()).setMajor(2);
                client.send(Frame.newBuilder().setHello(hello).build());
                assertThat(codeOfClose(client.awaitEnd())).isEqualTo(ErrorCode.REJECTED);
            }
            connect(invitation).close(); // the token was not used up
        }
    }

    @Test
    void clientThatSaysNothing_isClosed() throws Exception {
        Limits limits = Limits.defaults().withHandshakeTimeout(Duration.ofMillis(300));
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().withLimits(limits));
                RawClient silent = RawClient.connect(main.endpoint());
                RawClient slow = RawClient.connect(main.endpoint())) {
            long start = System.nanoTime();
            slow.sendBytes(new byte[] {0, 0, 0, 50, 1, 2, 3});
            assertThat(codeOfClose(silent.awaitEnd())).isEqualTo(ErrorCode.REJECTED);
            assertThat(codeOfClose(slow.awaitEnd())).isEqualTo(ErrorCode.REJECTED);
            assertThat(since(start)).isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
        }
    }

    @Test
    void longHello_isCutOff() throws Exception {
        try (IpcMain main = IpcMain.open();
                RawClient client = RawClient.connect(main.endpoint())) {
            Hello.Builder hello = RawClient.hello(WRONG_TOKEN).setImplementation("x".repeat(5000));
            client.send(Frame.newBuilder().setHello(hello).build());
            Frame last = client.awaitEnd();
            assertThat(last == null || !last.hasWelcome()).isTrue();
        }
    }

    @Test
    void tokenThatIsTooShortOrTooLong_isRejected() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            String token = main.invite(RendererSpec.named("guest")).token();
            for (ByteString shown : List.of(ByteString.EMPTY, bytes(token).substring(0, 31), bytes(token + "00"))) {
                try (RawClient client = RawClient.connect(main.endpoint())) {
                    Hello.Builder hello = RawClient.hello(token).setToken(shown);
                    client.send(Frame.newBuilder().setHello(hello).build());
                    assertThat(codeOfClose(client.awaitEnd())).isEqualTo(ErrorCode.REJECTED);
                }
            }
        }
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(java.util.HexFormat.of().parseHex(hex));
    }

    @Test
    void socketDirectory_isPrivate() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Path socket = ((Endpoint.Unix) main.endpoint()).path();
            assertThat(Files.getPosixFilePermissions(socket.getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(Files.getPosixFilePermissions(socket))
                    .doesNotContain(PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);
        }
    }

    // ---- What they may do ----------------------------------------------------------------------------------------

    @Test
    void declaredOnly_letsDeclaredChannelsPass() throws Exception {
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().declare("allowed"));
                IpcRenderer other = connect(main.invite(RendererSpec.named("other")));
                IpcRenderer guest = connect(main.invite(RendererSpec.named("guest")))) {
            CompletableFuture<String> atMain = new CompletableFuture<>();
            CompletableFuture<String> atOther = new CompletableFuture<>();
            main.once("allowed", String.class, (event, text) -> atMain.complete(text));
            main.handle("allowed", String.class, (event, text) -> "reply to " + text);
            other.on("allowed", String.class, (event, text) -> atOther.complete(text));
            other.ready();
            ready(main.renderer(other.id()).orElseThrow());
            guest.ready();
            guest.send("allowed", "message");
            assertThat(await(atMain)).isEqualTo("message");
            assertThat(guest.invokeSync("allowed", "request", String.class)).isEqualTo("reply to request");
            Delivery.Report report =
                    await(guest.broadcast("allowed", "broadcast").report());
            assertThat(report.accepted()).containsExactly(other.id());
            assertThat(await(atOther)).isEqualTo("broadcast");
            assertThat(main.counters().deniedFrames()).isZero();
        }
    }

    /** With a client that ignores the rules it was told, so that main itself has to keep them. */
    @Test
    void declaredOnly_dropsAndCountsWhatWasNotDeclared() throws Exception {
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().declare("allowed"))) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            main.on("forbidden", String.class, (event, text) -> heard.add(text));
            main.handle("forbidden", String.class, (event, text) -> heard.add(text));
            main.handle("allowed", String.class, (event, text) -> text);
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            try (RawClient guest = RawClient.admitted(main.endpoint(), invitation.token())) {
                guest.send(Frame.newBuilder()
                        .setSubscribe(Subscribe.newBuilder().setChannel("forbidden"))
                        .build());
                guest.send(message(0, "forbidden", false));
                guest.send(message(1, "forbidden", true));
                guest.send(request(2, "forbidden"));
                guest.send(request(3, "allowed"));
                Frame report = guest.read();
                Frame denial = guest.read();
                Frame reply = guest.read();
                List<Frame> answers = List.of(report, denial, reply);
                assertThat(answers)
                        .anySatisfy(
                                frame -> assertThat(frame.getReport().getId()).isEqualTo(1))
                        .anySatisfy(frame -> {
                            assertThat(frame.getFailure().getId()).isEqualTo(2);
                            assertThat(ErrorCode.of(frame.getFailure().getCode()))
                                    .isEqualTo(ErrorCode.PERMISSION_DENIED);
                        })
                        .anySatisfy(
                                frame -> assertThat(frame.getReply().getId()).isEqualTo(3));
                assertThat(main.counters().deniedFrames()).isEqualTo(4);
                assertThat(invitation.renderer().isSubscribed("forbidden")).isFalse();
                assertThat(await(main.broadcast("forbidden", "?").report()).accepted())
                        .isEmpty();
                assertThat(heard).isEmpty();
            }
            assertThat(exit(invitation.renderer()).reason()).isEqualTo(ExitReason.DISCONNECTED);
        }
    }

    @Test
    void declaredOnly_failsForbiddenRequestsAtTheirCaller() throws Exception {
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().declare("allowed"));
                IpcRenderer guest = connect(main.invite(RendererSpec.named("guest")))) {
            main.handle("forbidden", String.class, (event, text) -> text);
            guest.ready();
            assertThat(codeOf(() -> guest.invokeSync("forbidden", "?", String.class)))
                    .isEqualTo(ErrorCode.PERMISSION_DENIED);
            assertThat(awaitFailure(guest.invoke("forbidden", "?", String.class))
                            .code())
                    .isEqualTo(ErrorCode.PERMISSION_DENIED);
        }
    }

    @Test
    void identity_followsFromTheConnection() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation honest = main.invite(RendererSpec.named("honest").withPermissions(Permissions.open()));
            Invitation liar = main.invite(RendererSpec.named("liar").withPermissions(Permissions.open()));
            try (RawClient first = RawClient.admitted(main.endpoint(), honest.token());
                    RawClient second = RawClient.admitted(main.endpoint(), liar.token())) {
                second.send(message(0, "any", false).toBuilder()
                        .setOrigin(honest.renderer().id())
                        .build());
                assertThat(codeOfClose(second.awaitEnd())).isEqualTo(ErrorCode.PROTOCOL_ERROR);
                exit(liar.renderer());
                assertThat(honest.renderer().state()).isEqualTo(RendererState.CONNECTED);
            }
        }
    }

    private static Frame message(long id, String channel, boolean isBroadcast) {
        return Frame.newBuilder()
                .setMessage(Message.newBuilder().setId(id).setChannel(channel).setBroadcast(isBroadcast))
                .build();
    }

    private static Frame request(long id, String channel) {
        return Frame.newBuilder()
                .setRequest(Request.newBuilder().setId(id).setChannel(channel).setTimeLeftMicros(10_000_000))
                .build();
    }
}
