package dev.valence.connection;

import static dev.valence.connection.OutboxItems.CLOSING;
import static dev.valence.fixtures.RawFrames.close;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.drain;
import static dev.valence.fixtures.RawFrames.dumpThreads;
import static dev.valence.fixtures.RawFrames.gap;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.ready;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.subscribe;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.threadDump;
import static dev.valence.fixtures.RawFrames.unsubscribe;
import static dev.valence.fixtures.RawFrames.welcome;
import static dev.valence.fixtures.RawFrames.windows;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.Patience;
import dev.valence.proto.Bounds;
import dev.valence.proto.Frame;
import dev.valence.proto.Report;
import dev.valence.proto.Welcome;
import dev.valence.proto.Windows;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sections 4 to 6 of the protocol: the handshake, and who may send what in which state. */
@Timeout(60)
class ProtocolStatesConformanceTest {

    // ---- Section 4: handshake ------------------------------------------------------------------------------------

    @Test
    void w4_2_clientBeforeItsWelcome_sendsHelloAndNothingElse() {
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.end.sendReady();
            dialogue.end.send("m", 1);
            dialogue.end.session().outbox().offerControl(OutboxItems.ping(1));
            assertThat(dialogue.peer.drain())
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.hasHello()).isTrue());
            dialogue.end.connection().close(new IpcException(ErrorCode.CLOSED, "given up"));
            assertThat(dialogue.peer.drain()).isEmpty();
            assertThat(dialogue.peer.isClosed()).isTrue();
        }
    }

    @Test
    void w4_3_mainBeforeItsHello_sendsNothing() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.end.send("m", 1);
            dialogue.end.invoke("h", 1, Object.class);
            dialogue.end.session().outbox().offerControl(OutboxItems.ping(1));
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.sendHello();
            assertThat(dialogue.peer.next().hasWelcome()).isTrue();
        }
    }

    @Test
    void w4_4_firstFrameThatIsNoHello_endsTheConnection() {
        List<Frame.Builder> others = List.of(message("m"), ping(1), ready(), close(0), welcome());
        for (Frame.Builder first : others) {
            try (Dialogue dialogue = Dialogue.withMain()) {
                dialogue.peer.send(first);
                dialogue.assertBroken();
                assertThat(dialogue.end.disconnected()).isDone(); // turned away
            }
        }
    }

    @Test
    void w4_8_firstThatFails_decides() {
        Windows none = Windows.getDefaultInstance();
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setMagic(1).setMajor(2).setWindows(none)));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setMajor(2).setWindows(none)));
            dialogue.assertEnded(ErrorCode.REJECTED);
        }
    }

    @Test
    void w4_9_otherMagic_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setMagic(0x45_4c_41_56)));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            assertThat(dialogue.peer.next().getHello().getMagic()).isEqualTo(0x56414C45);
        }
    }

    @Test
    void w4_10_windowBelowOneMebibyte_endsTheConnection() {
        long enough = 1 << 20;
        for (long few : new long[] {0, enough - 1, -1}) {
            for (Windows windows : List.of(windows(few, enough), windows(enough, few))) {
                try (Dialogue dialogue = Dialogue.withMain()) {
                    dialogue.peer.send(hello(hello -> hello.setWindows(windows)));
                    dialogue.assertBroken();
                }
                try (Dialogue dialogue = Dialogue.withClient()) {
                    dialogue.peer.next();
                    dialogue.peer.send(welcome(welcome -> welcome.setWindows(windows)));
                    dialogue.assertBroken();
                }
            }
        }
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setWindows(windows(enough, enough))));
            Welcome welcome = dialogue.peer.next().getWelcome();
            assertThat(welcome.getWindows().getDataBytes()).isGreaterThanOrEqualTo(enough);
            assertThat(welcome.getWindows().getReplyBytes()).isGreaterThanOrEqualTo(enough);
        }
    }

    @Test
    void w4_18_bothSides_tellTheirBounds() {
        Limits limits = Limits.defaults().withPayloadBytes(12345).withCounts(7, 8);
        Bounds expected = Bounds.newBuilder()
                .setPayloadBytes(12345)
                .setPendingRequests(7)
                .setSubscriptions(8)
                .build();
        try (Dialogue dialogue = Dialogue.withMain(limits, CallbackExecutor.direct())) {
            dialogue.peer.sendHello();
            assertThat(dialogue.peer.next().getWelcome().getBounds()).isEqualTo(expected);
        }
        try (Dialogue dialogue = Dialogue.withClient(limits, CallbackExecutor.direct())) {
            assertThat(dialogue.peer.next().getHello().getBounds()).isEqualTo(expected);
        }
    }

    // ---- Section 6: who may send what ----------------------------------------------------------------------------

    static Stream<ProtocolFramesConformanceTest.Named> framesThatMainDoesNotTake() {
        return Stream.of(
                new ProtocolFramesConformanceTest.Named("second hello", hello()),
                new ProtocolFramesConformanceTest.Named("welcome", welcome()),
                new ProtocolFramesConformanceTest.Named("drain", drain()),
                new ProtocolFramesConformanceTest.Named("gap", gap("x", 1)),
                new ProtocolFramesConformanceTest.Named("request for a thread dump", dumpThreads()),
                new ProtocolFramesConformanceTest.Named(
                        "report",
                        Frame.newBuilder().setReport(Report.newBuilder().setId(1))));
    }

    @ParameterizedTest
    @MethodSource("framesThatMainDoesNotTake")
    void w6_1_frameInTheWrongDirection_endsTheConnectionAtMain(ProtocolFramesConformanceTest.Named frame) {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
    }

    static Stream<ProtocolFramesConformanceTest.Named> framesThatAClientDoesNotTake() {
        return Stream.of(
                new ProtocolFramesConformanceTest.Named("hello", hello()),
                new ProtocolFramesConformanceTest.Named("second welcome", welcome()),
                new ProtocolFramesConformanceTest.Named("subscribe", subscribe("x")),
                new ProtocolFramesConformanceTest.Named("unsubscribe", unsubscribe("x")),
                new ProtocolFramesConformanceTest.Named("ready", ready()),
                new ProtocolFramesConformanceTest.Named("thread dump", threadDump(ByteString.EMPTY)));
    }

    @ParameterizedTest
    @MethodSource("framesThatAClientDoesNotTake")
    void w6_1_frameInTheWrongDirection_endsTheConnectionAtTheClient(ProtocolFramesConformanceTest.Named frame) {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
    }

    @Test
    void w6_1_dataForAClientThatIsNotReady_endsTheConnection() {
        for (Frame.Builder frame : List.of(message("m"), request(1, "h"), gap("x", 1))) {
            try (Dialogue dialogue = Dialogue.withOpenClient(Limits.defaults(), CallbackExecutor.direct())) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w6_1_dataAfterDrainAndASecondDrain_endTheConnection() {
        Frame.Builder drain = drain();
        for (Frame.Builder frame : List.of(message("m"), request(1, "h"), gap("x", 1), drain)) {
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.peer.send(drain);
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w6_1_frameOtherThanWelcomeOrClose_endsTheHandshakeOfAClient() {
        for (Frame.Builder frame : List.of(message("m"), ping(1), hello(), credit(c -> {}))) {
            try (Dialogue dialogue = Dialogue.withClient()) {
                dialogue.peer.next();
                dialogue.peer.send(frame);
                assertThat(Patience.get(dialogue.end.disconnected()).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
                assertThat(dialogue.peer.drain()).isEmpty(); // a client in this state has nothing it may say
            }
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.peer.next();
            dialogue.peer.send(close(16));
            assertThat(Patience.get(dialogue.end.disconnected()).code()).isEqualTo(ErrorCode.REJECTED);
        }
    }

    @Test
    void w5_3_whatAClientSendsWhileMainDrains_isTaken() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            List<String> heard = dialogue.hear("m");
            dialogue.end.session().outbox().drain(Duration.ofSeconds(5), CLOSING);
            assertThat(dialogue.peer.next().getDrain().getGraceMicros()).isEqualTo(5_000_000);
            dialogue.peer.send(text("m", "late"));
            assertThat(heard).containsExactly("late");
            dialogue.assertGoesOn();
        }
    }
}
