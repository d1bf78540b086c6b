package dev.valence.benchmarks.valence;

import dev.valence.main.FastStart;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.StartKind;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A main process that measures how long renderers take from the launch until they are ready, and a bare JVM beside them until
 * it has printed a line. Arguments: the class path of the renderers, and the rounds. Answers with a line a round.
 */
public final class StartProgram {

    private static final double NANOS_PER_MILLI = 1e6;

    private final IpcMain main;
    private final RendererSpec spec;

    private StartProgram(IpcMain main, String classPath) {
        this.main = main;
        this.spec = RendererSpec.of(LaunchedRenderer.class).withClassPath(classPath);
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (IpcMain main = IpcMain.open()) {
            StartProgram program = new StartProgram(main, args[0]);
            program.round(args[0]); // main's own code is loaded
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                System.out.println("= " + program.round(args[0]));
            }
        }
    }

    private String round(String classPath) throws Exception {
        return "bare=" + bare(classPath) + " cold=" + launch(FastStart.NONE, StartKind.COLD) + " archive="
                + launch(FastStart.ARCHIVE, StartKind.ARCHIVE) + " spare=" + launch(FastStart.SPARE, StartKind.SPARE);
    }

    private static double bare(String classPath) throws Exception {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-cp", classPath, BareProgram.class.getName()));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(words).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.readLine();
            double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
            process.waitFor();
            return millis;
        }
    }

    private double launch(FastStart fastStart, StartKind expected) throws Exception {
        RendererSpec wanted = spec.withFastStart(fastStart);
        if (fastStart != FastStart.NONE) {
            main.prepare(wanted).get();
        }
        long start = System.nanoTime();
        Renderer renderer = main.launch(wanted);
        renderer.ready().get();
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        StartKind kind = renderer.startup().orElseThrow().kind();
        if (kind != expected) {
            throw new IllegalStateException("started: " + kind + " (expected: " + expected + ")");
        }
        renderer.close();
        renderer.exit().get();
        return millis;
    }
}
