package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Endpoint;
import dev.valence.integration.ExitPrograms.Leaving;
import dev.valence.integration.ProcScenarios.HangingHook;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.IpcMain;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JVM of a main process ends, and nobody has closed the main: its shutdown hook does. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class MainExitIT {

    @Test
    void terminated_endsItsRenderersInOrder() throws Exception {
        try (ChildJvm main = start(Worker.class, "SIGTERM", Duration.ofSeconds(5))) {
            Path socket = socket(main);
            ProcessHandle renderer = renderer(main);
            ProcessHandle.of(main.pid()).orElseThrow().destroy();
            assertThat(main.awaitLine("gone ")).isEqualTo("CLEAN_EXIT");
            assertThat(main.awaitExit()).isEqualTo(128 + 15);
            assertThat(renderer.isAlive()).isFalse();
            assertThat(socket.getParent()).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "close in a hook", "exit beside a close", "exit in a handler"})
    void exits_endsItsRenderersInOrder(String how) throws Exception {
        try (ChildJvm main = start(Worker.class, how, Duration.ofSeconds(20))) {
            Path socket = socket(main);
            ProcessHandle renderer = renderer(main);
            long start = System.nanoTime();
            main.goOn();
            assertThat(main.awaitLine("gone ")).isEqualTo("CLEAN_EXIT");
            assertThat(main.awaitExit()).isEqualTo(5);
            assertThat(Patience.since(start)).as("well before the grace").isLessThan(Duration.ofSeconds(15));
            assertThat(renderer.isAlive()).isFalse();
            assertThat(socket.getParent()).doesNotExist();
        }
    }

    /** The promise is the grace and a second; what is above that is for a loaded machine. */
    @Test
    void exitsWithARendererThatDoesNotEnd_isBounded() throws Exception {
        Duration grace = Duration.ofSeconds(1);
        try (ChildJvm main = start(HangingHook.class, "exit", grace)) {
            Path socket = socket(main);
            ProcessHandle renderer = renderer(main);
            long start = System.nanoTime();
            main.goOn();
            assertThat(main.awaitExit()).isEqualTo(5);
            assertThat(Patience.since(start))
                    .isBetween(grace, grace.plusSeconds(1).plusSeconds(2));
            await().until(() -> Patience.isGone(renderer));
            assertThat(socket.getParent()).doesNotExist();
        }
    }

    /** A hook that stayed would hold it. */
    @Test
    void closedMain_isForgotten() {
        IpcMain main = IpcMain.open();
        main.close();
        WeakReference<IpcMain> closed = new WeakReference<>(main);
        main = null;
        await().until(() -> {
            System.gc();
            return closed.refersTo(null);
        });
    }

    private static ChildJvm start(Class<?> program, String how, Duration grace) throws Exception {
        return ChildJvm.start(Leaving.class, Map.of(), program.getName(), how, Long.toString(grace.toMillis()));
    }

    private static Path socket(ChildJvm main) throws Exception {
        return ((Endpoint.Unix) Endpoint.parse(main.awaitLine("socket "))).path();
    }

    private static ProcessHandle renderer(ChildJvm main) throws Exception {
        return ProcessHandle.of(Long.parseLong(main.awaitLine("pid "))).orElseThrow();
    }
}
