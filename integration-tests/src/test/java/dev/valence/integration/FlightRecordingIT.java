package dev.valence.integration;

import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Renderers in recordings of the flight recorder, each in a main of its own: a JVM that has made a recording keeps threads. */
@Timeout(120)
class FlightRecordingIT {

    /** Makes a recording while a renderer runs, crashes and is started again, and prints what it says. */
    static final class RecordingMain {
        public static void main(String[] args) throws Exception {
            try (IpcMain main = IpcMain.open();
                    Recording recording = new Recording()) {
                recording.enable("dev.valence.RendererHealth").with("period", "endChunk");
                recording.enable("dev.valence.RendererState");
                recording.enable("dev.valence.RendererExit");
                recording.start();
                Renderer page = ready(main.launch(ProcScenarios.spec(Page.class).withName("page")));
                page.send("exit", 3);
                exit(page);
                page.reload();
                ready(page);
                recording.stop();
                print(recording, Path.of(args[0]));
            }
            System.out.println("done " + FlightRecorder.getFlightRecorder().getRecordings());
        }

        private static void print(Recording recording, Path file) throws Exception {
            recording.dump(file);
            List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
            events.sort(Comparator.comparing(RecordedEvent::getStartTime)); // in the file by threads
            for (RecordedEvent event : events) {
                String who = event.getString("rendererName") + " " + event.getInt("rendererId") + "."
                        + event.getInt("incarnation") + " ";
                switch (event.getEventType().getName()) {
                    case "dev.valence.RendererState" ->
                        System.out.println("state " + who + event.getString("from") + " " + event.getString("to"));
                    case "dev.valence.RendererExit" ->
                        System.out.println("exit " + who + event.getString("reason") + " " + event.getInt("exitCode"));
                    default ->
                        System.out.println("health " + who + event.getString("state")
                                + (event.getLong("residentBytes") > 0 && event.getLong("dataCredit") > 0
                                        ? " well"
                                        : ""));
                }
            }
        }
    }

    /** Opens a main and a renderer, and prints whether classes of the flight recorder were needed. */
    static final class PlainMain {
        public static void main(String[] args) throws Exception {
            try (IpcMain main = IpcMain.open()) {
                Renderer page = main.launch(ProcScenarios.spec(Page.class));
                page.ready().get(60, TimeUnit.SECONDS);
                System.out.println("renderers " + main.snapshot().renderers().size());
            }
            System.out.println(
                    "module " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        }
    }

    @Test
    void recording_hasStatesEndsAndHealth(@TempDir Path directory) throws Exception {
        String file = directory.resolve("main.jfr").toString();
        try (ChildJvm child = ChildJvm.start(RecordingMain.class, Map.of(), file)) {
            List<String> lines = child.awaitOutput();

            assertThat(lines.stream().filter(line -> line.startsWith("state ")))
                    .containsExactly(
                            "state page 1.1 LAUNCHING CONNECTED",
                            "state page 1.1 CONNECTED READY",
                            "state page 1.1 READY GONE",
                            "state page 1.2 RESTARTING LAUNCHING",
                            "state page 1.2 LAUNCHING CONNECTED",
                            "state page 1.2 CONNECTED READY");
            assertThat(lines).containsOnlyOnce("exit page 1.1 ABNORMAL_EXIT 3", "health page 1.2 READY well");
            assertThat(lines).contains("done []");
        }
    }

    @Test
    void jvmWithoutTheFlightRecorder_hasSnapshotsAllTheSame() throws Exception {
        List<String> command = ProcScenarios.command(PlainMain.class);
        command.add(1, "--limit-modules=java.base,java.naming,java.xml,java.management,jdk.net,jdk.unsupported");
        try (ChildJvm child = ChildJvm.start(command, Map.of())) {
            assertThat(child.awaitOutput()).contains("renderers 1", "module false");
        }
    }

    @Test
    void jvmWithoutARecording_loadsNoEventClass() throws Exception {
        List<String> command = ProcScenarios.command(PlainMain.class);
        command.add(1, "-Xlog:class+load");
        command.add(1, "-Dio.netty.jfr.enabled=false"); // Netty has events of its own
        try (ChildJvm child = ChildJvm.start(command, Map.of())) {
            List<String> lines = child.awaitOutput();

            assertThat(lines).contains("renderers 1", "module true");
            assertThat(lines).anyMatch(line -> line.contains("dev.valence.main.FlightWatch "));
            assertThat(lines)
                    .noneMatch(line -> line.contains("dev.valence.main.FlightEvents ")
                            || line.contains("jdk.jfr.internal.MetadataRepository "));
        }
    }
}
