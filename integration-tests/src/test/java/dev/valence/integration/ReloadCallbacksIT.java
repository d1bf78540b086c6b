package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.ReloadPrograms.Page;
import dev.valence.main.ExitReason;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import dev.valence.main.RendererState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What listeners are told of reloads, and what they and all other callbacks may do. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class ReloadCallbacksIT {

    private final IpcMain main = IpcMain.open();

    @AfterEach
    void close() {
        main.close();
    }

    // ---- What listeners are told ---------------------------------------------------------------------------------

    @Test
    void listener_isToldOfEveryStepInOrder() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        main.listen(new RendererListener() {
            @Override
            public void launched(Renderer renderer) {
                told.add("launched " + renderer.incarnation());
            }

            @Override
            public void ready(Renderer renderer) {
                told.add("ready " + renderer.incarnation());
            }

            @Override
            public void restarting(Renderer renderer) {
                told.add("restarting " + renderer.incarnation());
            }

            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                told.add("gone " + exit.reason());
            }
        });
        Renderer renderer = ready(main.launch(ProcScenarios.spec(Page.class)));
        assertTold(told, "launched 1", "ready 1");
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        renderer.reload();
        assertTold(told, "restarting 2", "ready 2");
        assertThat(await(oldExit).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        renderer.send("exit", 3);
        assertTold(told, "gone ABNORMAL_EXIT");
        renderer.reload();
        assertTold(told, "restarting 3", "ready 3");
        renderer.close();
        assertTold(told, "gone CLEAN_EXIT");
        renderer.reload();
        main.close();
        assertThat(told).isEmpty();
    }

    private static void assertTold(BlockingQueue<String> told, String... events) throws InterruptedException {
        for (String event : events) {
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    @Test
    void LC7_listenerThatReloadsWhatIsGone_keepsItsRendererAlive() throws Exception {
        BlockingQueue<RendererExit> ends = new LinkedBlockingQueue<>();
        main.listen(new RendererListener() {
            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                ends.add(exit);
                renderer.reload();
            }
        });
        Renderer renderer = ready(main.launch(ProcScenarios.spec(Page.class)));
        for (int code = 1; code <= 2; code++) {
            renderer.send("exit", code);
            assertThat(ends.poll(60, TimeUnit.SECONDS).exitCode()).hasValue(code);
            int expected = code + 1;
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> renderer.incarnation() == expected);
            assertThat(ready(renderer).invokeSync("echo", "again", String.class))
                    .isEqualTo("again");
        }
        renderer.reload(); // of which it is not told that it is gone
        assertThat(ready(renderer).incarnation()).isEqualTo(4);
        renderer.close(); // which is final for the listener too
        assertThat(ends.poll(60, TimeUnit.SECONDS).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        exit(renderer);
        main.close();
        assertThat(ends).isEmpty();
        assertThat(renderer.incarnation()).isEqualTo(4);
    }

    // ---- What callbacks may do -----------------------------------------------------------------------------------

    /** Where code of the application runs. */
    private enum Place {
        LAUNCHED,
        READY,
        RESTARTING,
        GONE,
        READY_FUTURE,
        EXIT_FUTURE,
        CALL,
        LISTENER,
        HANDLER
    }

    @Test
    void LC8_LC9_FR4_reloadInsideEveryCallback_startsTheNextProcess() throws Exception {
        Map<Place, Renderer> renderers = inEveryCallback(Renderer::reload);
        for (Map.Entry<Place, Renderer> entry : renderers.entrySet()) {
            Renderer renderer = entry.getValue();
            Awaitility.await(entry.getKey().name())
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> {
                        assertThat(renderer.incarnation()).isEqualTo(2);
                        assertThat(renderer.state()).isEqualTo(RendererState.READY);
                    });
            assertThat(renderer.invokeSync("echo", "works", String.class)).isEqualTo("works");
        }
        assertThat(main.renderers()).containsExactlyInAnyOrderElementsOf(renderers.values());
        assertThat(ProcessHandle.current().children()).hasSize(renderers.size());
    }

    @Test
    void LC8_LC9_FR4_closeInsideEveryCallback_endsTheRenderer() throws Exception {
        assertAllEnd(inEveryCallback(Renderer::close));
    }

    @Test
    void LC8_LC9_FR4_UP22_X16_killInsideEveryCallback_endsTheRenderer() throws Exception {
        assertAllEnd(inEveryCallback(Renderer::kill));
    }

    private void assertAllEnd(Map<Place, Renderer> renderers) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(main.renderers()).isEmpty();
            assertThat(ProcessHandle.current().children()).isEmpty();
        });
        for (Renderer renderer : renderers.values()) {
            assertThat(renderer.state()).isEqualTo(RendererState.GONE);
            renderer.reload();
        }
        assertThat(main.renderers()).isEmpty();
    }

    /** Launches a renderer for each place and lets the application do something with it there, once. */
    private Map<Place, Renderer> inEveryCallback(Consumer<Renderer> action) throws Exception {
        Actor actor = new Actor(action);
        main.listen(actor);
        Map<Place, Renderer> renderers = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            renderers.put(place, main.launch(ProcScenarios.spec(Page.class).withName(place.name())));
        }
        for (Map.Entry<Place, Renderer> entry : renderers.entrySet()) {
            bring(entry.getValue(), entry.getKey(), actor);
        }
        await(CompletableFuture.allOf(actor.acted.values().toArray(CompletableFuture[]::new)));
        return renderers;
    }

    /** Makes that the callback runs. */
    private static void bring(Renderer renderer, Place place, Actor actor) throws Exception {
        if (place == Place.LAUNCHED || place == Place.READY) {
            return; // it runs in any case
        }
        ready(renderer);
        switch (place) {
            case RESTARTING -> renderer.reload();
            case READY_FUTURE -> renderer.ready().thenAccept(peer -> actor.act(Place.READY_FUTURE, peer));
            case EXIT_FUTURE -> {
                renderer.exit().thenRun(() -> actor.act(Place.EXIT_FUTURE, renderer));
                renderer.send("exit", 3);
            }
            case CALL -> renderer.invoke("echo", "!", String.class).thenRun(() -> actor.act(Place.CALL, renderer));
            case LISTENER -> {
                renderer.ipc().on("said", Long.class, (event, pid) -> actor.act(Place.LISTENER, event.sender()));
                renderer.invoke("say", "said", Void.class); // the answer may not come any more
            }
            case HANDLER -> {
                renderer.ipc().handleVoid("asked", Long.class, (event, pid) -> actor.act(Place.HANDLER, renderer));
                renderer.send("ask", "asked");
            }
            default -> renderer.send("exit", 3);
        }
    }

    /** The application: does the same thing in each place. */
    private static final class Actor implements RendererListener {

        private final Consumer<Renderer> action;
        private final Map<Place, CompletableFuture<Void>> acted = new ConcurrentHashMap<>();

        Actor(Consumer<Renderer> action) {
            this.action = action;
            for (Place place : Place.values()) {
                acted.put(place, new CompletableFuture<>());
            }
        }

        void act(Place place, Renderer renderer) {
            if (renderer.name().equals(place.name()) && !acted.get(place).isDone()) {
                try {
                    action.accept(renderer);
                    acted.get(place).complete(null);
                } catch (Throwable t) {
                    acted.get(place).completeExceptionally(t);
                }
            }
        }

        @Override
        public void launched(Renderer renderer) {
            act(Place.LAUNCHED, renderer);
        }

        @Override
        public void ready(Renderer renderer) {
            act(Place.READY, renderer);
        }

        @Override
        public void restarting(Renderer renderer) {
            act(Place.RESTARTING, renderer);
        }

        @Override
        public void gone(Renderer renderer, RendererExit exit) {
            act(Place.GONE, renderer);
        }
    }

    // ---- Waiting inside them -------------------------------------------------------------------------------------

    @Test
    void listenerThatReloadsItsSenderAndAsksIt_getsTheAnswerOfTheNextProcess() throws Exception {
        Renderer renderer = ready(main.launch(ProcScenarios.spec(Page.class)));
        List<String> answers = new ArrayList<>(); // handed over by the future
        CompletableFuture<List<String>> done = new CompletableFuture<>();
        renderer.ipc().once("said", Long.class, (event, pid) -> {
            Renderer sender = event.sender();
            sender.send("note", "before");
            sender.reload();
            sender.send("note", "after");
            answers.add(sender.invokeSync("heard", null, String.class));
            answers.add("incarnation " + sender.incarnation());
            done.complete(answers);
        });
        renderer.invokeSync("say", "said", Void.class);
        assertThat(await(done)).containsExactly("after", "incarnation 2");
    }

    @Test
    void sendInsideTheExitCallbackOfAReload_reachesTheNextProcess() throws Exception {
        Renderer renderer = ready(main.launch(ProcScenarios.spec(Page.class)));
        CompletableFuture<Void> sent = renderer.exit().thenRun(() -> renderer.send("note", "from the callback"));
        renderer.reload();
        await(sent);
        assertThat(renderer.invokeSync("heard", null, String.class)).isEqualTo("from the callback");
    }
}
