package dev.valence.integration;

import dev.valence.IpcException;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A main process that is killed at its work, and its renderers. */
final class OrphanPrograms {

    private OrphanPrograms() {}

    /** A main process with two renderers. The argument says whether it works until it is killed, or closes when all are up. */
    static final class Main {

        public static void main(String[] args) throws Exception {
            try (IpcMain main = IpcMain.open()) {
                main.handle("add", Integer.class, (event, number) -> number + 1);
                System.out.println("open");
                List<Renderer> renderers = List.of(
                        main.launch(ProcScenarios.spec(Busy.class)), main.launch(ProcScenarios.spec(Busy.class)));
                for (Renderer renderer : renderers) {
                    renderer.ready().get(60, TimeUnit.SECONDS);
                }
                System.out.println("up");
                while (args[0].equals("work")) {
                    main.broadcast("news", "some");
                    for (Renderer renderer : renderers) {
                        renderer.invokeSync("echo", "hello", String.class);
                    }
                }
            }
        }
    }

    /** A renderer that starts a process of its own, and does not stop to ask main. */
    static final class Busy {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                startChild();
                renderer.on("news", String.class, (event, text) -> {});
                renderer.handle("echo", String.class, (event, text) -> text);
                new Thread(() -> ask(renderer), "asking").start();
            });
        }

        /** Its output goes where that of this process does, so it holds the pipe to main too. */
        private static void startChild() {
            try {
                new ProcessBuilder("sleep", "300").inheritIO().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void ask(IpcRenderer renderer) {
            try {
                int number = 0;
                while (true) {
                    number = renderer.invokeSync("add", number, Integer.class);
                }
            } catch (IpcException e) {
                System.out.println("asked for the last time: " + e.code());
            }
        }
    }
}
