package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.HandlerOptions;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Origin;
import dev.valence.Tap;
import dev.valence.TapEvent;
import dev.valence.TapEvent.Direction;
import dev.valence.TapEvent.Kind;
import dev.valence.TypeRef;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What taps at both ends of a connection see. */
class TapIT {

    private static final int MIXED = 1_000;
    private static final TypeRef<List<Integer>> NUMBERS = new TypeRef<>() {};
    private static final List<Integer> ALL =
            IntStream.rangeClosed(0, MIXED).boxed().toList();

    private final Recorder recorder = new Recorder();

    @AutoClose
    private final Rig rig = Rig.open(IpcMainOptions.defaults().withTap(recorder));

    /** Keeps what passed. */
    private static final class Recorder implements Tap {
        private final List<TapEvent> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onEvent(TapEvent event) {
            events.add(event);
        }

        List<TapEvent> events() {
            synchronized (events) {
                return List.copyOf(events);
            }
        }

        /** Returns the numbers in the messages and requests that went one way. */
        List<Integer> numbers(Direction direction) {
            return events().stream()
                    .filter(event -> event.direction() == direction)
                    .filter(event -> event.kind() == Kind.MESSAGE || event.kind() == Kind.REQUEST)
                    .filter(event -> event.channel().equals("number"))
                    .map(event -> ByteBuffer.wrap(event.payload().bytes()).getInt())
                    .toList();
        }
    }

    /** Keeps the numbers it hears, and those its tap sees; sends some when told to. */
    static void tapped() {
        Recorder tap = new Recorder();
        IpcRenderer renderer = IpcRenderer.connect(IpcRendererOptions.launched().withTap(tap));
        List<Integer> heard = keep(renderer);
        renderer.handle("heard", Void.class, (event, nothing) -> List.copyOf(heard));
        renderer.handle("tap", Direction.class, (event, direction) -> tap.numbers(direction));
        renderer.handle("send", long.class, (event, seed) -> {
            sendInRandomWays(event.sender(), seed);
            return null;
        });
        renderer.on("shout", String.class, (event, text) -> renderer.broadcast("news", text));
        renderer.ready();
        renderer.closed().join();
    }

    private static <S extends IpcSender> List<Integer> keep(IpcReceiver<S> receiver) {
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        receiver.on("number", int.class, (event, number) -> heard.add(number));
        receiver.handle(
                "number",
                int.class,
                (event, number) -> {
                    heard.add(number);
                    return null;
                },
                HandlerOptions.sequential());
        return heard;
    }

    private static void sendInRandomWays(IpcSender to, long seed) {
        Random random = new Random(seed);
        List<Call<?>> calls = new ArrayList<>();
        for (int i = 0; i < MIXED; i++) {
            switch (random.nextInt(3)) {
                case 0 -> to.send("number", i);
                case 1 -> to.invokeSync("number", i, Void.class);
                default -> calls.add(to.invoke("number", i, Void.class));
            }
        }
        Rig.await(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)));
        to.invokeSync("number", MIXED, Void.class); // answered after the last message was listened to
    }

    private static List<Integer> ask(Renderer renderer, String channel, Object payload) {
        return renderer.invokeSync(channel, payload, NUMBERS, CallOptions.defaults());
    }

    @Test
    void OR1_OR2_mainSendsInRandomWays_bothTapsSeeTheOrderOfSending() {
        Renderer renderer = rig.launch("tapped");

        sendInRandomWays(renderer, 1);

        assertThat(recorder.numbers(Direction.SENT)).isEqualTo(ALL);
        assertThat(ask(renderer, "tap", Direction.RECEIVED)).isEqualTo(ALL);
        assertThat(ask(renderer, "heard", null)).isEqualTo(ALL);
    }

    @Test
    void OR1_OR2_rendererSendsInRandomWays_bothTapsSeeTheOrderOfSending() {
        List<Integer> heard = keep(rig.main());
        Renderer renderer = rig.launch("tapped");

        renderer.invokeSync("send", 2L, Void.class, CallOptions.withDeadline(Duration.ofSeconds(60)));

        assertThat(ask(renderer, "tap", Direction.SENT)).isEqualTo(ALL);
        assertThat(recorder.numbers(Direction.RECEIVED)).isEqualTo(ALL);
        assertThat(heard).isEqualTo(ALL);
    }

    @Test
    void LC3_broadcastOfMain_isSeenOnceForEachSubscriber() {
        Renderer one = rig.launch("tapped");
        Renderer other = rig.launch("tapped");

        rig.main().broadcast("number", 7);

        assertThat(ask(one, "heard", null)).containsExactly(7);
        assertThat(ask(other, "heard", null)).containsExactly(7);
        assertThat(recorder.events())
                .filteredOn(event -> event.kind() == Kind.BROADCAST)
                .extracting(TapEvent::direction, TapEvent::channel, TapEvent::peer)
                .containsExactlyInAnyOrder(
                        tuple(Direction.SENT, "number", new Origin(one.id())),
                        tuple(Direction.SENT, "number", new Origin(other.id())));
    }

    @Test
    void LC3_messageWithItsPayload_isSeenBeforeAnyListener() {
        CompletableFuture<List<TapEvent>> before = new CompletableFuture<>();
        rig.main().on("news", String.class, (event, text) -> before.complete(recorder.events()));
        Renderer renderer = rig.launch("tapped");
        Origin peer = new Origin(renderer.id());

        renderer.send("shout", "hear, hear");

        List<TapEvent> events = Rig.await(before);
        assertThat(events)
                .extracting(TapEvent::direction, TapEvent::kind, TapEvent::channel, TapEvent::payloadBytes)
                .containsExactly(
                        tuple(Direction.SENT, Kind.MESSAGE, "shout", 10),
                        tuple(Direction.RECEIVED, Kind.BROADCAST, "news", 10));
        assertThat(events).extracting(TapEvent::peer).containsOnly(peer);
        assertThat(new String(events.get(1).payload().bytes(), StandardCharsets.UTF_8))
                .isEqualTo("hear, hear");
    }
}
