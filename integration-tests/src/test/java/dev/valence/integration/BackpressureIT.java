package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.valence.CallOptions;
import dev.valence.Delivery.Report;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcSender;
import dev.valence.Limits;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A renderer whose listener does not return. It opens again with a reply of main's, because replies do not wait for
 * listeners.
 */
class BackpressureIT {

    private static final int PIECE = 256 * 1024;
    private static final long SOFT = 4L << 20;
    private static final long HARD = 16L << 20;
    private static final long WINDOW = Limits.defaults().windowBytes(); // of the renderer

    @AutoClose
    private final Rig rig = Rig.open(IpcMainOptions.defaults().withLimits(shortQueue()));

    private final CompletableFuture<Void> open = new CompletableFuture<>();
    private final Received<Renderer, Heard> heard = new Received<>();
    private Renderer blocked;
    private Renderer sibling;
    private int accepted; // messages to the blocked renderer, which have the numbers below it

    /** The number of a message, and how many were lost before it. */
    record Heard(int number, long missed) {}

    /** Listens, but not before main has answered. */
    static void blocked(IpcRenderer renderer) {
        CountDownLatch open = new CountDownLatch(1);
        renderer.invoke("open", null, Void.class, CallOptions.withDeadline(Duration.ofMinutes(5)))
                .thenRun(open::countDown);
        for (String channel : List.of("pieces", "news")) {
            renderer.on(channel, byte[].class, (event, piece) -> {
                open.await();
                event.reply("heard", new Heard(ByteBuffer.wrap(piece).getInt(), event.missed()));
            });
        }
        renderer.handle("number", int.class, (event, number) -> number);
    }

    /** Listens, answers, and has main send when it is told to. */
    static void sibling(IpcRenderer renderer) {
        renderer.on("news", byte[].class, (event, piece) -> {});
        renderer.on("ping", int.class, (event, number) -> event.reply("heard", new Heard(number, 0)));
        renderer.handle("number", int.class, (event, number) -> number);
        renderer.handle("have main send", Void.class, (event, nothing) -> renderer.invokeSync("send", null, int.class));
    }

    /** Sends to main until there is no more room. */
    static void flooding(IpcRenderer renderer) {
        renderer.handleAsync(
                "flood",
                Void.class,
                (event, nothing) -> CompletableFuture.supplyAsync(() -> {
                    int number = 0;
                    while (!isRefused(renderer, number)) {
                        number++;
                    }
                    return number;
                }));
    }

    /** The limits of {@link #flooding}. */
    static Limits shortQueue() {
        return Limits.defaults().withQueueBytes(SOFT, HARD).withSendTimeout(Duration.ofMillis(300));
    }

    private static boolean isRefused(IpcSender to, int number) {
        try {
            to.send("pieces", piece(number));
            return false;
        } catch (IpcException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BACKPRESSURE);
            return true;
        }
    }

    @BeforeEach
    void launch() {
        rig.main().handleAsync("open", Void.class, (event, nothing) -> open);
        rig.main().on("heard", Heard.class, heard);
        rig.main().handle("send", Void.class, (event, nothing) -> sendUntilRefused());
        blocked = rig.launch("blocked");
        sibling = rig.launch("sibling");
    }

    /** Sends to the blocked renderer until there is no more room; returns how many messages it took. */
    private int sendUntilRefused() {
        int before = accepted;
        while (!isRefused(blocked, accepted)) {
            accepted++;
        }
        return accepted - before;
    }

    private static byte[] piece(int number) {
        return ByteBuffer.allocate(PIECE).putInt(number).array();
    }

    private static ErrorCode codeOf(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        IpcException failure = (IpcException) (thrown instanceof CompletionException ? thrown.getCause() : thrown);
        return failure.code();
    }

    private void assertAllAcceptedArriveInOrder() throws InterruptedException {
        assertThat(heard.next(accepted))
                .isEqualTo(IntStream.range(0, accepted)
                        .mapToObj(number -> new Heard(number, 0))
                        .toList());
    }

    @Test
    void listenerBlocks_sendIsRefusedAtTheSoftLimitAndNothingAcceptedIsLost() throws Exception {
        int taken = sendUntilRefused();

        assertThat((long) taken * PIECE).isBetween(SOFT, WINDOW + SOFT + 2 * PIECE);
        open.complete(null);
        assertAllAcceptedArriveInOrder();
        assertThat(blocked.invokeSync("number", 1, int.class)).isEqualTo(1);
        assertThat(heard.soFar()).isEmpty();
    }

    @Test
    void listenerBlocks_callbackOfMainMaySendToTheHardLimit() throws Exception {
        sendUntilRefused();

        int taken = sibling.invokeSync("have main send", null, int.class);

        assertThat(taken).isPositive();
        assertThat((long) accepted * PIECE).isBetween(HARD, WINDOW + HARD + 2 * PIECE);
        open.complete(null);
        assertAllAcceptedArriveInOrder();
    }

    @Test
    void listenerBlocks_trySendIsFalseAndRequestsEnd() throws Exception {
        sendUntilRefused();

        assertThat(blocked.trySend("pieces", piece(-1))).isFalse();
        assertThat(rig.main().counters().refusedSends()).isEqualTo(1);
        assertThat(codeOf(() -> blocked.invokeSync("pieces", piece(-1), Void.class)))
                .isEqualTo(ErrorCode.BACKPRESSURE);
        assertThat(codeOf(() -> blocked.invoke("pieces", piece(-1), Void.class).join()))
                .isEqualTo(ErrorCode.BACKPRESSURE);
        // There is room for a small one, but nobody who answers it.
        assertThat(codeOf(() ->
                        blocked.invokeSync("number", 1, int.class, CallOptions.withDeadline(Duration.ofMillis(200)))))
                .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);

        open.complete(null);
        assertAllAcceptedArriveInOrder();
    }

    @Test
    void listenerBlocks_theSiblingDoesNotNotice() throws Exception {
        sendUntilRefused();

        for (int i = 0; i < 100; i++) {
            assertThat(sibling.invokeSync("number", i, int.class)).isEqualTo(i);
        }

        open.complete(null);
        assertAllAcceptedArriveInOrder();
    }

    @Test
    void listenerBlocks_broadcastsAreSkippedCountedAndShownInTheirPlace() throws Exception {
        List<Heard> expected = new ArrayList<>();
        long skipped = 0;
        long missed = 0; // since the last that was accepted
        for (int i = 0; i < 100; i++) {
            Report report = rig.main().broadcast("news", piece(i)).report().join();
            assertThat(report.accepted()).contains(sibling.id());
            if (report.accepted().contains(blocked.id())) {
                expected.add(new Heard(i, missed));
                missed = 0;
            } else {
                assertThat(report.skipped()).containsExactly(blocked.id());
                skipped++;
                missed++;
            }
            sibling.invokeSync("number", i, int.class); // gives it the time to listen
        }
        assertThat(missed).isPositive();
        assertThat(rig.main().counters().skippedBroadcasts()).isEqualTo(skipped);
        assertThat(blocked.trySend("pieces", piece(-1)))
                .describedAs("room for what is no broadcast")
                .isTrue();
        expected.add(new Heard(-1, 0));

        open.complete(null);
        assertThat(heard.next(expected.size())).isEqualTo(expected);
        rig.main().broadcast("news", piece(101));
        assertThat(heard.next()).isEqualTo(new Heard(101, missed));
        rig.main().broadcast("news", piece(102));
        assertThat(heard.next()).isEqualTo(new Heard(102, 0));
    }

    @Test
    void listenerOfMainBlocks_theRendererIsRefusedAndItsSiblingIsHeard() throws Exception {
        CountDownLatch mainOpens = new CountDownLatch(1);
        Renderer flooding = rig.launch("flooding");
        flooding.ipc().on("pieces", byte[].class, (event, piece) -> {
            mainOpens.await();
            heard.onMessage(event, new Heard(ByteBuffer.wrap(piece).getInt(), event.missed()));
        });

        accepted = flooding.invokeSync("flood", null, int.class);

        assertThat((long) accepted * PIECE).isBetween(SOFT, WINDOW + SOFT + 2 * PIECE);
        sibling.send("ping", -1);
        assertThat(heard.next()).isEqualTo(new Heard(-1, 0));

        mainOpens.countDown();
        assertAllAcceptedArriveInOrder();
    }
}
