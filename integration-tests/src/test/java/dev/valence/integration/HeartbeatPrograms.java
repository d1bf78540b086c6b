package dev.valence.integration;

import dev.valence.Limits;
import dev.valence.MessagePort;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererListener;
import dev.valence.main.Unresponsiveness;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Programs that the tests of the heartbeat start. */
final class HeartbeatPrograms {

    /** Beats that a test can wait for. */
    static final Limits FAST = Limits.defaults()
            .withHeartbeat(Duration.ofMillis(60), Duration.ofMillis(360))
            .withShutdownGrace(Duration.ofMillis(500));

    /** The same for tests that fail if a renderer finds no processor for so long. */
    static final Limits CALM = FAST.withHeartbeat(Duration.ofMillis(150), Duration.ofMillis(900));

    /** The same for tests that fail if a renderer needs more than an interval for its first thread dump. */
    static final Limits UNHURRIED = FAST.withHeartbeat(Duration.ofSeconds(1), Duration.ofSeconds(2));

    private HeartbeatPrograms() {}

    /** A renderer whose listeners stand still on demand. */
    static final class Patient {
        public static void main(String[] args) {
            IpcRenderer.run(Patient::setUp);
        }

        private static void setUp(IpcRenderer renderer) {
            renderer.on(
                    "block",
                    Void.class,
                    (event, none) -> standStill(event.ports().get(0)));
            renderer.handle("block beside", Void.class, (event, none) -> {
                new CountDownLatch(1).await();
                return none;
            });
            renderer.on("ask", String.class, (event, channel) -> renderer.invokeSync(channel, "?", String.class));
            renderer.on("note", Integer.class, (event, number) -> renderer.send("noted", number));
            renderer.handle("echo", String.class, (event, text) -> text);
        }

        /** A name that a thread dump has to show. */
        private static void standStill(MessagePort door) throws InterruptedException {
            CountDownLatch opened = new CountDownLatch(1);
            door.onMessage(Void.class, (event, none) -> opened.countDown());
            door.start();
            opened.await();
        }
    }

    /** A main with a fast heartbeat and one renderer: prints what it is told, and echoes what it reads. */
    static final class WatchingMain implements RendererListener {
        public static void main(String[] args) throws Exception {
            try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().withLimits(CALM))) {
                main.listen(new WatchingMain());
                Renderer renderer = main.launch(ProcScenarios.spec(Patient.class));
                renderer.ready().get(60, TimeUnit.SECONDS);
                System.out.println("pid " + renderer.pid().getAsLong());
                while (System.in.read() >= 0) {
                    System.out.println(renderer.invokeSync("echo", "echoed", String.class));
                }
            }
        }

        @Override
        public void unresponsive(Renderer renderer, Unresponsiveness how) {
            System.out.println("event " + how.kind());
        }

        @Override
        public void responsive(Renderer renderer) {
            System.out.println("event responsive");
        }
    }
}
