package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.exit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.integration.ContainedRenderer.Plan;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Renderers in containers without a network, which reach main through its socket on a shared volume. */
@Timeout(180)
class ContainersIT {

    /** A user that nobody is on a usual machine. */
    private static final long OTHER_USER = 54_321;

    private static final int QUEUED = 100;

    @TempDir
    private Path directory;

    private Path socket;
    private String image;

    /** The program in the containers. */
    static final class Guest {

        private static final AtomicInteger COUNTED = new AtomicInteger();

        private Guest() {}

        public static void main(String[] args) {
            try (IpcRenderer renderer = IpcRenderer.connect(ContainedRenderer.invited())) {
                renderer.handle("echo", String.class, (event, text) -> renderer.name() + ": " + text);
                renderer.handle("networks", Void.class, (event, nothing) -> networks());
                renderer.handle("user", Void.class, (event, nothing) -> OtherUser.ownId());
                renderer.handle("counted", Void.class, (event, nothing) -> COUNTED.get());
                renderer.on("count", Integer.class, (event, number) -> COUNTED.compareAndSet(number, number + 1));
                renderer.on(
                        "news", String.class, (event, text) -> renderer.send("heard", renderer.name() + ": " + text));
                renderer.on("publish", String.class, (event, text) -> renderer.broadcast("news", text));
                renderer.handle(
                        "ask", String.class, (event, text) -> event.sender().invokeSync("forward", text, String.class));
                renderer.ready();
                renderer.closed().join();
            } catch (IpcException e) {
                System.out.println(e.code() + ": " + e.getMessage());
            }
        }

        private static String networks() throws IOException {
            return NetworkInterface.networkInterfaces()
                    .map(NetworkInterface::getName)
                    .toList()
                    .toString();
        }
    }

    /** A renderer and the container it is in. */
    private record Contained(Renderer renderer, ContainedRenderer container) implements AutoCloseable {

        String ask(String channel, String text) {
            return renderer.invokeSync(channel, text, String.class);
        }

        @Override
        public void close() {
            container.close();
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        image = RendererImage.prepare(DockerDaemon.require());
        socket = directory.resolve("main.sock");
    }

    private IpcMainOptions options() {
        return IpcMainOptions.defaults()
                .withPath(socket)
                .declare("echo", "networks", "user", "counted", "ask", "forward", "heard", "news");
    }

    /** Starts a container that has the directory of the socket, as main's own user. */
    private Contained start(IpcMain main, String name) throws Exception {
        return start(main, name, new Plan(image, Guest.class, directory, OtherUser.ownId()));
    }

    private static Contained start(IpcMain main, String name, Plan plan) throws Exception {
        Invitation invitation = main.invite(RendererSpec.named(name));
        ContainedRenderer container = ContainedRenderer.start(plan, invitation);
        try {
            await(invitation.renderer().ready());
        } catch (Throwable e) {
            String output = container.output();
            container.close();
            throw new AssertionError("not ready: " + output, e);
        }
        return new Contained(invitation.renderer(), container);
    }

    @Test
    void twoContainersWithoutANetwork_askAndHearEachOtherThroughMain() throws Exception {
        Received<Renderer, String> heard = new Received<>();
        try (IpcMain main = IpcMain.open(options());
                Contained one = start(main, "one");
                Contained two = start(main, "two")) {
            main.on("heard", String.class, heard);
            main.handle("forward", String.class, (event, text) -> two.ask("echo", text));
            for (Contained each : List.of(one, two)) {
                assertThat(each.renderer().invokeSync("networks", null, String.class))
                        .isEqualTo("[lo]");
                assertThat(each.renderer().pid())
                        .as("process of an invited renderer")
                        .isEmpty();
            }

            assertThat(one.ask("ask", "hello")).isEqualTo("two: hello");

            one.renderer().send("publish", "storm tonight");
            assertThat(heard.next()).isEqualTo("two: storm tonight");
            main.broadcast("news", "all clear");
            assertThat(heard.next(2)).containsExactlyInAnyOrder("one: all clear", "two: all clear");
        }
    }

    @Test
    void containerIsPausedAndResumed_itGetsWhatWasSentMeanwhile() throws Exception {
        try (IpcMain main = IpcMain.open(options());
                Contained paused = start(main, "paused");
                Contained sibling = start(main, "sibling")) {
            paused.container().pause();
            IntStream.range(0, QUEUED).forEach(number -> paused.renderer().send("count", number));
            Call<Integer> counted = paused.renderer().invoke("counted", null, Integer.class);
            assertThat(sibling.ask("echo", "meanwhile")).isEqualTo("sibling: meanwhile");
            assertThat(counted).isNotDone();

            paused.container().resume();

            assertThat(await(counted)).isEqualTo(QUEUED);
            assertThat(paused.renderer().state()).isEqualTo(RendererState.READY);
        }
    }

    @Test
    void containerIsKilled_mainSeesTheEndAndTheSiblingGoesOn() throws Exception {
        try (IpcMain main = IpcMain.open(options());
                Contained victim = start(main, "victim");
                Contained sibling = start(main, "sibling")) {
            victim.container().pause(); // so that it cannot answer
            Call<String> unanswered = victim.renderer().invoke("echo", "anybody there?", String.class);
            victim.container().kill();

            assertThat(exit(victim.renderer()).reason()).isEqualTo(ExitReason.DISCONNECTED);
            assertThat(awaitFailure(unanswered).code()).isEqualTo(ErrorCode.PEER_GONE);
            assertThat(sibling.ask("echo", "still here")).isEqualTo("sibling: still here");
            assertThat(main.renderers()).containsExactly(sibling.renderer());
        }
    }

    @Test
    void containerOfAnotherUser_isRejected() throws Exception {
        try (IpcMain main = IpcMain.open(options());
                Captured log = new Captured("valence.lifecycle")) {
            OtherUser.letIn(socket); // or the file system would refuse it, and not main
            Invitation invitation = main.invite(RendererSpec.named("stranger"));

            String output = ContainedRenderer.run(new Plan(image, Guest.class, socket, OTHER_USER), invitation);

            String reason = "user id: " + OTHER_USER + " (expected: " + OtherUser.ownId() + ")";
            assertThat(output).startsWith("REJECTED: ").contains(reason);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN") && line.contains(reason));
            assertThat(invitation.renderer().state()).isEqualTo(RendererState.LAUNCHING);
        }
    }

    @Test
    void containerOfAnAllowedUser_isLetInThroughTheSocketAlone() throws Exception {
        Plan plan = new Plan(image, Guest.class, socket, OTHER_USER);
        try (IpcMain main = IpcMain.open(options().allowUser(OTHER_USER));
                Contained other = start(main, "other", plan)) {
            assertThat(other.renderer().invokeSync("user", null, Long.class)).isEqualTo(OTHER_USER);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
    }
}
