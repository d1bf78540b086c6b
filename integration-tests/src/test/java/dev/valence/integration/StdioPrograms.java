package dev.valence.integration;

import dev.valence.main.IpcMain;
import dev.valence.main.OutputLine;
import dev.valence.main.Renderer;
import dev.valence.main.Stdio;
import dev.valence.renderer.IpcRenderer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Renderers that write more than anybody wants to read, or nothing at all, and their main. */
final class StdioPrograms {

    private StdioPrograms() {}

    /**
     * A main process with a small heap whose renderer writes so many MiB as the first argument says, as lines or as one that
     * does not end. Says what came and that requests were answered meanwhile.
     */
    static final class Main {

        public static void main(String[] args) throws Exception {
            LongAdder chars = new LongAdder();
            try (IpcMain main = IpcMain.open()) {
                Renderer renderer = main.launch(ProcScenarios.spec(Flooding.class)
                        .withArgs(args)
                        .withStdio(Stdio.to(
                                (OutputLine line) -> chars.add(line.text().length()))));
                renderer.ready().get(60, TimeUnit.SECONDS);
                int answers = 0;
                while (!renderer.invokeSync("is over", null, Boolean.class)) {
                    answers++;
                }
                System.out.println("answers " + answers);
                renderer.close();
                renderer.exit().get(60, TimeUnit.SECONDS);
            }
            System.out.println("chars " + chars.sum());
            System.out.println("heap MiB " + (Runtime.getRuntime().totalMemory() >> 20));
        }
    }

    /** Floods stdout and answers beside it. */
    static final class Flooding {

        private static volatile boolean isOver;

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                renderer.handle("is over", Void.class, (event, none) -> isOver);
                new Thread(() -> flood(Integer.parseInt(args[0]), args[1].equals("lines")), "flooding").start();
            });
        }

        private static void flood(int mebibytes, boolean hasLines) {
            byte[] chunk = new byte[1 << 20];
            Arrays.fill(chunk, (byte) 'x');
            for (int i = 127; hasLines && i < chunk.length; i += 128) {
                chunk[i] = '\n';
            }
            try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
                for (int i = 0; i < mebibytes; i++) {
                    out.write(chunk);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            isOver = true;
        }
    }

    /** Closes both of its streams, and works. */
    static final class Mute {

        public static void main(String[] args) {
            System.out.close();
            System.err.close();
            IpcRenderer.run(renderer -> renderer.handle("echo", String.class, (event, text) -> text));
        }
    }
}
