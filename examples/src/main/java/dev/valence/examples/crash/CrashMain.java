package dev.valence.examples.crash;

import dev.valence.main.GaveUp;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import dev.valence.main.RestartPolicy;
import dev.valence.main.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The main process of a renderer that crashes once more than its policy allows. Run it with {@code ./demo crash}. */
public final class CrashMain {

    private static final int RESTARTS = Way.values().length - 1;

    private CrashMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("valence-crash");
        try (IpcMain main = IpcMain.open()) {
            Diary diary = new Diary();
            main.listen(diary);
            main.handle(
                    "way", Void.class, (event, nothing) -> Way.of(event.sender().incarnation()));
            System.out.println("A renderer that crashes. Its policy: restart on failure, at most " + RESTARTS
                    + " times within 60 s.");
            List<RendererExit> exits = crash(main.launch(spec(directory)), diary);
            CrashReport.print(exits);
        } finally {
            delete(directory);
        }
        CrashReport.title("Main went on all the time. The directory with the report of the JVM is deleted.");
    }

    private static RendererSpec spec(Path directory) {
        return RendererSpec.of(CrashingRenderer.class)
                .withName("crasher")
                .withWorkingDirectory(directory) // so that whatever a JVM leaves is in there
                .withJvmArgs(
                        "-Xmx32m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:ErrorFile=" + directory.resolve("hs_err_pid%p.log"))
                .withStdio(Stdio.DISCARD) // the last lines are kept all the same
                .withRestart(RestartPolicy.onFailure()
                        .withAtMost(RESTARTS, Duration.ofMinutes(1))
                        .withBackoff(Duration.ofMillis(100), Duration.ofMillis(250)));
    }

    private static List<RendererExit> crash(Renderer renderer, Diary diary) throws InterruptedException {
        List<RendererExit> exits = new ArrayList<>();
        for (Way way : Way.values()) {
            CrashReport.title("  " + (exits.size() + 1) + "  It " + way.deed() + ".");
            exits.add(way.isReadyBefore() ? askToCrash(renderer, diary) : awaitFailedStart(diary));
            if (exits.size() <= RESTARTS) {
                int next = diary.read("restarting", Renderer.class).incarnation();
                CrashReport.event("restarting", "number " + next + " starts after the backoff");
            }
        }
        GaveUp why = diary.read("gaveUp", GaveUp.class);
        CrashReport.event(
                "gaveUp", why.restarts() + " restarts within " + why.within().toSeconds() + " s are enough");
        CrashReport.event(
                "gone", diary.read("gone", RendererExit.class).reason() + "; until the application reloads it");
        return exits;
    }

    private static RendererExit askToCrash(Renderer renderer, Diary diary) throws InterruptedException {
        diary.read("ready", Renderer.class);
        CrashReport.event("ready", "pid " + renderer.pid().orElseThrow());
        CompletableFuture<RendererExit> exit = renderer.exit(); // of this process; later it is that of the next
        renderer.send("crash", null);
        CrashReport.event("exit()", CrashReport.describe(exit.join()));
        return exit.join();
    }

    private static RendererExit awaitFailedStart(Diary diary) throws InterruptedException {
        RendererExit exit = diary.read("bootstrapError", RendererExit.class);
        CrashReport.event("bootstrapError", CrashReport.describe(exit));
        return exit;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
