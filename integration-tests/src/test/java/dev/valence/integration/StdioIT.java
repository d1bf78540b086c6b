package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a renderer writes, or does not, holds nobody up and fills nobody's memory. The heap of main here is 64 MiB. */
@ExtendWith(NoLeaks.class)
class StdioIT {

    @Test
    @Timeout(120)
    void rendererFloodsItsOutput_isReadWhileRequestsAreAnswered() throws Exception {
        flood(24, "lines");
    }

    @Test
    @Tag("full")
    @Timeout(20 * 60)
    void rendererWritesAGibibyte_mainDoesNotGrow() throws Exception {
        flood(1024, "lines");
    }

    /** Longer than the heap is. */
    @Test
    @Timeout(120)
    void rendererWritesOneLineWithoutEnd_comesInPieces() throws Exception {
        flood(96, "one line");
    }

    @Test
    @Timeout(120)
    void rendererClosesItsOutput_works() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Renderer mute = Patience.ready(main.launch(ProcScenarios.spec(StdioPrograms.Mute.class)));
            assertThat(mute.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
            mute.close();
            assertThat(Patience.exit(mute).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        }
    }

    private static void flood(int mebibytes, String kind) throws Exception {
        long start = System.nanoTime();
        try (ChildJvm main = ChildJvm.start(StdioPrograms.Main.class, Map.of(), Integer.toString(mebibytes), kind)) {
            int answers = Integer.parseInt(main.awaitLine("answers ", 15 * 60));
            long chars = Long.parseLong(main.awaitLine("chars "));
            int heap = Integer.parseInt(main.awaitLine("heap MiB "));
            assertThat(main.awaitExit()).isZero();
            System.out.println("stdio: " + mebibytes + " MiB as " + kind + " in "
                    + Patience.since(start).toMillis() + " ms, " + answers + " answers meanwhile, heap of main " + heap
                    + " MiB");
            long bytes = (long) mebibytes << 20;
            assertThat(chars).isEqualTo(kind.equals("lines") ? bytes - bytes / 128 : bytes);
            assertThat(answers).isPositive();
            assertThat(heap).isLessThanOrEqualTo(64);
        }
    }
}
