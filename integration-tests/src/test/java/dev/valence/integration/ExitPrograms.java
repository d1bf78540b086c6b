package dev.valence.integration;

import dev.valence.Limits;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Main processes that end without a close, and say how their renderer ended. */
final class ExitPrograms {

    private ExitPrograms() {}

    /**
     * The first argument names the program of the renderer, the second says how this ends, the third is the grace in
     * milliseconds.
     */
    static final class Leaving {

        public static void main(String[] args) throws Exception {
            Limits limits = Limits.defaults().withShutdownGrace(Duration.ofMillis(Long.parseLong(args[2])));
            IpcMain main = IpcMain.open(IpcMainOptions.defaults().withLimits(limits));
            main.listen(new RendererListener() {
                @Override
                public void gone(Renderer renderer, RendererExit exit) {
                    System.out.println("gone " + exit.reason());
                }
            });
            main.on("quit", String.class, (event, text) -> System.exit(5));
            main.handle("quit", String.class, (event, text) -> {
                System.exit(5);
                return "never";
            });
            if (args[1].equals("close in a hook")) {
                Runtime.getRuntime().addShutdownHook(new Thread(main::close));
            }
            Renderer renderer = main.launch(ProcScenarios.spec(Class.forName(args[0])));
            renderer.ready().get(60, TimeUnit.SECONDS);
            System.out.println("socket " + main.endpoint());
            System.out.println("pid " + renderer.pid().getAsLong());
            System.in.read(); // until the test has seen that
            leave(args[1], main, renderer);
            new CountDownLatch(1).await();
        }

        private static void leave(String how, IpcMain main, Renderer renderer) {
            switch (how) {
                case "exit in a handler" -> renderer.send("ask", "quit");
                case "exit beside a close" -> {
                    new Thread(main::close).start();
                    System.exit(5);
                }
                case "exit", "close in a hook" -> System.exit(5);
                default -> {} // the test ends it
            }
        }
    }
}
