package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.main.ExitReason;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ports between real processes. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class PortsIT {

    private static final int PIECE = 16 * 1024;
    private static final int WINDOWFUL = 256 * 1024 / (PIECE + 256);

    @AutoClose
    private final Rig rig = Rig.open();

    private final Received<Renderer, String> heard = new Received<>(); // by renderers, and by ports of main
    private final Received<Renderer, MessagePort> given = new Received<>();
    private Renderer a;
    private Renderer b;

    // ---- What the renderers do -----------------------------------------------------------------------------------

    /** Keeps the ports that it gets under the name that comes with them, and does with them what main says. */
    static void ports(IpcRenderer renderer) {
        Map<String, MessagePort> kept = new ConcurrentHashMap<>();
        renderer.on(
                "keep",
                String.class,
                (event, name) -> kept.put(name, event.ports().get(0)));
        renderer.on("listen", String.class, (event, name) -> {
            kept.put(name, event.ports().get(0));
            listen(renderer, name, event.ports().get(0));
        });
        renderer.on("hand on", String.class, (event, name) -> renderer.postMessage("give", name, kept.remove(name)));
        renderer.handle("listen to kept", String.class, (event, name) -> listen(renderer, name, kept.get(name)));
        renderer.handle("make", String.class, (event, name) -> {
            MessageChannel channel = MessageChannel.create();
            kept.put(name, channel.port1());
            channel.port1().postMessage(name + " made");
            renderer.postMessage("give", name, channel.port2());
            return listen(renderer, name, channel.port1());
        });
        renderer.handle("post", List.class, (event, nameAndText) -> {
            kept.get((String) nameAndText.get(0)).postMessage(nameAndText.get(1));
            return null;
        });
        renderer.handle("close", String.class, (event, name) -> {
            kept.get(name).close();
            kept.get(name).postMessage("goes nowhere");
            return kept.get(name).isClosed();
        });
        renderer.handle("fill", String.class, (event, name) -> fill(kept.get(name)));
        renderer.handle("fill all", int.class, (event, count) -> {
            for (int i = 0; i < count; i++) {
                Thread filling = new Thread(fillingOf(kept.get("port " + i)));
                filling.setDaemon(true);
                filling.start();
            }
            return null;
        });
        renderer.handle("number", int.class, (event, number) -> number);
        renderer.handle("pair", String.class, (event, text) -> pair(text));
        renderer.handle("misuse", Void.class, (event, nothing) -> misuse(renderer));
    }

    private static Object listen(IpcRenderer renderer, String name, MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> {
            renderer.send("heard", name + ": " + describe(payload));
            if (!event.ports().isEmpty()) {
                listen(renderer, "inner " + name, event.ports().get(0));
            }
        });
        port.onClose(() -> renderer.trySend("heard", name + ": closed")); // false if this process closes
        port.start();
        return null;
    }

    private static String describe(Object payload) {
        return payload instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(payload);
    }

    /** Posts until there is no more room. */
    private static int fill(MessagePort port) {
        int count = 0;
        try {
            while (true) {
                port.postMessage(new byte[PIECE]);
                count++;
            }
        } catch (IpcException e) {
            return e.code() == ErrorCode.BACKPRESSURE ? count : -1;
        }
    }

    /** Posts twice as much as there is room for. */
    private static Runnable fillingOf(MessagePort port) {
        return () -> {
            for (int i = 0; i < 2 * WINDOWFUL; i++) {
                port.postMessage(ByteBuffer.allocate(PIECE).putInt(i).array());
            }
            port.close();
        };
    }

    private static String pair(String text) throws Exception {
        MessageChannel channel = MessageChannel.create();
        CompletableFuture<String> answer = new CompletableFuture<>();
        channel.port1().onMessage(String.class, (event, got) -> answer.complete(got));
        channel.port2().onMessage(String.class, (event, got) -> event.port().postMessage(got + "!"));
        channel.port1().start();
        channel.port2().start();
        channel.port1().postMessage(text);
        return answer.get();
    }

    private static String misuse(IpcRenderer renderer) {
        MessagePort good = MessageChannel.create().port1();
        MessagePort away = MessageChannel.create().port1();
        renderer.postMessage("give", "away", away);
        List<String> texts = new ArrayList<>();
        for (MessagePort[] list :
                List.of(new MessagePort[] {null}, new MessagePort[] {good, good}, new MessagePort[] {good, away})) {
            try {
                renderer.postMessage("give", "refused", list);
            } catch (IllegalArgumentException e) {
                texts.add(e.getMessage());
            }
        }
        try {
            good.postMessage("refused", good);
        } catch (IllegalArgumentException e) {
            texts.add(e.getMessage());
        }
        renderer.postMessage("give", "good", good);
        return String.join("\n", texts);
    }

    // ---- What main does ------------------------------------------------------------------------------------------

    @BeforeEach
    void launch() {
        rig.main().on("heard", String.class, heard);
        rig.main().on("give", String.class, (event, name) -> event.ports().forEach(given::add));
        Renderer first = rig.main().launch(Rig.spec("ports").withName("a"));
        Renderer second = rig.main().launch(Rig.spec("ports").withName("b"));
        a = Rig.awaitReady(first);
        b = Rig.awaitReady(second);
    }

    private void listen(String name, MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> heard.add(name + ": " + describe(payload)));
        port.onClose(() -> heard.add(name + ": closed"));
        port.start();
    }

    /** Joins the renderers: each has a port of this name, and that of b listens. */
    private void join(String name) throws InterruptedException {
        a.invokeSync("make", name, Object.class);
        b.postMessage("listen", name, given.next());
        assertThat(heard.next()).isEqualTo(name + ": " + name + " made");
    }

    private static void post(Renderer from, String name, Object text) {
        from.invokeSync("post", List.of(name, text), Object.class);
    }

    private void assertGoesOn() {
        for (int i = 0; i < 100; i++) {
            assertThat(a.invokeSync("number", i, int.class)).isEqualTo(i);
            assertThat(b.invokeSync("number", i, int.class)).isEqualTo(i);
        }
    }

    @Test
    void MC1_MC5_pairInsideAProcess_carriesMessages() {
        assertThat(a.invokeSync("pair", "hello", String.class)).isEqualTo("hello!");
    }

    @Test
    void MP1_MP2_PM1_message_carriesAnyNumberOfPorts() throws Exception {
        Received<Renderer, String> events = new Received<>();
        a.ipc().on("give", String.class, (event, name) -> {
            assertThat(event.ports()).isSameAs(event.ports());
            events.add(event.sender().name() + " " + name + " " + event.ports().size());
        });
        a.invokeSync("make", "one", Object.class);
        assertThat(events.next()).isEqualTo("a one 1");
        CompletableFuture<List<MessagePort>> none = new CompletableFuture<>();
        rig.main().on("heard", String.class, (event, text) -> none.complete(event.ports()));
        listen("main", given.next());
        assertThat(heard.next()).isEqualTo("main: one made");
        a.postMessage(
                "keep",
                "two",
                MessageChannel.create().port1(),
                MessageChannel.create().port1());
        MessageChannel echo = MessageChannel.create();
        b.postMessage("listen", "b", echo.port2());
        echo.port1().postMessage("x");
        assertThat(heard.next()).isEqualTo("b: x");
        assertThat(Rig.await(none)).isEmpty();
    }

    @Test
    void SC3_portOfARenderer_reachesItsScopeAndNotThatOfAnother() throws Exception {
        Received<Renderer, String> scopes = new Received<>();
        a.ipc()
                .on(
                        "give",
                        String.class,
                        (event, name) -> scopes.add("a " + event.ports().size()));
        b.ipc()
                .on(
                        "give",
                        String.class,
                        (event, name) -> scopes.add("b " + event.ports().size()));
        a.invokeSync("make", "p", Object.class);
        b.invokeSync("make", "q", Object.class);
        assertThat(scopes.next(2)).containsExactly("a 1", "b 1");
        listen("p", given.next());
        listen("q", given.next());
        assertThat(heard.next(2)).containsExactlyInAnyOrder("p: p made", "q: q made");
        assertThat(scopes.soFar()).isEmpty();
    }

    @Test
    void MP4_MP6_UP48_portsOfMainAndARenderer_areJoined() throws Exception {
        MessageChannel channel = MessageChannel.create();
        listen("main", channel.port1());
        a.postMessage("listen", "a", channel.port2());
        channel.port1().postMessage("to a");
        assertThat(heard.next()).isEqualTo("a: to a");
        post(a, "a", "to main");
        assertThat(heard.next()).isEqualTo("main: to main");
        channel.port1().postMessage(new byte[3_000_000]);
        assertThat(heard.next()).isEqualTo("a: 3000000 bytes");
    }

    @Test
    void MP4_MP6_UP48_portHandedOnFromAToB_joinsThem() throws Exception {
        join("p");
        post(a, "p", "to b");
        assertThat(heard.next()).isEqualTo("p: to b");
        post(b, "p", "to a");
        assertThat(heard.next()).isEqualTo("p: to a");
        post(a, "p", Map.of("not", List.of("decoded", "by main")));
        assertThat(heard.next()).isEqualTo("p: {not=[decoded, by main]}");
    }

    @Test
    void MP4_UP48_bothEndsOfAPairOfMain_joinTheRenderersThatGetThem() throws Exception {
        MessageChannel channel = MessageChannel.create();
        a.postMessage("listen", "a", channel.port1());
        b.postMessage("listen", "b", channel.port2());
        post(a, "a", "x"); // a request is answered after earlier messages
        assertThat(heard.next()).isEqualTo("b: x");
        post(b, "b", "y");
        assertThat(heard.next()).isEqualTo("a: y");
    }

    @Test
    void MP4_MP9_rendererThatHandsAPortOn_passesItOnAsLongAsItLives() throws Exception {
        MessageChannel channel = MessageChannel.create();
        listen("main", channel.port1());
        a.postMessage("keep", "p", channel.port2());
        channel.port1().postMessage("before");
        a.send("hand on", "p");
        b.postMessage("listen", "b", given.next());
        assertThat(heard.next()).isEqualTo("b: before");
        channel.port1().postMessage("through a");
        assertThat(heard.next()).isEqualTo("b: through a");
        post(b, "b", "back");
        assertThat(heard.next()).isEqualTo("main: back");
        a.kill();
        assertThat(heard.next(2)).containsExactlyInAnyOrder("main: closed", "b: closed");
    }

    @Test
    void MP5_MC6_MC7_messagesAndPortsInThem_waitUntilStart() throws Exception {
        MessageChannel outer = MessageChannel.create();
        MessageChannel inner = MessageChannel.create();
        inner.port1().postMessage("first inside");
        outer.port1().postMessage("outside", inner.port2());
        inner.port1().postMessage("second inside");
        a.postMessage("keep", "p", outer.port2());
        inner.port1().postMessage("third inside");
        assertGoesOn(); // all of it has arrived
        assertThat(heard.soFar()).isEmpty();
        a.invokeSync("listen to kept", "p", Object.class);
        assertThat(heard.next(4))
                .containsExactly(
                        "p: outside", "inner p: first inside", "inner p: second inside", "inner p: third inside");
    }

    @Test
    void MP7_close_reachesTheOtherEnd() throws Exception {
        join("p");
        post(a, "p", "last");
        assertThat(a.invokeSync("close", "p", boolean.class)).isTrue();
        assertThat(heard.next(2)).containsExactly("p: last", "p: closed");
        MessageChannel channel = MessageChannel.create();
        b.postMessage("listen", "q", channel.port2());
        channel.port1().close();
        assertThat(heard.next()).isEqualTo("q: closed");
    }

    @Test
    void MP9_processOfAPortDies_theOtherEndIsClosed() throws Exception {
        join("p");
        MessageChannel channel = MessageChannel.create();
        listen("main", channel.port1());
        a.postMessage("keep", "q", channel.port2());
        ProcessHandle.of(a.pid().orElseThrow()).orElseThrow().destroyForcibly();
        assertThat(heard.next(2)).containsExactlyInAnyOrder("p: closed", "main: closed");
        assertThat(Rig.awaitExit(a).reason()).isEqualTo(ExitReason.KILLED);
        assertThat(b.invokeSync("number", 1, int.class)).isEqualTo(1);
        assertThat(channel.port1().isClosed()).isTrue();
    }

    @Test
    void MP9_rendererIsGoneBeforeItGotItsPort_theOtherEndIsClosed() throws Exception {
        Renderer late = rig.main().launch(Rig.spec("late-to-be-ready").withName("late"));
        MessageChannel channel = MessageChannel.create();
        listen("main", channel.port1());
        late.postMessage("never heard", null, channel.port2());
        late.kill();
        assertThat(heard.next()).isEqualTo("main: closed");
    }

    @Test
    void MP10_messageThatNobodyListensTo_closesItsPort() throws Exception {
        MessageChannel channel = MessageChannel.create();
        listen("main", channel.port1());
        a.postMessage("nobody listens here", null, channel.port2());
        assertThat(heard.next()).isEqualTo("main: closed");
    }

    @Test
    void MC3_MC4_MC10_MC11_MC12_MC13_PM2_PM3_PM4_PM5_PM6_PM7_PM8_PM9_PM10_misuse_isRefusedByIndex() throws Exception {
        assertThat(a.invokeSync("misuse", null, String.class))
                .isEqualTo(String.join(
                        "\n",
                        "ports[0]: null (expected: a port)",
                        "ports[1]: the same as ports[0] (expected: each port once)",
                        "ports[1]: already transferred (expected: an open port that is still here)",
                        "ports[0]: the port that it is posted on (expected: another one)"));
        given.next(2); // the one that was away, and the good one
        assertThat(given.soFar()).isEmpty();
        MessagePort gone = MessageChannel.create().port1();
        a.postMessage("keep", "gone", gone);
        assertThatThrownBy(() -> b.postMessage("keep", "again", gone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ports[0]: already transferred");
    }

    @Test
    void MC8_MC9_X19_postingOnAClosedPort_disturbsNothing() throws Exception {
        join("p");
        join("q");
        assertThat(a.invokeSync("close", "p", boolean.class)).isTrue();
        assertThat(heard.next()).isEqualTo("p: closed");
        post(a, "p", "nowhere");
        post(b, "p", "nowhere");
        post(a, "q", "goes on");
        assertThat(heard.next()).isEqualTo("q: goes on");
        assertGoesOn();
        assertThat(heard.soFar()).isEmpty();
    }

    @Test
    void portThatIsNeverStarted_boundsItsSenderAndHoldsUpNothingElse() throws Exception {
        a.invokeSync("make", "p", Object.class);
        b.postMessage("keep", "p", given.next());
        join("q");
        int posted = a.invokeSync("fill", "p", int.class); // waits until there is no room in time

        assertThat(posted).isEqualTo(WINDOWFUL);
        assertGoesOn();
        post(a, "q", "goes on");
        assertThat(heard.next()).isEqualTo("q: goes on");

        b.invokeSync("listen to kept", "p", Object.class);
        assertThat(heard.next()).isEqualTo("p: p made");
        assertThat(heard.next(posted)).containsOnly("p: " + PIECE + " bytes");
        assertThat(heard.soFar()).isEmpty();
    }

    @Test
    void receiverIsStopped_whatIsRelayedToItIsBoundedAndArrivesAfterwards() throws Exception {
        int count = 40; // more than the window of the data lane, all together
        for (int i = 0; i < count; i++) {
            join("port " + i);
        }
        Renderer c = rig.launch(Rig.spec("ports").withName("c"));
        signal("STOP", b);
        try {
            a.invokeSync("fill all", count, Object.class);
            for (int i = 0; i < 200; i++) {
                assertThat(c.invokeSync("number", i, int.class)).isEqualTo(i);
            }
        } finally {
            signal("CONT", b);
        }
        List<String> all = heard.next(count * (2 * WINDOWFUL + 1));
        assertThat(all).filteredOn(text -> text.endsWith("closed")).hasSize(count);
        assertGoesOn();
    }

    private static void signal(String name, Renderer renderer) throws Exception {
        int status = new ProcessBuilder(
                        "kill", "-" + name, Long.toString(renderer.pid().orElseThrow()))
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    @Test
    void hundredPortsAtOnce_eachKeepsItsOrder() throws Exception {
        int count = 100;
        int messages = 20;
        for (int i = 0; i < count; i++) {
            a.invokeSync("make", "port " + i, Object.class);
            b.postMessage("listen", "port " + i, given.next());
        }
        for (int number = 0; number < messages; number++) {
            for (int i = 0; i < count; i++) {
                post(a, "port " + i, number);
            }
        }
        List<String> all = heard.next(count * (messages + 1));
        for (int i = 0; i < count; i++) {
            String name = "port " + i + ": ";
            List<String> expected = new ArrayList<>(List.of(name + "port " + i + " made"));
            IntStream.range(0, messages).forEach(number -> expected.add(name + number));
            assertThat(all).filteredOn(text -> text.startsWith(name)).isEqualTo(expected);
        }
    }
}
