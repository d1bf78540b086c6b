package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.EventChannel;
import dev.valence.Origin;
import dev.valence.RequestChannel;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What everybody learns first: a message to the renderer, a message to main, and a request with a reply. */
class ThreeLessonsIT {

    private static final EventChannel<String> MAIN_CHANNEL = EventChannel.of("mainchannel", String.class);
    private static final EventChannel<String> ACTION = EventChannel.of("action", String.class);
    private static final RequestChannel<String, String> LOAD_DATA =
            RequestChannel.of("loaddata", String.class, String.class);
    private static final EventChannel<String> SHOWN = EventChannel.of("shown", String.class);

    @AutoClose
    private final Rig rig = Rig.open();

    private final Received<Renderer, String> shown = new Received<>();

    static void lessons(IpcRenderer renderer) {
        renderer.on(MAIN_CHANNEL, (event, text) -> event.reply(SHOWN, text));
        renderer.send(ACTION, "hello!");
        renderer.invoke(LOAD_DATA, "notes").thenAccept(data -> renderer.send(SHOWN, data));
        renderer.on("load", String.class, (event, what) -> renderer.send(SHOWN, renderer.invokeSync(LOAD_DATA, what)));
    }

    /** Counts what it gets while it is not ready, and says so. */
    static void lateToBeReady(IpcRenderer renderer) {
        AtomicInteger early = new AtomicInteger();
        renderer.on(MAIN_CHANNEL, (event, text) -> {
            early.incrementAndGet();
            renderer.send(SHOWN, text);
        });
        renderer.invokeSync(LOAD_DATA, "anything"); // whatever main sent before has passed the socket by now
        renderer.send(SHOWN, early + " early");
    }

    @Test
    void mainSendsOnceTheRendererIsReady_theRendererShowsIt() throws Exception {
        rig.main().on(SHOWN, shown);

        Renderer window = rig.main().launch(Rig.spec("lessons"));
        Rig.await(window.ready().thenAccept(ready -> ready.send(MAIN_CHANNEL, "App is running")));

        assertThat(shown.next()).isEqualTo("App is running");
    }

    @Test
    void rendererSends_mainListens() {
        CompletableFuture<List<Object>> action = new CompletableFuture<>();
        rig.main().on(ACTION, (event, text) -> action.complete(List.of(text, event.sender(), event.origin())));

        Renderer window = rig.launch("lessons");

        assertThat(Rig.await(action)).containsExactly("hello!", window, new Origin(window.id()));
    }

    @Test
    void IV1_rendererAsks_mainWorks_theRendererShowsTheReply() throws Exception {
        rig.main().on(SHOWN, shown);
        rig.main().handle(LOAD_DATA, (event, what) -> "all " + what);

        Renderer window = rig.launch("lessons");
        assertThat(shown.next()).isEqualTo("all notes");

        window.send("load", "letters");
        assertThat(shown.next()).isEqualTo("all letters");
    }

    @Test
    void UP40_SW1_LC2_mainSendsBeforeTheRendererIsReady_arrivesInOrderAfterwards() throws Exception {
        rig.main().on(SHOWN, shown);
        rig.main().handle(LOAD_DATA, (event, what) -> what);

        Renderer window = rig.main().launch(Rig.spec("late-to-be-ready"));
        for (int i = 0; i < 100; i++) {
            window.send(MAIN_CHANNEL, "message " + i);
        }

        assertThat(shown.next()).isEqualTo("0 early");
        for (int i = 0; i < 100; i++) {
            assertThat(shown.next()).isEqualTo("message " + i);
        }
    }
}
