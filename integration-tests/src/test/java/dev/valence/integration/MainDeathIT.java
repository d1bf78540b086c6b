package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.Endpoint;
import dev.valence.integration.ProcScenarios.HangingHook;
import dev.valence.integration.ProcScenarios.LastingThread;
import dev.valence.integration.ProcScenarios.MainProgram;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A main process dies; nothing of it stays. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class MainDeathIT {

    /** The promise. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    @ParameterizedTest
    @ValueSource(classes = {Worker.class, HangingHook.class, LastingThread.class})
    void killed_isFollowedByItsRenderersWithinTwoSeconds(Class<?> program) throws Exception {
        try (Family family = Family.start(program, "never")) {
            family.main.kill();
            await().pollInterval(Duration.ofMillis(10)).atMost(LONGEST).until(family::isExtinct);
            IpcMain.open().close();
            assertThat(family.socketDirectory).doesNotExist();
        }
    }

    /** In a place of its own: any main of this user that opens in the usual one removes what lies there. */
    @Test
    void killed_leavesADirectoryThatTheNextRemoves(@TempDir Path place) throws Exception {
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", place.toString());
        try (Family killed = Family.start(Worker.class, "never", environment)) {
            killed.main.kill();
            await().atMost(LONGEST).until(killed::isExtinct);
            assertThat(killed.socketDirectory).hasParent(place).isDirectory();
            try (Family next = Family.start(Worker.class, "return", environment)) {
                assertThat(place).isDirectoryNotContaining(killed.socketDirectory::equals);
                assertThat(next.socketDirectory).hasParent(place).isDirectory();
                next.main.goOn();
                assertThat(next.main.awaitExit()).isZero();
            }
        }
        assertThat(place).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(classes = {Worker.class, HangingHook.class, LastingThread.class})
    void exitsWithoutClosing_leavesNothing(Class<?> program) throws Exception {
        try (Family family = Family.start(program, "exit")) {
            family.main.goOn();
            assertThat(family.main.awaitExit()).isEqualTo(3);
            await().pollInterval(Duration.ofMillis(10)).atMost(LONGEST).until(family::isExtinct);
            assertThat(family.socketDirectory).doesNotExist();
        }
    }

    @Test
    void halts_isFollowedByItsRenderers() throws Exception {
        try (Family family = Family.start(Worker.class, "halt")) {
            family.main.goOn();
            assertThat(family.main.awaitExit()).isEqualTo(4);
            await().pollInterval(Duration.ofMillis(10)).atMost(LONGEST).until(family::isExtinct);
            IpcMain.open().close();
            assertThat(family.socketDirectory).doesNotExist();
        }
    }

    @Test
    void throwsOutOfItsMainMethod_leavesNothing() throws Exception {
        try (Family family = Family.start(Worker.class, "throw")) {
            family.main.goOn();
            assertThat(family.main.awaitExit()).isEqualTo(1);
            assertThat(family.isExtinct()).isTrue();
            assertThat(family.socketDirectory).doesNotExist();
            assertThat(family.main.awaitOutput())
                    .anyMatch(line -> line.contains("thrown on purpose by a main process"));
        }
    }

    @Test
    void returnsFromItsMainMethod_leavesNothing() throws Exception {
        try (Family family = Family.start(Worker.class, "return")) {
            family.main.goOn();
            assertThat(family.main.awaitExit()).isZero();
            assertThat(family.isExtinct()).isTrue();
            assertThat(family.socketDirectory).doesNotExist();
        }
    }

    @Test
    void X11_socketThatADeadProcessLeft_isTakenOver(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("main.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().withPath(path))) {
            Renderer renderer = main.launch(ProcScenarios.spec(Worker.class));
            Patience.ready(renderer);
            assertThat(renderer.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void X11_socketOfALiveProcess_isLeftAlone(@TempDir Path directory) throws Exception {
        IpcMainOptions options = IpcMainOptions.defaults().withPath(directory.resolve("main.sock"));
        try (IpcMain main = IpcMain.open(options)) {
            assertThatThrownBy(() -> IpcMain.open(options))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("in use");
            Patience.ready(main.launch(ProcScenarios.spec(Worker.class)));
        }
    }

    @Test
    void X11_socketPathThatIsTooLong_isRefused(@TempDir Path directory) {
        Path path = directory.resolve("x".repeat(108));
        assertThatThrownBy(() -> IpcMain.open(IpcMainOptions.defaults().withPath(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("at most 107 bytes");
    }

    /** A main process in a JVM of its own, and its two renderers. */
    private record Family(ChildJvm main, Path socketDirectory, List<ProcessHandle> renderers) implements AutoCloseable {

        static Family start(Class<?> program, String end) throws Exception {
            return start(program, end, Map.of());
        }

        static Family start(Class<?> program, String end, Map<String, String> environment) throws Exception {
            ChildJvm main = ChildJvm.start(MainProgram.class, environment, program.getName(), end);
            try {
                Endpoint.Unix socket = (Endpoint.Unix) Endpoint.parse(main.awaitLine("socket "));
                List<ProcessHandle> renderers = List.of(process(main), process(main));
                main.awaitLine("up");
                return new Family(main, socket.path().getParent(), renderers);
            } catch (Throwable e) {
                main.close();
                throw e;
            }
        }

        private static ProcessHandle process(ChildJvm main) throws InterruptedException {
            return ProcessHandle.of(Long.parseLong(main.awaitLine("pid "))).orElseThrow();
        }

        boolean isExtinct() {
            return renderers.stream().allMatch(Patience::isGone);
        }

        @Override
        public void close() throws Exception {
            renderers.forEach(ProcessHandle::destroyForcibly);
            main.close();
        }
    }
}
