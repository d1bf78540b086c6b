package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What main registers for one renderer, and what it registers for all. All tests share main and two renderers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScopesIT {

    @AutoClose
    private final Rig rig = Rig.open();

    private final Received<Renderer, String> heard = new Received<>();

    private Renderer ann;
    private Renderer bob;

    static void scopes(IpcRenderer renderer) {
        renderer.handleVoid("send", String.class, (event, channel) -> {
            event.sender().send(channel, renderer.name());
            event.sender().invokeSync("nothing", null, Void.class); // by then main's listeners have returned
        });
        renderer.handle(
                "ask",
                String.class,
                (event, channel) -> List.of(
                        replyOrCode(event.sender(), channel),
                        Rig.await(event.sender()
                                .invoke(channel, renderer.name(), String.class)
                                .handle((reply, failure) -> failure == null ? reply : codeOf(failure)))));
    }

    private static String replyOrCode(IpcSender main, String channel) {
        try {
            return main.invokeSync(channel, "", String.class);
        } catch (IpcException e) {
            return codeOf(e);
        }
    }

    private static String codeOf(Throwable failure) {
        return ((IpcException) failure).code().name();
    }

    @BeforeAll
    void launch() {
        rig.main().handle("nothing", Void.class, (event, nothing) -> null);
        ann = rig.launch(Rig.spec("scopes").withName("ann"));
        bob = rig.launch(Rig.spec("scopes").withName("bob"));
    }

    /** Lets a renderer send a message, and returns who heard it, in that order. */
    private List<String> send(Renderer renderer, String channel) {
        renderer.invokeSync("send", channel, Void.class);
        return heard.soFar();
    }

    /** Lets a renderer wait for a reply, and ask again without waiting; returns the two outcomes. */
    private static List<?> ask(Renderer renderer, String channel) {
        return renderer.invokeSync("ask", channel, List.class);
    }

    private void listen(IpcReceiver<Renderer> receiver, String channel, String who) {
        receiver.on(channel, String.class, (event, text) -> heard.add(who + " heard " + text));
    }

    private static void answer(IpcReceiver<Renderer> receiver, String channel, String who) {
        receiver.handle(channel, String.class, (event, text) -> who);
    }

    @Test
    void SC1_SC2_SC4_scope_getsWhatItsRendererSendsAndNothingElse() {
        listen(ann.ipc(), "message", "ann's scope");
        answer(ann.ipc(), "request", "ann's scope");

        assertThat(send(ann, "message")).containsExactly("ann's scope heard ann");
        assertThat(send(bob, "message")).isEmpty();
        assertThat(ask(ann, "request")).isEqualTo(List.of("ann's scope", "ann's scope"));
        assertThat(ask(bob, "request")).isEqualTo(List.of("NO_HANDLER", "NO_HANDLER"));
    }

    @Test
    void SC5_SC13_message_goesToTheListenersOfTheScopeAndThenToAllOthers() {
        listen(rig.main(), "cascade", "main");
        listen(ann.ipc(), "cascade", "ann's scope");
        listen(rig.main(), "cascade", "main again");
        listen(ann.ipc(), "cascade", "ann's scope again");

        assertThat(send(ann, "cascade"))
                .containsExactly(
                        "ann's scope heard ann",
                        "ann's scope again heard ann",
                        "main heard ann",
                        "main again heard ann");
        assertThat(send(bob, "cascade")).containsExactly("main heard bob", "main again heard bob");
    }

    @Test
    void SC6_SC7_SC14_SC15_SC16_request_goesToTheHandlerOfTheScopeElseToTheOneForAll() {
        answer(rig.main(), "either", "main");
        answer(ann.ipc(), "either", "ann's scope");
        assertThat(ask(ann, "either")).isEqualTo(List.of("ann's scope", "ann's scope"));
        assertThat(ask(bob, "either")).isEqualTo(List.of("main", "main"));

        assertThat(ann.ipc().removeHandler("either")).isTrue();
        assertThat(ask(ann, "either")).isEqualTo(List.of("main", "main"));
    }

    @Test
    void SC6_SC7_SC14_SC15_SC16_handlerOfTheScopeThrows_theOneForAllIsNotAsked() {
        answer(rig.main(), "faulty", "main");
        ann.ipc().handle("faulty", String.class, (event, text) -> {
            throw new IllegalStateException("on purpose");
        });

        assertThat(ask(ann, "faulty")).isEqualTo(List.of("HANDLER_FAILED", "HANDLER_FAILED"));
    }

    @Test
    void FR1_LC14_sender_isTheRendererThatMainLists() {
        Set<Renderer> senders = ConcurrentHashMap.newKeySet();
        rig.main().on("from", String.class, (event, text) -> senders.add(event.sender()));
        rig.main().handle("from", String.class, (event, text) -> {
            senders.add(event.sender());
            return text;
        });

        for (Renderer renderer : List.of(ann, bob)) {
            send(renderer, "from");
            ask(renderer, "from");

            assertThat(senders)
                    .hasSize(1)
                    .allSatisfy(sender -> assertThat(sender).isSameAs(renderer));
            assertThat(rig.main().renderers())
                    .anySatisfy(listed -> assertThat(listed).isSameAs(renderer));
            assertThat(rig.main().renderer(renderer.id())).containsSame(renderer);
            senders.clear();
        }
    }

    @Test
    void FR8_unknownId_isNobody() {
        for (int id : new int[] {0, -1, Math.max(ann.id(), bob.id()) + 1, Integer.MAX_VALUE}) {
            assertThat(rig.main().renderer(id)).isEmpty();
        }
    }
}
