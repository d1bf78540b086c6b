package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.dumpThreads;
import static dev.valence.fixtures.RawFrames.failure;
import static dev.valence.fixtures.RawFrames.gap;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.subscribe;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.threadDump;
import static dev.valence.fixtures.RawFrames.unknownField;
import static dev.valence.fixtures.RawFrames.unsubscribe;
import static dev.valence.fixtures.RawFrames.welcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.Patience;
import dev.valence.frame.Wire;
import dev.valence.proto.Bounds;
import dev.valence.proto.Cancel;
import dev.valence.proto.Chunk;
import dev.valence.proto.Frame;
import dev.valence.proto.Item;
import dev.valence.proto.Lane;
import dev.valence.proto.Metadata;
import dev.valence.proto.ObjectRef;
import dev.valence.proto.PortClose;
import dev.valence.proto.PortMessage;
import dev.valence.proto.PortOffer;
import dev.valence.proto.RegionRef;
import dev.valence.proto.Reply;
import dev.valence.proto.Report;
import dev.valence.proto.Stream;
import dev.valence.proto.StreamEnd;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream.Builder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sections 2 and 3 of the protocol: frames, versions and features. */
@Timeout(60)
class ProtocolFramesConformanceTest {

    /** A frame with a name for the report. */
    record Named(String name, Frame.Builder frame) {
        @Override
        public String toString() {
            return name;
        }
    }

    // ---- Section 2: bytes and frames -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Wire.MAX_FRAME_BYTES + 1, Integer.MAX_VALUE})
    void w2_3_lengthThatNoFrameHas_endsTheConnection(int length) {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.sendBytes(ByteBuffer.allocate(4).putInt(length).array());
            assertThat(Patience.get(dialogue.end.disconnected()))
                    .hasMessageContaining("frame length: " + Integer.toUnsignedString(length))
                    .extracting(IpcException::code)
                    .isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void w2_3_largestFrame_isTaken() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            Frame.Builder frame = unknownField(failure(1, 1), 2000, 0);
            int room = Wire.MAX_FRAME_BYTES - frame.build().getSerializedSize() - 2;
            frame = unknownField(failure(1, 1), 2000, room);
            assertThat(frame.build().getSerializedSize()).isEqualTo(Wire.MAX_FRAME_BYTES);
            dialogue.end.invoke("h", null, Object.class); // so that the failure has something to end
            dialogue.peer.send(frame);
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w2_4_firstFrameOfAClient_isShort() {
        for (int length : new int[] {4096, 4097}) {
            try (Dialogue dialogue = Dialogue.withMain()) {
                Frame.Builder hello = unknownField(hello(), 2000, 0);
                int room = length - hello.build().getSerializedSize() - 1;
                dialogue.peer.send(unknownField(hello(), 2000, room));
                assertThat(dialogue.peer.isClosed()).isEqualTo(length > 4096);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "22ff", "2212", "2203120161ff", "220412020080", "0a"})
    void w2_5_bytesThatAreNoFrame_endTheConnection(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.sendBytes(ByteBuffer.allocate(4 + bytes.length)
                    .putInt(bytes.length)
                    .put(bytes)
                    .array());
            dialogue.assertBroken();
        }
    }

    @Test
    void w2_6_secondBody_endsTheConnection() {
        byte[] message = message("m").build().toByteArray();
        for (Frame.Builder second : List.of(message("m"), message("n"), ping(1))) {
            byte[] other = second.build().toByteArray();
            ByteBuffer both = ByteBuffer.allocate(4 + message.length + other.length);
            both.putInt(message.length + other.length).put(message).put(other);
            try (Dialogue dialogue = Dialogue.withReadyMain()) {
                dialogue.peer.sendBytes(both.array());
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w2_6_w2_8_frameWithoutABodyThatIsKnown_endsTheConnection() {
        for (Frame.Builder frame : List.of(Frame.newBuilder().setHops(1), unknownField(Frame.newBuilder(), 29, 3))) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w2_7_fieldsThatAreNotKnown_areSkippedAtEveryDepth() {
        UnknownFieldSet future = unknownField(Frame.newBuilder(), 2000, 10).getUnknownFields();
        try (Dialogue dialogue = Dialogue.withMain()) {
            List<String> heard = dialogue.hear("m");
            dialogue.peer.send(Frame.newBuilder()
                    .setUnknownFields(future)
                    .setHello(hello().getHelloBuilder().setUnknownFields(future)));
            dialogue.peer.send(Frame.newBuilder()
                    .setUnknownFields(future)
                    .setMessage(text("m", "x").getMessageBuilder().setUnknownFields(future)));
            assertThat(heard).containsExactly("x");
        }
    }

    static java.util.stream.Stream<Named> numbersThatAreTooLarge() {
        Builder<Named> frames = java.util.stream.Stream.builder();
        for (long number : new long[] {-1, Long.MIN_VALUE}) {
            frames.add(new Named("id of a message", message("m", m -> m.setId(number))));
            frames.add(new Named("id of a request", request(number, "h")));
            frames.add(
                    new Named("size", message("m", m -> m.setId(1).setMore(true).setSize(number))));
            frames.add(new Named("time left", request(1, "h", r -> r.setTimeLeftMicros(number))));
            frames.add(new Named(
                    "cancel", Frame.newBuilder().setCancel(Cancel.newBuilder().setId(number))));
            frames.add(new Named(
                    "reply", Frame.newBuilder().setReply(Reply.newBuilder().setId(number))));
            frames.add(new Named("failure", failure(number, 1)));
            frames.add(new Named(
                    "chunk", Frame.newBuilder().setChunk(Chunk.newBuilder().setId(number))));
            frames.add(new Named("data credit", credit(c -> c.setDataBytes(number))));
            frames.add(new Named("reply credit", credit(c -> c.setReplyBytes(number))));
        }
        return frames.build();
    }

    @ParameterizedTest
    @MethodSource("numbersThatAreTooLarge")
    void w2_9_numberBeyond63Bits_endsTheConnection(Named frame) {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
    }

    @Test
    void w2_9_boundBeyond63Bits_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(
                    hello(hello -> hello.setBounds(Bounds.newBuilder().setPayloadBytes(-1))));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.peer.next();
            dialogue.peer.send(
                    welcome(welcome -> welcome.setBounds(Bounds.newBuilder().setPayloadBytes(-1))));
            dialogue.assertBroken();
        }
    }

    static java.util.stream.Stream<Named> framesWithAChannel() {
        Builder<Named> frames = java.util.stream.Stream.builder();
        for (String channel : new String[] {"", "x".repeat(256), "€".repeat(86)}) {
            frames.add(new Named("message", message(channel)));
            frames.add(new Named("request", request(1, channel)));
            frames.add(new Named("subscribe", subscribe(channel)));
            frames.add(new Named("unsubscribe", unsubscribe(channel)));
        }
        return frames.build();
    }

    @ParameterizedTest
    @MethodSource("framesWithAChannel")
    void w2_10_channelNameThatIsEmptyOrTooLong_endsTheConnection(Named frame) {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
    }

    @Test
    void w2_10_w12_15_gapWithoutAChannelOrACount_endsTheConnection() {
        List<Frame.Builder> broken = List.of(gap("", 1), gap("x".repeat(256), 1), gap("x", 0), gap("x", -1));
        for (Frame.Builder frame : broken) {
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w2_10_longestName_isOne() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<String> heard = dialogue.hear("€".repeat(85));
            dialogue.peer.send(text("€".repeat(85), "x"));
            assertThat(heard).containsExactly("x");
        }
    }

    @Test
    void w2_12_w2_13_fieldsOfLaterVersionsInAPayload_areSkipped() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<String> heard = dialogue.hear("m");
            dialogue.peer.send(Frame.newBuilder()
                    .setMessage(text("m", "x")
                            .getMessageBuilder()
                            .addPorts(PortOffer.newBuilder().setPort(1))
                            .addObjects(ObjectRef.newBuilder().setId(1))
                            .setRegion(RegionRef.newBuilder().setName("r"))
                            .setContentType("text/plain")
                            .addMetadata(Metadata.newBuilder().setKey("k"))));
            assertThat(heard).containsExactly("x");
        }
    }

    @Test
    void w2_14_muchBesideThePayload_endsTheConnectionButForExplanations() {
        Metadata large = Metadata.newBuilder()
                .setKey("k")
                .setValue(ByteString.copyFrom(new byte[Wire.MAX_HEADER_BYTES]))
                .build();
        for (Frame.Builder frame : List.of(
                message("m", m -> m.addMetadata(large)),
                request(1, "h", r -> r.addMetadata(large)),
                unknownField(subscribe("x"), 2000, Wire.MAX_HEADER_BYTES),
                unknownField(credit(c -> {}), 2000, Wire.MAX_HEADER_BYTES))) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.end.session().broadcast("x", null);
            Report.Builder report = Report.newBuilder().setId(1);
            for (int i = 0; i < 10_000; i++) {
                report.addSkipped(i);
            }
            dialogue.peer.send(Frame.newBuilder().setReport(report));
            dialogue.assertGoesOn();
        }
    }

    // ---- Section 3: versions and features ------------------------------------------------------------------------

    @Test
    void w3_2_otherMinorVersion_isServed() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setMinor(7)));
            assertThat(dialogue.peer.next().getWelcome().getMajor()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void w3_3_otherMajorVersion_isRejected(int major) {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setMajor(major)));
            dialogue.assertEnded(ErrorCode.REJECTED);
        }
    }

    @Test
    void w3_5_w3_6_featuresOfWelcome_areThoseThatBothKnow() {
        for (long offered : new long[] {0, 31}) {
            try (Dialogue dialogue = Dialogue.withMain()) {
                dialogue.peer.send(hello(hello -> hello.setFeatures(offered)));
                assertThat(dialogue.peer.next().getWelcome().getFeatures()).isEqualTo(offered & Wire.FEATURES);
            }
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            assertThat(dialogue.peer.next().getHello().getFeatures()).isEqualTo(Wire.FEATURES);
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.peer.next();
            dialogue.peer.send(welcome(welcome -> welcome.setFeatures(Wire.FEATURES | 8)));
            assertThat(Patience.get(dialogue.end.disconnected()).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
    }

    static java.util.stream.Stream<Named> framesOfFeatures() {
        return java.util.stream.Stream.of(
                new Named(
                        "stream",
                        Frame.newBuilder().setStream(Stream.newBuilder().setId(1))),
                new Named("request for a thread dump", dumpThreads()),
                new Named("thread dump", threadDump(ByteString.EMPTY)),
                new Named("item", Frame.newBuilder().setItem(Item.newBuilder().setId(1))),
                new Named(
                        "stream end",
                        Frame.newBuilder().setStreamEnd(StreamEnd.newBuilder().setId(1))),
                new Named(
                        "stream lane",
                        Frame.newBuilder().setChunk(Chunk.newBuilder().setLane(Lane.LANE_STREAM))),
                new Named("credit for a stream", credit(c -> c.setTarget(1))),
                new Named("credit for a port", credit(c -> c.setPort(1))),
                new Named(
                        "port message",
                        Frame.newBuilder()
                                .setPortMessage(PortMessage.newBuilder().setPort(1))),
                new Named(
                        "port close",
                        Frame.newBuilder().setPortClose(PortClose.newBuilder().setPort(1))),
                new Named(
                        "port offer",
                        Frame.newBuilder().setPortOffer(PortOffer.newBuilder().setPort(1))),
                new Named(
                        "port lane",
                        Frame.newBuilder().setChunk(Chunk.newBuilder().setLane(Lane.LANE_PORT))),
                new Named(
                        "unknown lane",
                        Frame.newBuilder().setChunk(Chunk.newBuilder().setLaneValue(9))));
    }

    @ParameterizedTest
    @MethodSource("framesOfFeatures")
    void w3_7_frameOfAFeatureThatIsNotAgreed_endsTheConnection(Named frame) {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setFeatures(0)));
            assertThat(dialogue.peer.next().hasWelcome()).isTrue();
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = Dialogue.withClient()) {
            dialogue.end.sendReady();
            dialogue.peer.next();
            dialogue.peer.send(welcome(welcome -> welcome.setFeatures(0)));
            assertThat(dialogue.peer.next().hasReady()).isTrue();
            dialogue.peer.send(frame.frame());
            dialogue.assertBroken();
        }
    }
}
