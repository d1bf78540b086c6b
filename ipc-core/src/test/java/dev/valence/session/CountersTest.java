package dev.valence.session;

import static dev.valence.fixtures.RawFrames.reply;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.subscribe;
import static dev.valence.fixtures.RawFrames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.Counters;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Payload;
import dev.valence.TapEvent.Kind;
import dev.valence.connection.Outgoing;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.RawPeer;
import dev.valence.frame.Frame.Opening;
import dev.valence.proto.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each thing that is dropped or refused moves one counter; lost replies are in {@link LostRepliesTest}. */
@Timeout(60)
class CountersTest {

    private static final Counters NONE = new Tally().counters();
    private static final Limits NARROW =
            Limits.defaults().withQueueBytes(2048, 4096).withCounts(1, 1).withSendTimeout(Duration.ofMillis(1));
    private static final byte[] BYTES = new byte[300];

    /** Lets a main do something, past the handshake with a client that is ready, and returns what it counted. */
    private static Counters of(Limits limits, Consumer<PairedEnd> action, Frame.Builder... frames) {
        PairedEnd main = PairedEnd.server(limits, CallbackExecutor.direct());
        RawPeer peer = new RawPeer(main::accept);
        peer.sendHello().sendReady();
        peer.drain();
        try {
            action.accept(main);
            peer.drain();
            for (Frame.Builder frame : frames) {
                peer.send(frame);
            }
            return main.counters();
        } finally {
            peer.breakOff();
            main.services().close();
        }
    }

    /** Lets a main do something to a renderer that never connects. */
    private static Counters unconnected(Consumer<PairedEnd> action) {
        PairedEnd main = PairedEnd.server(NARROW, CallbackExecutor.direct());
        try {
            action.accept(main);
            return main.counters();
        } finally {
            main.services().close();
        }
    }

    @Test
    void whatIsCountedForOnePeer_countsForTheProcessToo() {
        Tally whole = new Tally();
        Tally one = whole.part();
        Tally other = whole.part();
        one.countRefusedSend();
        other.countRefusedSend();
        whole.countRefusedSend();
        assertThat(one.counters().refusedSends()).isEqualTo(1);
        assertThat(other.counters()).isEqualTo(one.counters());
        assertThat(whole.counters().refusedSends()).isEqualTo(3);
    }

    private static boolean broadcast(PairedEnd end, String channel) {
        List<Runnable> wakeUps = new ArrayList<>();
        boolean isTaken = end.session().offerBroadcast(message(end, channel), BYTES.length, channel, 0, wakeUps);
        wakeUps.forEach(Runnable::run);
        return isTaken;
    }

    private static Outgoing message(PairedEnd end, String channel) {
        Payload payload = new Payload(Encoding.BYTES, BYTES);
        return Outgoing.message(
                Opening.message(0, 0, 0, channel, Encoding.BYTES, List.of()),
                payload.bytes(),
                false,
                end.session().following(Kind.BROADCAST, channel, payload));
    }

    private static void fail(PairedEnd end, ErrorCode code) {
        end.session().end(new IpcException(code, "ended by a test"));
    }

    @Test
    void messageThatNobodyListensTo_isUnhandled() {
        Counters counters = of(Limits.defaults(), main -> {}, text("m", "x"), text("n", "x"));
        assertThat(counters.unhandledMessages()).isEqualTo(2);
    }

    @Test
    void messagesInTheQueueOfARendererThatEnds_areUndelivered() {
        Counters counters = unconnected(main -> {
            main.send("m", 1);
            main.send("m", 2);
            assertThat(broadcast(main, "b")).isTrue();
            Call<Object> call = main.invoke("h", 3, Object.class);
            fail(main, ErrorCode.PEER_GONE);
            assertThat(((IpcException) Patience.failure(call)).code()).isEqualTo(ErrorCode.PEER_GONE);
        });
        assertThat(counters.undeliveredMessages()).isEqualTo(3);
        assertThat(counters.untoldGaps()).isZero();
    }

    @Test
    void messagesToARendererThatIsClosedBeforeItIsReady_areUndelivered() {
        Counters counters = unconnected(main -> {
            main.send("m", 1);
            main.session().outbox().drain(Duration.ofSeconds(1), new IpcException(ErrorCode.CLOSED, "closing"));
            fail(main, ErrorCode.CLOSED);
        });
        assertThat(counters.undeliveredMessages()).isOne();
    }

    @Test
    void trySendWithoutRoom_isARefusedSend() {
        Counters counters = unconnected(main -> {
            while (main.trySend("m", BYTES)) {
                assertThat(main.counters()).isEqualTo(NONE);
            }
        });
        assertThat(counters.refusedSends()).isOne();
        assertThat(counters.fullQueues()).isZero();
    }

    @Test
    void sendAndCallWithoutRoom_meetAFullQueue() {
        Counters counters = unconnected(main -> {
            while (main.trySend("m", BYTES)) {
                assertThat(main.counters()).isEqualTo(NONE);
            }
            assertThatThrownBy(() -> main.send("m", BYTES)).hasMessageContaining("no room in the queue");
            Throwable failure = Patience.failure(main.invoke("h", BYTES, Object.class));
            assertThat(((IpcException) failure).code()).isEqualTo(ErrorCode.BACKPRESSURE);
        });
        assertThat(counters.fullQueues()).isEqualTo(2);
    }

    @Test
    void broadcastWithoutRoom_isSkipped() {
        Counters counters = unconnected(main -> {
            assertThat(broadcast(main, "b")).isTrue();
            assertThat(broadcast(main, "b")).isFalse(); // more than a quarter of the queue
        });
        assertThat(counters.skippedBroadcasts()).isOne();
        assertThat(counters.untoldGaps()).isZero();
    }

    @Test
    void messageToAnotherRendererWithoutRoom_isADroppedRelay() {
        Counters counters = unconnected(main -> {
            for (int i = 0; i < 2; i++) {
                main.session().offerRelay(message(main, "m"), BYTES.length, "m", 0);
            }
        });
        assertThat(counters.droppedRelays()).isOne();
        assertThat(counters.skippedBroadcasts()).isZero();
    }

    @Test
    void gapThatThereIsNoPlaceFor_isUntold() {
        Counters counters = unconnected(main -> {
            assertThat(broadcast(main, "b")).isTrue();
            assertThat(broadcast(main, "b")).isFalse();
            assertThat(broadcast(main, "another")).isFalse(); // with one subscription there is one mark
        });
        assertThat(counters.skippedBroadcasts()).isEqualTo(2);
        assertThat(counters.untoldGaps()).isOne();
    }

    @Test
    void framesThatAreForbidden_areDenied() {
        Counters counters = of(
                Limits.defaults(),
                main -> main.permit(channel -> false),
                text("m", "x"),
                request(1, "h"),
                subscribe("s"));
        assertThat(counters.deniedFrames()).isEqualTo(3);
    }

    @Test
    void usesThatAreForbidden_areDenied() {
        Counters counters = of(Limits.defaults(), main -> {
            main.restrict((use, channel) -> false);
            assertThatThrownBy(() -> main.send("m", 1)).satisfies(CountersTest::isDenied);
            assertThatThrownBy(() -> main.trySend("m", 1)).satisfies(CountersTest::isDenied);
            assertThatThrownBy(() -> main.session().broadcast("m", 1)).satisfies(CountersTest::isDenied);
            assertThatThrownBy(() -> main.invokeSync("m", 1, Object.class)).satisfies(CountersTest::isDenied);
            assertThat(Patience.failure(main.invoke("m", 1, Object.class))).satisfies(CountersTest::isDenied);
        });
        assertThat(counters.deniedUses()).isEqualTo(5);
        assertThat(counters.refusedSends()).isZero();
    }

    private static void isDenied(Throwable thrown) {
        assertThat(((IpcException) thrown).code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }

    @Test
    void requestsBeyondTheBound_areRefused() {
        CompletableFuture<Object> later = new CompletableFuture<>();
        Counters ofAnswerer = of(
                NARROW,
                main -> main.receiver().handleAsync("h", Object.class, (event, request) -> later),
                request(1, "h"),
                request(2, "h"));
        assertThat(ofAnswerer.refusedRequests()).isOne();

        Counters ofCaller = of(NARROW, main -> {
            Call<Object> first = main.invoke("h", 1, Object.class);
            Throwable second = Patience.failure(main.invoke("h", 2, Object.class));
            assertThat(((IpcException) second).code()).isEqualTo(ErrorCode.LIMIT);
            assertThat(first).isNotDone();
        });
        assertThat(ofCaller.refusedRequests()).isOne();
        assertThat(later).isNotDone();
    }

    @Test
    void answerToACallThatIsOver_isLate() {
        PairedEnd main = PairedEnd.server(Limits.defaults(), CallbackExecutor.direct());
        RawPeer peer = new RawPeer(main::accept);
        peer.sendHello().sendReady();
        Call<Object> call = main.invoke("h", 1, Object.class);
        peer.drain();
        call.cancel(true);
        peer.send(reply(1, late -> {}));
        assertThat(main.counters().lateAnswers()).isOne();
        peer.breakOff();
        main.services().close();
    }

    /** {@code docs/errors.md} and {@link Counters} list the same counters. */
    @Test
    void page_listsEveryCounter() throws IOException {
        List<String> page = Pattern.compile("(?m)^\\| `([a-z]+[A-Za-z]+)` \\|")
                .matcher(Files.readString(Path.of("..", "docs", "errors.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(page)
                .isEqualTo(Arrays.stream(Counters.class.getRecordComponents())
                        .map(component -> component.getName())
                        .toList());
    }
}
