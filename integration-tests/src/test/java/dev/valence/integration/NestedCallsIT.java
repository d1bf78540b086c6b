package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.HandlerOptions;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Callbacks of two processes that ask each other, each while the other waits for it. Handlers run in the sender's turn
 * here, which is the harder case: without giving turns up, nothing would ever end.
 */
class NestedCallsIT {

    private static final int DEPTH = 5;
    private static final int TICKS = 2_000;

    @AutoClose
    private final Rig rig = Rig.open();

    /** How a callback waits for the other process. */
    enum Way {
        INVOKE_SYNC,
        JOIN,
        GET
    }

    /** How to wait, and how many calls are still to be made below this one. */
    record Step(Way way, int below) {

        Step next() {
            return new Step(way, below - 1);
        }
    }

    static void nestedCalls(IpcRenderer renderer) {
        Partner partner = new Partner();
        partner.register(renderer);
        renderer.handle("overlaps", Void.class, (event, nothing) -> partner.overlaps());
        renderer.on("ask main to start", Way.class, (event, way) -> {
            partner.tick(event.sender());
            event.reply("start", way);
        });
        CompletableFuture<String> later = new CompletableFuture<>();
        renderer.handleAsync("later", Void.class, (event, nothing) -> later);
        renderer.handle("now", Void.class, (event, nothing) -> later.complete("here"));
        renderer.on("ask main twice", Void.class, (event, nothing) -> {
            event.reply("first", null);
            event.reply("second", null);
        });
    }

    /** One end of the game; both play the same. */
    private static final class Partner {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final CountDownLatch ticks = new CountDownLatch(TICKS);
        private final CompletableFuture<Integer> depth = new CompletableFuture<>();

        <S extends IpcSender> void register(IpcReceiver<S> receiver) {
            receiver.handle(
                    "nest", Step.class, (event, step) -> nest(event.sender(), step), HandlerOptions.sequential());
            receiver.on("start", Way.class, (event, way) -> depth.complete(nest(event.sender(), new Step(way, DEPTH))));
            receiver.handleAsync("depth", Void.class, (event, nothing) -> depth);
            receiver.on("tick", Void.class, (event, nothing) -> {
                work();
                ticks.countDown();
            });
        }

        /** Returns how deep it got. */
        private int nest(IpcSender sender, Step step) throws Exception {
            work();
            if (step.below() == 0) {
                return 0;
            }
            Step next = step.next();
            int below = switch (step.way()) {
                case INVOKE_SYNC -> sender.invokeSync("nest", next, int.class);
                case JOIN -> sender.invoke("nest", next, int.class).join();
                case GET -> sender.invoke("nest", next, int.class).get();
            };
            work();
            return below + 1;
        }

        /** What a callback does between its waits. */
        private void work() {
            if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            Thread.yield();
            inside.decrementAndGet();
        }

        /** Sends messages from a thread of its own. */
        void tick(IpcSender to) {
            Thread thread = new Thread(
                    () -> {
                        for (int i = 0; i < TICKS; i++) {
                            to.send("tick", null);
                        }
                    },
                    "ticks");
            thread.setDaemon(true);
            thread.start();
        }

        /** Waits for all messages, then returns how often one was listened to while other code of the sender's ran. */
        int overlaps() throws InterruptedException {
            assertThat(ticks.await(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return overlaps.get();
        }
    }

    @ParameterizedTest
    @EnumSource
    void listenerOfMainAsksAndTheHandlerAsksBack_ends(Way way) throws Exception {
        Partner partner = new Partner();
        partner.register(rig.main());
        Renderer renderer = rig.launch("nested-calls");
        long start = System.nanoTime();

        partner.tick(renderer);
        renderer.send("ask main to start", way);

        assertThat(Rig.await(partner.depth)).isEqualTo(DEPTH);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(partner.overlaps()).isZero();
        assertThat(renderer.invokeSync("overlaps", null, int.class)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void listenersOfBothAskAtTheSameTime_bothEnd(Way way) throws Exception {
        Partner partner = new Partner();
        partner.register(rig.main());
        Renderer renderer = rig.launch("nested-calls");
        long start = System.nanoTime();

        renderer.send("start", way);
        partner.tick(renderer);
        renderer.send("ask main to start", way);

        assertThat(Rig.await(partner.depth)).isEqualTo(DEPTH);
        assertThat(renderer.invokeSync("depth", null, int.class)).isEqualTo(DEPTH);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(partner.overlaps()).isZero();
        assertThat(renderer.invokeSync("overlaps", null, int.class)).isZero();
    }

    @Test
    void twoListenersWaitForTheSameCall_bothGetTheReply() {
        CompletableFuture<Call<String>> shared = new CompletableFuture<>();
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        rig.main().on("first", Void.class, (event, nothing) -> {
            Call<String> call = event.sender().invoke("later", null, String.class);
            shared.complete(call);
            first.complete(call.join());
        });
        rig.main().on("second", Void.class, (event, nothing) -> {
            // Has the turn while the reply comes, so the first listener cannot go on before this one waits too.
            Rig.await(CompletableFuture.runAsync(() -> {
                event.sender().invokeSync("now", null, boolean.class);
                event.sender().invokeSync("overlaps", null, int.class);
            }));
            second.complete(Rig.await(shared).join());
        });
        Renderer renderer = rig.launch("nested-calls");
        new Partner().tick(renderer);

        renderer.send("ask main twice", null);

        assertThat(Rig.await(second)).isEqualTo("here");
        assertThat(Rig.await(first)).isEqualTo("here");
    }
}
