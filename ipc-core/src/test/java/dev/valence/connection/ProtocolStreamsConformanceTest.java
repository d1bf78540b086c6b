package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.cancel;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.failure;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.item;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.piece;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.stream;
import static dev.valence.fixtures.RawFrames.streamEnd;
import static dev.valence.fixtures.RawFrames.welcome;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallOptions;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.RawFrames;
import dev.valence.fixtures.Source;
import dev.valence.frame.Wire;
import dev.valence.proto.Credit;
import dev.valence.proto.Feature;
import dev.valence.proto.Frame;
import dev.valence.proto.Frame.BodyCase;
import dev.valence.proto.Stream;
import dev.valence.proto.StreamEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 20 of the protocol: streams. */
@Timeout(60)
class ProtocolStreamsConformanceTest {

    private static final int PIECE = 256 * 1024;
    private static final int WINDOW = 256 * 1024;

    private final ManualExecutor callbacks = new ManualExecutor();

    private static Dialogue client() {
        return Dialogue.withReadyClient();
    }

    private static Collected<byte[]> subscribe(Dialogue dialogue, long atFirst) {
        return Collected.of(dialogue.end.stream("s", null, byte[].class), atFirst);
    }

    /** Main, with a handler that gives items of this size for ever. */
    private static Dialogue mainWithItems(int bytes) {
        Dialogue dialogue = Dialogue.withOpenMain();
        dialogue.end
                .receiver()
                .handleStream("s", Object.class, (event, request) -> Source.of(Long.MAX_VALUE, n -> new byte[bytes]));
        return dialogue;
    }

    private static List<Frame> items(Dialogue dialogue) {
        return dialogue.peer.drain().stream().filter(Frame::hasItem).toList();
    }

    // ---- What the subscriber sends -------------------------------------------------------------------------------

    @Test
    void w20_1_streamsThatWereNotNegotiated_areNeverAskedFor() {
        try (Dialogue dialogue = Dialogue.withClient()) {
            Collected<byte[]> early = subscribe(dialogue, 1);
            assertThat(dialogue.peer.next().getHello().getFeatures() & Feature.FEATURE_STREAMS_VALUE)
                    .isOne();
            dialogue.peer.send(welcome(welcome -> welcome.setFeatures(0)));
            assertThat(((IpcException) early.failed()).code()).isEqualTo(ErrorCode.UNSUPPORTED);
            assertThat(((IpcException) subscribe(dialogue, 1).failed()).code()).isEqualTo(ErrorCode.UNSUPPORTED);
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.send(item(1, 1));
            dialogue.assertBroken();
        }
        for (Frame.Builder frame : List.of(stream(1, "s"), item(1, 1), streamEnd(1, 0), credit(c -> c.setTarget(1)))) {
            try (Dialogue dialogue = Dialogue.withMain()) {
                dialogue.peer.send(hello(hello -> hello.setFeatures(0)));
                assertThat(dialogue.peer.next().getWelcome().getFeatures()).isZero();
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w20_2_streamWithoutTimeOrId_endsTheConnection() {
        for (Frame.Builder frame :
                List.of(stream(0, "s"), stream(1, "s", s -> s.setTimeLeftMicros(0)), stream(1, ""))) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w20_3_firstFrame_hasTheDemandSoFarAndThePatience() {
        try (Dialogue dialogue = client()) {
            CallOptions options = CallOptions.withDeadline(Duration.ofSeconds(7));
            Collected<Long> collected = Collected.of(dialogue.end.stream("s", null, Long.class, options), 2);
            collected.request(3);
            Stream stream = dialogue.peer.next().getStream();
            assertThat(stream.getInitialItems()).isEqualTo(5);
            assertThat(stream.getTimeLeftMicros()).isEqualTo(7_000_000);
            assertThat(stream.getId()).isOne();
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w20_4_streams_countAmongTheUnansweredRequests() {
        try (Dialogue dialogue = Dialogue.withOpenMain(Limits.defaults().withCounts(2, 8), CallbackExecutor.direct())) {
            dialogue.end.receiver().handleStream("s", Object.class, (event, request) -> Source.silent());
            dialogue.end.receiver().handleAsync("h", Object.class, (event, request) -> new CompletableFuture<>());
            dialogue.peer.send(stream(1, "s")).send(request(2, "h"));
            dialogue.peer.send(stream(3, "s")).send(request(4, "h"));
            assertThat(dialogue.answers()).containsExactly("failed 3 10", "failed 4 10");
            dialogue.peer.send(cancel(1)).send(stream(5, "nobody"));
            assertThat(dialogue.answers()).containsExactly("failed 5 1");
        }
    }

    @Test
    void w20_5_permissions_areThoseOfRequests() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.permit(channel -> false);
            dialogue.peer.send(stream(1, "s"));
            assertThat(dialogue.answers()).containsExactly("failed 1 15");
            dialogue.assertGoesOn();
        }
    }

    // ---- Credit --------------------------------------------------------------------------------------------------

    @Test
    void w20_6_items_waitForCredit() {
        try (Dialogue dialogue = mainWithItems(1)) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(2)));
            assertThat(items(dialogue)).hasSize(2);
            dialogue.peer.send(credit(c -> c.setTarget(1).setItems(3)));
            assertThat(items(dialogue)).hasSize(3);
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w20_6_itemWithoutCredit_endsTheConnection() {
        try (Dialogue dialogue = client()) {
            Collected<byte[]> collected = subscribe(dialogue, 1);
            dialogue.peer.next();
            dialogue.peer.send(item(1, 5));
            assertThat(collected.next()).hasSize(5);
            dialogue.peer.send(item(1, 5));
            dialogue.assertBroken();
            assertThat(((IpcException) collected.failed()).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void w20_7_items_stayWithinTheWindowButForTheLast() {
        int bytes = 100_000;
        try (Dialogue dialogue = mainWithItems(bytes)) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(Long.MAX_VALUE)));
            assertThat(items(dialogue)).hasSize(3); // 262,144 is less than three of them
            dialogue.peer.send(credit(c -> c.setTarget(1).setDataBytes(bytes)));
            assertThat(items(dialogue)).hasSize(1);
            dialogue.peer.send(credit(c -> c.setTarget(1).setDataBytes(2 * bytes)));
            assertThat(items(dialogue)).hasSize(2);
        }
        try (Dialogue dialogue = mainWithItems(20 * PIECE)) { // any size passes
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(2)));
            assertThat(dialogue.peer.drain())
                    .hasSize(20)
                    .first()
                    .satisfies(frame -> assertThat(frame.getItem().getSize()).isEqualTo(20 * PIECE));
            dialogue.peer.send(credit(c -> c.setReplyBytes(8 << 20)));
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w20_7_itemBeyondTheWindow_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withReadyClient(
                Limits.defaults(), CallbackExecutor.serial(callbacks))) { // which takes nothing
            Collected<byte[]> collected = subscribe(dialogue, 9);
            callbacks.runAll();
            dialogue.peer.next();
            dialogue.peer.drain();
            dialogue.peer.send(item(1, WINDOW - Wire.FRAME_CHARGE - 1)).send(item(1, WINDOW - Wire.FRAME_CHARGE));
            dialogue.assertGoesOn();
            dialogue.peer.send(item(1, 1));
            dialogue.assertBroken();
            callbacks.runAll();
            assertThat(collected.items()).hasSize(2);
        }
    }

    @Test
    void w20_8_credit_comesWhenAQuarterOfTheWindowWasTaken() {
        try (Dialogue dialogue = client()) {
            subscribe(dialogue, 9);
            dialogue.peer.next();
            dialogue.peer.send(item(1, WINDOW / 4 - Wire.FRAME_CHARGE - 1));
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.send(item(1, 0));
            assertThat(dialogue.peer.drain()).singleElement().satisfies(frame -> {
                assertThat(frame.getCredit().getTarget()).isOne();
                assertThat(frame.getCredit().getDataBytes()).isEqualTo(WINDOW / 4 - 1 + Wire.FRAME_CHARGE);
                assertThat(frame.getCredit().getItems()).isZero();
            });
        }
    }

    @Test
    void w20_8_moreThanWasTaken_endsTheConnection() {
        try (Dialogue dialogue = mainWithItems(1)) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(1)));
            assertThat(items(dialogue)).hasSize(1);
            dialogue.peer.send(credit(c -> c.setTarget(1).setDataBytes(257)));
            dialogue.assertGoesOn();
            dialogue.peer.send(credit(c -> c.setTarget(1).setDataBytes(1)));
            dialogue.assertBroken();
        }
    }

    @Test
    void w20_9_creditForAStreamThatIsArriving_endsTheConnection() {
        Frame.Builder first = stream(
                1, "s", s -> s.setEncoding(1).setMore(true).setSize(2L * PIECE).setPayload(zeros(PIECE)));
        for (long target : new long[] {1, 2}) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(first).send(credit(c -> c.setTarget(target).setItems(1)));
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = mainWithItems(1)) {
            dialogue.peer
                    .send(first)
                    .send(lastPiece(1, PIECE))
                    .send(credit(c -> c.setTarget(1).setItems(1)));
            assertThat(items(dialogue)).hasSize(1);
        }
    }

    @Test
    void w20_9_credit_neverOvertakesItsStream() {
        try (Dialogue dialogue = client()) {
            Collected<byte[]> collected =
                    Collected.of(dialogue.end.stream("s", new byte[40 * PIECE], byte[].class), 1); // beyond the window
            assertThat(dialogue.peer.drain()).isNotEmpty().noneMatch(Frame::hasCredit);
            collected.request(1);
            collected.request(2);
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.send(credit(c -> c.setDataBytes(8 << 20)));
            List<Frame> rest = dialogue.peer.drain();
            assertThat(rest).filteredOn(Frame::hasCredit).hasSize(1);
            Credit credit = rest.get(rest.size() - 1).getCredit();
            assertThat(credit.getItems()).isEqualTo(3);
            assertThat(rest.get(rest.size() - 2).getChunk().getMore()).isFalse();
        }
    }

    @Test
    void w20_10_creditForWhatHasEnded_isIgnored() {
        try (Dialogue dialogue = mainWithItems(1)) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(1))).send(cancel(1));
            dialogue.peer.drain();
            dialogue.peer.send(credit(c -> c.setTarget(1).setItems(1).setDataBytes(1 << 20)));
            dialogue.peer
                    .send(stream(2, "nobody"))
                    .send(credit(c -> c.setTarget(2).setItems(1)));
            assertThat(items(dialogue)).isEmpty();
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w20_11_sumOfCredits_mayPassAllNumbers() {
        try (Dialogue dialogue = mainWithItems(1)) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(Long.MAX_VALUE)));
            dialogue.peer.send(credit(c -> c.setTarget(1).setItems(Long.MAX_VALUE)));
            assertThat(items(dialogue)).hasSize(WINDOW / 257 + 1);
            dialogue.assertGoesOn();
        }
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(stream(1, "s", s -> s.setInitialItems(-1)));
            dialogue.assertBroken();
        }
    }

    // ---- The end -------------------------------------------------------------------------------------------------

    @Test
    void w20_12_everyStream_endsOnceBehindItsItems() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.receiver().handleStream("two", Object.class, (event, request) -> Source.of(2, n -> n));
            dialogue.end.receiver().handleStream("number", Integer.class, (event, request) -> Source.of(2, n -> n));
            dialogue.end
                    .receiver()
                    .handleStream(
                            "thread",
                            Object.class,
                            (event, request) -> Source.of(2, n -> n == 0 ? (Object) n : Thread.currentThread()));
            dialogue.end.receiver().handleStream("throws", Object.class, (event, request) -> {
                throw new IllegalStateException();
            });
            List<String> channels = List.of("two", "number", "thread", "throws", "nobody");
            for (int i = 0; i < channels.size(); i++) {
                dialogue.peer.send(
                        stream(i + 1, channels.get(i), s -> s.setInitialItems(9).setEncoding(2)));
            }
            List<String> signals = new ArrayList<>();
            for (Frame frame : dialogue.peer.drain()) {
                StreamEnd end = frame.getStreamEnd();
                if (frame.hasItem()) {
                    signals.add("item " + frame.getItem().getId());
                } else if (frame.hasStreamEnd()) {
                    signals.add("end " + end.getId() + " " + end.getCode());
                    assertThat(end.hasDetails()).isEqualTo(end.getCode() != 0);
                } else {
                    assertThat(frame.getFailure().hasDetails()).isFalse();
                    signals.add("failed " + frame.getFailure().getId() + " "
                            + frame.getFailure().getCode());
                }
            }
            assertThat(signals)
                    .filteredOn(signal -> !signal.startsWith("failed"))
                    .containsExactly("item 1", "item 1", "end 1 0", "end 2 13", "item 3", "end 3 12", "end 4 2");
            assertThat(signals).contains("failed 5 1");
        }
    }

    @Test
    void w20_13_end_isToldToTheSubscriber() {
        try (Dialogue dialogue = client()) {
            Collected<byte[]> completed = subscribe(dialogue, 1);
            Collected<byte[]> failed = subscribe(dialogue, 1);
            Collected<byte[]> refused = subscribe(dialogue, 1);
            Collected<byte[]> unknown = subscribe(dialogue, 1);
            dialogue.peer.drain();
            dialogue.peer
                    .send(item(1, 1))
                    .send(streamEnd(1, 0))
                    .send(streamEnd(2, 2))
                    .send(failure(3, 10))
                    .send(streamEnd(4, 4711));
            assertThat(completed.completed()).hasSize(1);
            assertThat(((IpcException) failed.failed()).code()).isEqualTo(ErrorCode.HANDLER_FAILED);
            assertThat(((IpcException) refused.failed()).code()).isEqualTo(ErrorCode.LIMIT);
            assertThat(((IpcException) unknown.failed()).code()).isEqualTo(ErrorCode.UNKNOWN);
        }
    }

    @Test
    void w20_14_subscriberThatNoLongerWants_cancels() {
        try (Dialogue dialogue = client()) {
            subscribe(dialogue, 1).cancel();
            assertThat(dialogue.peer.drain()).isEmpty(); // nothing of it was sent
            Collected<byte[]> sent = subscribe(dialogue, 1);
            assertThat(dialogue.peer.next().hasStream()).isTrue();
            sent.cancel();
            assertThat(dialogue.peer.drain())
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.getCancel().getId()).isEqualTo(2));
            Collected<byte[]> large = Collected.of(dialogue.end.stream("s", new byte[40 * PIECE], byte[].class));
            assertThat(dialogue.peer.drain()).hasSizeGreaterThan(2);
            large.cancel();
            dialogue.peer.send(credit(c -> c.setDataBytes(1 << 20)));
            assertThat(dialogue.peer.drain())
                    .singleElement()
                    .satisfies(
                            frame -> assertThat(frame.getChunk().getAborted()).isTrue());
        }
    }

    @Test
    void w20_14_streamCancelledBetweenItsPieces_isNotHandedToAHandler() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<Object> handled = new ArrayList<>();
            dialogue.end.receiver().handleStream("s", Object.class, (event, request) -> {
                handled.add(request);
                return Source.silent();
            });
            dialogue.peer
                    .send(stream(
                            1,
                            "s",
                            s -> s.setMore(true)
                                    .setSize(3L * PIECE)
                                    .setEncoding(1)
                                    .setPayload(zeros(PIECE))))
                    .send(piece(1, PIECE))
                    .send(cancel(1))
                    .send(lastPiece(1, PIECE));
            assertThat(handled).isEmpty();
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w10_8_itemsAndEndsThatAreLate_areIgnored() {
        try (Dialogue dialogue = client()) {
            Collected<byte[]> collected = subscribe(dialogue, 5);
            dialogue.peer.next();
            collected.cancel();
            dialogue.peer
                    .send(item(1, 1))
                    .send(item(1, 1))
                    .send(streamEnd(1, 0))
                    .send(streamEnd(1, 2));
            dialogue.end.invoke("h", null, Object.class);
            dialogue.peer.drain();
            dialogue.peer.send(item(2, 1)).send(streamEnd(2, 0)); // of something else
            dialogue.assertGoesOn();
            assertThat(collected.items()).isEmpty();
        }
    }

    @Test
    void w10_7_itemOrEndOfWhatNeverWas_endsTheConnection() {
        for (Frame.Builder frame : List.of(item(1, 1), item(0, 1), streamEnd(1, 0), streamEnd(0, 0))) {
            try (Dialogue dialogue = client()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w8_8_streamsCharge_comesBackWhenTheRequestWasDecoded() {
        Limits limits = Limits.defaults().withWindowBytes(1 << 20);
        try (Dialogue dialogue = Dialogue.withOpenMain(limits, CallbackExecutor.direct())) {
            dialogue.end.receiver().handleStream("s", byte[].class, (event, request) -> Source.silent());
            long back = 0;
            for (int i = 1; i <= 10; i++) {
                String channel = i < 10 ? "s" : "nobody";
                dialogue.peer.send(stream(i, channel, s -> s.setEncoding(1).setPayload(zeros(PIECE - 256))));
                for (Frame frame : dialogue.peer.drain()) {
                    back += frame.getCredit().getDataBytes();
                }
            }
            assertThat(back).isEqualTo(10L * PIECE);
        }
    }

    @Test
    void w20_15_streams_doNotHoldUpADrain() {
        try (Dialogue dialogue = client()) {
            Source<Object> source = Source.silent();
            dialogue.end.receiver().handleStream("s", Object.class, (event, request) -> source);
            dialogue.peer.send(stream(1, "s")).send(RawFrames.drain());
            assertThat(dialogue.peer.next().getBodyCase()).isEqualTo(BodyCase.CLOSE);
            Patience.get(dialogue.end.drained());
            dialogue.peer.breakOff();
            Patience.get(source.cancelled());
        }
    }
}
