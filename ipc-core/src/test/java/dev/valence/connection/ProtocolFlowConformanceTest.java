package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.bytes;
import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.failure;
import static dev.valence.fixtures.RawFrames.gap;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.piece;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.ready;
import static dev.valence.fixtures.RawFrames.reply;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.subscribe;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.unsubscribe;
import static dev.valence.fixtures.RawFrames.welcome;
import static dev.valence.fixtures.RawFrames.windows;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.Delivery;
import dev.valence.HandlerOptions;
import dev.valence.Limits;
import dev.valence.TypeRef;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.RawPeer;
import dev.valence.proto.Bounds;
import dev.valence.proto.Failure;
import dev.valence.proto.FailureDetails;
import dev.valence.proto.Frame;
import dev.valence.proto.Item;
import dev.valence.proto.Lane;
import dev.valence.proto.Report;
import dev.valence.proto.StreamEnd;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sections 7 and 8 of the protocol: lanes, windows and credit. */
@Timeout(60)
class ProtocolFlowConformanceTest {

    private static final int KIB = 1024;
    private static final int PIECE = 256 * KIB;
    private static final int CHARGE = PIECE + 256;
    private static final int WINDOW = 1024 * KIB;
    private static final Limits NARROW = Limits.defaults().withWindowBytes(WINDOW);

    private final ManualExecutor callbacks = new ManualExecutor();

    /** Main that runs callbacks when the test says so, and takes a window of 1 MiB. */
    private Dialogue narrowMain() {
        return Dialogue.withOpenMain(NARROW, CallbackExecutor.serial(callbacks));
    }

    // ---- Section 7: lanes ----------------------------------------------------------------------------------------

    @Test
    void w7_2_controlFrames_goFirst() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.end.send("m", 1);
            dialogue.peer.send(request(1, "h"));
            dialogue.peer.send(request(2, "nobody"));
            dialogue.peer.send(ping(1));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(
                            Frame.BodyCase.PONG, Frame.BodyCase.FAILURE, Frame.BodyCase.REPLY, Frame.BodyCase.MESSAGE);
        }
    }

    @Test
    void w7_5_anotherFrameOfTheDataLaneBetweenPieces_endsTheConnection() {
        List<Frame.Builder> others =
                List.of(message("m"), request(8, "h"), subscribe("x"), unsubscribe("x"), ready(), first(8, 2 * PIECE));
        for (Frame.Builder other : others) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(first(7, 3 * PIECE)).send(other);
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(first(7, 3 * PIECE)).send(gap("x", 1));
            dialogue.assertBroken();
        }
    }

    @Test
    void w7_5_anotherPayloadOrTheSameRequestBetweenPiecesOfTheReplyLane_endsTheConnection() {
        List<Frame.Builder> others = List.of(
                reply(1, r -> {}),
                reply(2, r -> r.setMore(true).setSize(2 * PIECE).setPayload(zeros(PIECE))),
                Frame.newBuilder().setFailure(explained(1)),
                Frame.newBuilder().setItem(Item.newBuilder().setId(1)),
                Frame.newBuilder().setStreamEnd(StreamEnd.newBuilder().setId(1)),
                Frame.newBuilder().setReport(Report.newBuilder().setId(1)));
        for (Frame.Builder other : others) {
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.end.invoke("h", null, byte[].class);
                dialogue.end.invoke("h", null, byte[].class); // so that both ids are known
                dialogue.peer.send(
                        reply(1, r -> r.setMore(true).setSize(3 * PIECE).setPayload(zeros(PIECE))));
                dialogue.peer.send(other);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w7_5_wholeAnswersToOthersBetweenPiecesOfTheReplyLane_areTaken() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            Call<byte[]> large = dialogue.end.invoke("h", null, byte[].class);
            Call<byte[]> small = dialogue.end.invoke("h", null, byte[].class);
            Call<byte[]> failed = dialogue.end.invoke("h", null, byte[].class);
            Delivery delivery = dialogue.end.session().broadcast("x", null);
            dialogue.peer
                    .send(reply(
                            1,
                            r -> r.setEncoding(1)
                                    .setMore(true)
                                    .setSize(PIECE + 1)
                                    .setPayload(zeros(PIECE))))
                    .send(reply(2, r -> r.setEncoding(1).setPayload(zeros(2))))
                    .send(Frame.newBuilder().setFailure(explained(3)))
                    .send(Frame.newBuilder().setReport(Report.newBuilder().setId(4)))
                    .send(chunk(1, Lane.LANE_REPLY, c -> c.setPayload(zeros(1))));
            assertThat(Patience.get(small)).hasSize(2);
            assertThat(Patience.failure(failed)).hasMessageContaining("explained");
            assertThat(Patience.get(delivery.report()).accepted()).isEmpty();
            assertThat(Patience.get(large)).hasSize(PIECE + 1);
            dialogue.assertGoesOn();
        }
    }

    private static Failure.Builder explained(long id) {
        return Failure.newBuilder()
                .setId(id)
                .setCode(2)
                .setDetails(FailureDetails.newBuilder().setMessage("explained"));
    }

    @Test
    void w7_5_framesOfOtherLanesBetweenPieces_areTaken() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            List<String> heard = dialogue.hear("m");
            Call<byte[]> first = dialogue.end.invoke("h", null, byte[].class);
            Call<byte[]> second = dialogue.end.invoke("h", null, byte[].class);
            dialogue.peer
                    .send(reply(
                            1,
                            r -> r.setEncoding(1)
                                    .setMore(true)
                                    .setSize(PIECE + 1)
                                    .setPayload(zeros(PIECE))))
                    .send(text("m", "between"))
                    .send(first(5, 2 * PIECE))
                    .send(failure(2, 1))
                    .send(ping(1))
                    .send(chunk(1, Lane.LANE_REPLY, c -> c.setPayload(zeros(1))))
                    .send(lastPiece(5, PIECE));
            assertThat(heard).containsExactly("between");
            assertThat(Patience.get(first)).hasSize(PIECE + 1);
            assertThat(Patience.failure(second)).hasMessage("No handler registered for 'h'");
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w7_6_laneThatWaitsForCredit_holdsUpNoOther() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setWindows(windows(WINDOW, WINDOW))));
            dialogue.peer.send(ready());
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.end.send("m", new byte[2 * WINDOW]);
            dialogue.peer.drain();
            dialogue.peer.send(request(1, "h")).send(ping(1));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(Frame.BodyCase.PONG, Frame.BodyCase.REPLY);
        }
    }

    // ---- Section 8: windows and credit ---------------------------------------------------------------------------

    @Test
    void w8_4_sender_keepsToItsWindow() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setWindows(windows(WINDOW, WINDOW))));
            dialogue.peer.send(ready());
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> new byte[3 * WINDOW]);
            dialogue.peer.send(request(1, "h"));
            for (int i = 0; i < 5000; i++) {
                dialogue.end.send("m", new byte[100]);
            }
            dialogue.end.send("m", new byte[2 * WINDOW]);
            long data = 0;
            long replies = 0;
            long dataRoom = WINDOW;
            long replyRoom = WINDOW;
            for (int round = 0; round < 20; round++) {
                for (Frame frame : dialogue.peer.drain()) {
                    data += dataCharge(frame);
                    replies += replyCharge(frame);
                }
                assertThat(data).isBetween(Math.min(dataRoom - CHARGE, 1), dataRoom);
                assertThat(replies).isBetween(Math.min(replyRoom - CHARGE, 1), replyRoom);
                long more = 100_000L * round;
                dialogue.peer.send(credit(c -> c.setDataBytes(more).setReplyBytes(more / 2)));
                dataRoom += more;
                replyRoom += more / 2;
            }
            assertThat(data).isGreaterThan(3 * WINDOW);
            assertThat(replies).isGreaterThan(3 * WINDOW);
        }
    }

    private static long dataCharge(Frame frame) {
        return switch (frame.getBodyCase()) {
            case MESSAGE -> frame.getMessage().getPayload().size() + 256;
            case REQUEST -> frame.getRequest().getPayload().size() + 256;
            case CHUNK ->
                frame.getChunk().getLane() == Lane.LANE_DATA
                        ? frame.getChunk().getPayload().size() + 256
                        : 0;
            default -> 0;
        };
    }

    private static long replyCharge(Frame frame) {
        return switch (frame.getBodyCase()) {
            case REPLY -> frame.getReply().getPayload().size() + 256;
            case CHUNK ->
                frame.getChunk().getLane() == Lane.LANE_REPLY
                        ? frame.getChunk().getPayload().size() + 256
                        : 0;
            default -> 0;
        };
    }

    @Test
    void w8_6_oneByteMoreThanTheWindowOfTheDataLane_endsTheConnection() {
        int small = WINDOW - 3 * CHARGE - 256; // fills the window to the last byte
        for (int extra = 0; extra < 2; extra++) {
            try (Dialogue dialogue = narrowMain()) {
                for (int i = 0; i < 3; i++) {
                    dialogue.peer.send(bytes("m", PIECE));
                }
                dialogue.peer.send(bytes("m", small + extra));
                if (extra == 0) {
                    dialogue.assertGoesOn();
                } else {
                    dialogue.assertBroken();
                }
            }
        }
    }

    @Test
    void w8_6_moreThanTheWindowOfTheReplyLane_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withReadyClient(NARROW, CallbackExecutor.direct())) {
            dialogue.end.invoke("h", null, Object.class);
            for (int i = 0; i < 3; i++) {
                dialogue.peer.send(reply(1, r -> r.setPayload(zeros(PIECE)))); // late ones are charged as well
            }
            dialogue.assertGoesOn(); // which takes the credit: the charges come back at once
            for (int i = 0; i < 4; i++) {
                dialogue.peer.send(reply(1, r -> r.setPayload(zeros(PIECE)))); // not waiting for it
            }
            dialogue.assertBroken();
        }
    }

    @Test
    void w8_7_creditBeyond63Bits_endsTheConnection() {
        for (Frame.Builder credit :
                List.of(credit(c -> c.setDataBytes(Long.MAX_VALUE)), credit(c -> c.setReplyBytes(Long.MAX_VALUE)))) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(credit);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w8_8_plainFrames_areGivenBackAtOnce() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.peer.send(ready());
            for (int i = 0; i < 255; i++) {
                dialogue.peer.send(subscribe("x")).send(unsubscribe("x"));
            }
            assertThat(creditOf(dialogue.peer)).isZero();
            dialogue.peer.send(subscribe("x"));
            assertThat(creditOf(dialogue.peer)).isEqualTo(512 * 256);
        }
        try (Dialogue dialogue = Dialogue.withReadyClient(NARROW, CallbackExecutor.serial(callbacks))) {
            for (int i = 0; i < 1024; i++) {
                dialogue.peer.send(gap("x", 1));
            }
            assertThat(creditOf(dialogue.peer)).isEqualTo(1024 * 256);
        }
    }

    @Test
    void w8_8_message_isGivenBackWhenItsListenersHaveReturned() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.end.receiver().on("m", byte[].class, (event, bytes) -> {});
            dialogue.peer.send(bytes("m", PIECE));
            assertThat(creditOf(dialogue.peer)).isZero();
            callbacks.runAll();
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
            dialogue.peer.send(bytes("nobody listens", PIECE));
            callbacks.runAll();
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
        }
    }

    @Test
    void w8_8_messageThatIsNotForThisSide_isGivenBackWhenItWasPassedOn() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.end.relay(message -> false);
            dialogue.peer.send(bytes("m", PIECE));
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
            dialogue.end.permit(channel -> false);
            dialogue.peer.send(bytes("m", PIECE));
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
        }
    }

    @Test
    void w8_8_request_isGivenBackWhenItsHandlerWasHandedOverOrItWasRefused() {
        try (Dialogue dialogue = Dialogue.withOpenMain(NARROW, CallbackExecutor.elastic())) {
            CountDownLatch gate = new CountDownLatch(1);
            dialogue.end.receiver().handle("h", byte[].class, (event, bytes) -> {
                Patience.await(gate);
                return 1;
            });
            dialogue.peer.send(request(1, "h", r -> r.setEncoding(1).setPayload(zeros(PIECE))));
            assertThat(dialogue.peer.next().getCredit().getDataBytes()).isEqualTo(CHARGE); // while it runs
            gate.countDown();
            assertThat(dialogue.peer.next().getReply().getId()).isOne();
            dialogue.end.permit(channel -> false);
            dialogue.peer.send(request(2, "h", r -> r.setPayload(zeros(PIECE))));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(Frame.BodyCase.CREDIT, Frame.BodyCase.FAILURE);
        }
    }

    @Test
    void w8_8_requestBeyondThePayloadBoundOfThoseThatRun_isGivenBackWhenItHasEnded() {
        Limits limits = NARROW.withPayloadBytes(PIECE);
        try (Dialogue dialogue = Dialogue.withOpenMain(limits, CallbackExecutor.direct())) {
            java.util.concurrent.CompletableFuture<Object> answer = new CompletableFuture<>();
            dialogue.end.receiver().handleAsync("h", byte[].class, (event, bytes) -> answer);
            dialogue.peer.send(request(1, "h", r -> r.setEncoding(1).setPayload(zeros(PIECE))));
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
            dialogue.peer.send(request(2, "h", r -> r.setEncoding(1).setPayload(zeros(PIECE))));
            assertThat(creditOf(dialogue.peer)).isZero();
            answer.complete(1);
            dialogue.peer.drain(); // the replies are written with this
            dialogue.peer.send(ping(1));
            assertThat(dialogue.end.session().pendingCalls()).isZero();
            dialogue.peer.send(request(3, "h", r -> r.setEncoding(1).setPayload(zeros(PIECE))));
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
        }
    }

    @Test
    void w8_8_sequentialRequest_isGivenBackWhenItsHandlerHasReturned() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.end
                    .receiver()
                    .handle("h", TypeRef.of(byte[].class), (event, bytes) -> 1, HandlerOptions.sequential());
            dialogue.peer.send(request(1, "h", r -> r.setEncoding(1).setPayload(zeros(PIECE))));
            assertThat(creditOf(dialogue.peer)).isZero();
            callbacks.runAll();
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE);
        }
    }

    @Test
    void w8_8_payloadThatIsGivenUp_isGivenBackAtOnce() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.peer.send(first(1, PIECE + PIECE / 2)).send(chunk(1, Lane.LANE_DATA, c -> c.setAborted(true)));
            assertThat(creditOf(dialogue.peer)).isEqualTo(CHARGE + 256);
            assertThat(callbacks.size()).isZero();
        }
    }

    @Test
    void w8_9_exampleOfThePage_holdsForThisSide() {
        try (Dialogue dialogue = Dialogue.withOpenMain(Limits.defaults(), CallbackExecutor.serial(callbacks))) {
            dialogue.peer.send(first(1, 36 * PIECE));
            long credit = 0;
            for (int i = 2; i < 36; i++) {
                dialogue.peer.send(piece(1, PIECE));
                credit += creditOf(dialogue.peer);
            }
            dialogue.peer.send(lastPiece(1, PIECE));
            credit += creditOf(dialogue.peer);
            // Twenty have come back at once: four are an eighth of the window, which this side announces together.
            assertThat(credit).isEqualTo(20 * CHARGE);
            callbacks.runAll();
            assertThat(creditOf(dialogue.peer)).isEqualTo(16 * CHARGE);
        }
    }

    @Test
    void w8_10_credit_isSentBeforeAQuarterOfTheWindowHasCome() {
        try (Dialogue dialogue = narrowMain()) {
            dialogue.peer.send(bytes("m", PIECE / 2 - 256 - 1)); // this side does it at an eighth
            callbacks.runAll();
            assertThat(creditOf(dialogue.peer)).isZero();
            dialogue.peer.send(subscribe("x"));
            assertThat(creditOf(dialogue.peer)).isEqualTo(PIECE / 2 - 1 + 256);
        }
    }

    @Test
    void w8_8_replies_areGivenBackAtOnce() {
        try (Dialogue dialogue = Dialogue.withReadyClient(NARROW, CallbackExecutor.serial(callbacks))) {
            dialogue.end.invoke("h", null, byte[].class);
            dialogue.peer.drain();
            dialogue.peer.send(reply(1, r -> r.setMore(true).setSize(2 * PIECE).setPayload(zeros(PIECE))));
            assertThat(dialogue.peer.next().getCredit().getReplyBytes()).isEqualTo(CHARGE);
            dialogue.peer.send(chunk(1, Lane.LANE_REPLY, c -> c.setPayload(zeros(PIECE))));
            assertThat(dialogue.peer.next().getCredit().getReplyBytes()).isEqualTo(CHARGE);
        }
    }

    @Test
    void w8_7_creditOfThisSide_isNeverMoreThanWasCharged() {
        try (Dialogue dialogue = Dialogue.withOpenMain(NARROW, CallbackExecutor.direct())) {
            SplittableRandom random = new SplittableRandom(7);
            long charged = 0;
            long givenBack = 0;
            for (int i = 0; i < 500; i++) {
                int size = random.nextInt(PIECE);
                dialogue.peer.send(bytes("m", size));
                charged += size + 256;
                givenBack += creditOf(dialogue.peer);
                assertThat(givenBack).isBetween(charged - WINDOW / 4, charged);
            }
        }
    }

    @Test
    void w9_1_payloadAboveThePeersBound_isRefusedWhereItIsPassedIn() {
        Bounds small = Bounds.newBuilder().setPayloadBytes(1000).build();
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setBounds(small)));
            dialogue.peer.send(ready()).drain();
            assertThat(Patience.failure(dialogue.end.invoke("h", new byte[1001], Object.class)))
                    .hasMessageStartingWith("payload: 1001 bytes");
            assertThat(dialogue.peer.drain()).isEmpty();
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.peer.next();
            dialogue.peer.send(welcome(welcome -> welcome.setBounds(small)));
            assertThat(Patience.failure(dialogue.end.invoke("h", new byte[1001], Object.class)))
                    .hasMessageStartingWith("payload: 1001 bytes");
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    private static Frame.Builder first(long id, long size) {
        return message(
                "m", m -> m.setId(id).setEncoding(1).setMore(true).setSize(size).setPayload(zeros(PIECE)));
    }

    /** Returns how much data credit comes now. */
    private static long creditOf(RawPeer peer) {
        return peer.drain().stream()
                .mapToLong(frame -> frame.getCredit().getDataBytes())
                .sum();
    }
}
