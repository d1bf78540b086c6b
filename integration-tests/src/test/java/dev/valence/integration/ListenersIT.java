package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.valence.Counters;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Registration;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which listeners a message finds at either end. All tests share main and two renderers; at their start nobody listens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListenersIT {

    private static final int MANY = 50;
    private static final String[] NOT_VALID = {null, "", "x".repeat(256), "ä".repeat(128)};

    private final BlockingQueue<String> uncaught = new LinkedBlockingQueue<>();

    @AutoClose
    private final Rig rig = Rig.open(IpcMainOptions.defaults()
            .withUncaughtErrorHook((event, error) -> uncaught.add(event.channel() + ": " + error)));

    /** What listeners of both ends say that they heard. */
    private final Received<Renderer, String> heard = new Received<>();

    private Renderer renderer;
    private Renderer other;

    /** Where the listeners are. */
    enum End {
        MAIN,
        RENDERER
    }

    static void listeners(IpcRenderer renderer) {
        Set<String> atFirst = renderer.channelNames();
        Consumer<String> tell = channel -> renderer.send("heard", channel);
        renderer.handle("channels at first", Void.class, (event, nothing) -> atFirst);
        renderer.handle("channels", Void.class, (event, nothing) -> renderer.channelNames());
        renderer.handleVoid("listen", String.class, (event, channel) -> tellOf(renderer, channel, tell));
        renderer.handleVoid("forget", String.class, (event, channel) -> renderer.removeAllListeners(channel));
        renderer.handleVoid("forget all", Void.class, (event, nothing) -> renderer.removeAllListeners());
        renderer.handleVoid("boom", Void.class, (event, nothing) -> registerFaulty(renderer, tell));
        renderer.handleVoid("send", String.class, (event, channel) -> {
            event.sender().send(channel, "text");
            settle(event.sender());
        });
        renderer.handleVoid("settle", Void.class, (event, nothing) -> settle(event.sender()));
        renderer.handle("counters", Void.class, (event, nothing) -> renderer.counters());
        renderer.handle("refusals", Void.class, (event, nothing) -> refusals(renderer, renderer));
    }

    /** Waits until the listeners of the peer have dealt with all that was sent to it so far. */
    private static void settle(IpcSender peer) {
        peer.invokeSync("nothing", null, Void.class);
    }

    private static void tellOf(IpcReceiver<?> receiver, String channel, Consumer<String> tell) {
        receiver.on(channel, String.class, (event, text) -> tell.accept(channel));
    }

    /** Registers listeners of which only the last does not fail. */
    private static void registerFaulty(IpcReceiver<?> receiver, Consumer<String> tell) {
        receiver.on("boom", String.class, (event, text) -> {
            throw new IllegalStateException("boom " + text);
        });
        receiver.on("boom", int.class, (event, number) -> tell.accept("unreachable"));
        receiver.on("boom", String.class, (event, text) -> overflow(0));
        tellOf(receiver, "boom", tell);
    }

    @SuppressWarnings("InfiniteRecursion") // to overflow is what it is for
    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    @BeforeAll
    void launch() {
        rig.main().handle("nothing", Void.class, (event, nothing) -> null);
        renderer = rig.launch("listeners");
        other = rig.launch("listeners");
        renderer.ipc().on("heard", String.class, heard);
        renderer.ipc().on("uncaught", String.class, (event, text) -> uncaught.add(text));
    }

    @AfterEach
    void forget() {
        rig.main().removeAllListeners();
        renderer.invokeSync("forget all", null, Void.class);
        assertThat(heard.soFar()).isEmpty();
        assertThat(uncaught).isEmpty();
    }

    private void listen(End end, String channel) {
        if (end == End.MAIN) {
            tellOf(rig.main(), channel, heard::add);
        } else {
            renderer.invokeSync("listen", channel, Void.class);
        }
    }

    /** Sends a message on each channel and returns on which ones somebody heard it. */
    private List<String> sendTo(End end, String... channels) {
        for (String channel : channels) {
            if (end == End.MAIN) {
                renderer.invokeSync("send", channel, Void.class);
            } else {
                renderer.send(channel, "text");
                renderer.invokeSync("settle", null, Void.class);
            }
        }
        return heard.soFar();
    }

    @Test
    void IM3_IR9_freshReceivers_haveNoChannelsWhateverTheLibraryExchanges() {
        try (Rig fresh = Rig.open()) {
            assertThat(fresh.main().channelNames()).isEmpty();
        }
        Rig.await(rig.main().broadcast("anything", "text").report());

        assertThat(rig.main().channelNames()).isEmpty();
        assertThat(other.ipc().channelNames()).isEmpty();
        assertThat(other.invokeSync("channels at first", null, String[].class)).isEmpty();
        assertThat(other.invokeSync("channels", null, String[].class)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void IM5_IM6_IR10_IR11_removeAllListeners_clearsOneChannelOrAll(End end) {
        listen(end, "first");
        listen(end, "first");
        listen(end, "second");
        listen(end, "third");
        assertThat(sendTo(end, "first", "second", "third")).containsExactly("first", "first", "second", "third");

        if (end == End.MAIN) {
            rig.main().removeAllListeners("first");
        } else {
            renderer.invokeSync("forget", "first", Void.class);
        }
        assertThat(sendTo(end, "first", "second", "third")).containsExactly("second", "third");

        if (end == End.MAIN) {
            rig.main().removeAllListeners();
        } else {
            renderer.invokeSync("forget all", null, Void.class);
        }
        assertThat(sendTo(end, "first", "second", "third")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void E28_listenersThrow_theOthersRunAndTheHookIsTold(End end) throws Exception {
        if (end == End.MAIN) {
            registerFaulty(rig.main(), heard::add);
        } else {
            renderer.invokeSync("boom", null, Void.class);
        }

        assertThat(sendTo(end, "boom")).containsExactly("boom");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            told.add(uncaught.poll(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        assertThat(told.get(0)).isEqualTo("boom: java.lang.IllegalStateException: boom text");
        assertThat(told.get(1)).startsWith("boom: dev.valence.IpcException").contains("cannot be decoded to int");
        assertThat(told.get(2)).isEqualTo("boom: java.lang.StackOverflowError");
    }

    @Test
    void ONCE_messagesOfTwoRenderersAtTheSameTime_runTheListenerForOne() {
        AtomicInteger runs = new AtomicInteger();
        for (int i = 1; i <= MANY; i++) {
            rig.main().once("shot", String.class, (event, text) -> runs.incrementAndGet());

            Rig.await(CompletableFuture.allOf(
                    renderer.invoke("send", "shot", Void.class), other.invoke("send", "shot", Void.class)));

            assertThat(runs).hasValue(i);
            assertThat(rig.main().channelNames()).isEmpty();
        }
    }

    @Test
    void ONCE_registrationIsClosedBeforeTheMessage_theListenerNeverRuns() {
        AtomicInteger runs = new AtomicInteger();
        Registration registration = rig.main().once("shot", String.class, (event, text) -> runs.incrementAndGet());

        registration.close();
        renderer.invokeSync("send", "shot", Void.class);

        assertThat(runs).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource
    void nobodyListens_isCounted(End end) {
        long before = counters(end).unhandledMessages();

        assertThat(sendTo(end, "nobody")).isEmpty();

        assertThat(counters(end).unhandledMessages()).isEqualTo(before + 1);
    }

    private Counters counters(End end) {
        return end == End.MAIN ? rig.main().counters() : renderer.invokeSync("counters", null, Counters.class);
    }

    // ---- Names ---------------------------------------------------------------------------------------------------

    @Test
    void LC1_namesThatAreNotValid_areRefusedAtTheCall() {
        List<String> refusals = List.of(
                "channel: null (expected: 1 to 255 bytes)",
                "channel: \"\" (expected: 1 to 255 bytes)",
                "channel: \"" + "x".repeat(32) + "…\", 256 bytes (expected: 1 to 255 bytes)",
                "channel: \"" + "ä".repeat(32) + "…\", 256 bytes (expected: 1 to 255 bytes)");

        assertThat(refusals(rig.main(), renderer)).containsExactlyElementsOf(refusals);
        assertThat(refusals(renderer.ipc(), renderer)).containsExactlyElementsOf(refusals);
        assertThat(renderer.invokeSync("refusals", null, String[].class)).containsExactlyElementsOf(refusals);
        for (String name : NOT_VALID) {
            assertThat(refusal(() -> rig.main().broadcast(name, "text"))).isIn(refusals);
        }
    }

    /** Uses names that are not valid; returns what each call says, the same for every kind of call. */
    private static <S extends IpcSender> List<String> refusals(IpcReceiver<S> receiver, IpcSender sender) {
        List<String> texts = new ArrayList<>();
        for (String name : NOT_VALID) {
            List<ThrowingCallable> calls = List.of(
                    () -> receiver.on(name, String.class, (event, text) -> {}),
                    () -> receiver.once(name, String.class, (event, text) -> {}),
                    () -> receiver.handle(name, String.class, (event, text) -> text),
                    () -> receiver.handleOnce(name, String.class, (event, text) -> text),
                    () -> receiver.removeHandler(name),
                    () -> receiver.removeAllListeners(name),
                    () -> receiver.listenerCount(name),
                    () -> sender.send(name, "text"),
                    () -> sender.trySend(name, "text"),
                    () -> sender.invoke(name, "text", String.class),
                    () -> sender.invokeSync(name, "text", String.class));
            Set<String> distinct = new HashSet<>();
            calls.forEach(call -> distinct.add(refusal(call)));
            texts.addAll(distinct);
        }
        return texts;
    }

    private static String refusal(ThrowingCallable call) {
        return catchThrowableOfType(IllegalArgumentException.class, call).getMessage();
    }
}
