package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.HandlerOptions;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.TypeRef;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What one process sends arrives in that order at the other, whatever the channel and the way. */
class OrderIT {

    private static final int MANY = 10_000;
    private static final int MIXED = 1_000;
    private static final TypeRef<List<Integer>> NUMBERS = new TypeRef<>() {};

    @AutoClose
    private final Rig rig = Rig.open();

    /** Keeps what comes, sends it back, and sends on its own when told to. */
    static void order(IpcRenderer renderer) {
        List<Integer> seen = keep(renderer);
        renderer.on("number", int.class, (event, number) -> {
            seen.add(number);
            event.reply("number", number);
        });
        renderer.on("large", byte[].class, (event, bytes) -> seen.add(bytes.length));
        renderer.handle("seen", Void.class, (event, nothing) -> List.copyOf(seen));
        renderer.handle("send", long.class, (event, seed) -> {
            sendInRandomWays(event.sender(), seed);
            return null;
        });
        renderer.handle("send and ask", Void.class, (event, nothing) -> sendAndAsk(event.sender()));
    }

    /** Keeps the numbers of messages and of sequential requests as they come. */
    private static <S extends IpcSender> List<Integer> keep(IpcReceiver<S> receiver) {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        receiver.on("message", int.class, (event, number) -> seen.add(number));
        receiver.handle(
                "request",
                int.class,
                (event, number) -> {
                    seen.add(number);
                    return null;
                },
                HandlerOptions.sequential());
        receiver.handle("how many", Void.class, (event, nothing) -> seen.size());
        return seen;
    }

    /** Sends numbers as messages, as requests, and as requests that it waits for; returns when all were answered. */
    private static void sendInRandomWays(IpcSender to, long seed) {
        Random random = new Random(seed);
        List<Call<?>> calls = new ArrayList<>();
        for (int i = 0; i < MIXED; i++) {
            switch (random.nextInt(3)) {
                case 0 -> to.send("message", i);
                case 1 -> to.invokeSync("request", i, Void.class);
                default -> calls.add(to.invoke("request", i, Void.class));
            }
        }
        Rig.await(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)));
        to.invokeSync("how many", null, int.class); // answered after the last message was listened to
    }

    /** Sends messages with plain requests in between; returns what each request found to have been listened to. */
    private static List<Integer> sendAndAsk(IpcSender to) {
        List<Call<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < MIXED; i++) {
            to.send("message", i);
            if (i % 10 == 9) {
                calls.add(to.invoke("how many", null, int.class));
            }
        }
        return calls.stream().map(Rig::await).toList();
    }

    private static List<Integer> numbersTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    @Test
    void mainSendsManyAndTheRendererSendsEachBack_bothInOrder() throws Exception {
        Received<Renderer, Integer> back = new Received<>();
        rig.main().on("number", int.class, back);
        Renderer renderer = rig.launch("order");

        for (int i = 0; i < MANY; i++) {
            renderer.send("number", i);
        }

        assertThat(back.next(MANY)).isEqualTo(numbersTo(MANY));
        assertThat(renderer.invokeSync("seen", null, NUMBERS, CallOptions.defaults()))
                .isEqualTo(numbersTo(MANY));
    }

    @Test
    void OR1_OR2_mainSendsInRandomWays_orderIsThatOfSending() {
        Renderer renderer = rig.launch("order");

        sendInRandomWays(renderer, 1);

        assertThat(renderer.invokeSync("seen", null, NUMBERS, CallOptions.defaults()))
                .isEqualTo(numbersTo(MIXED));
    }

    @Test
    void OR1_OR2_rendererSendsInRandomWays_orderIsThatOfSending() {
        List<Integer> seen = keep(rig.main());
        Renderer renderer = rig.launch("order");

        renderer.invokeSync("send", 2L, Void.class, CallOptions.withDeadline(Duration.ofSeconds(60)));

        assertThat(seen).isEqualTo(numbersTo(MIXED));
    }

    @Test
    void plainHandlerOfTheRenderer_startsAfterTheListenersOfWhatCameBefore() {
        assertNothingOvertook(sendAndAsk(rig.launch("order")));
    }

    @Test
    void plainHandlerOfMain_startsAfterTheListenersOfWhatCameBefore() {
        keep(rig.main());
        Renderer renderer = rig.launch("order");

        assertNothingOvertook(renderer.invokeSync("send and ask", null, NUMBERS, CallOptions.defaults()));
    }

    private static void assertNothingOvertook(List<Integer> found) {
        assertThat(found).hasSize(MIXED / 10);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).isGreaterThanOrEqualTo(10 * (i + 1));
        }
    }

    @Test
    void X20_largeMessageBetweenSmallOnes_keepsItsPlace() {
        Renderer renderer = rig.launch("order");
        int size = 32 << 20;

        renderer.send("message", 0);
        renderer.send("large", new byte[size]);
        renderer.send("message", 1);
        renderer.invokeSync("request", 2, Void.class);

        assertThat(renderer.invokeSync("seen", null, NUMBERS, CallOptions.defaults()))
                .containsExactly(0, size, 1, 2);
    }
}
