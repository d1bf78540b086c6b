package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.offer;
import static dev.valence.fixtures.RawFrames.portClose;
import static dev.valence.fixtures.RawFrames.portMessage;
import static dev.valence.fixtures.RawFrames.welcome;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.proto.Feature;
import dev.valence.proto.Frame;
import dev.valence.proto.Lane;
import dev.valence.proto.PortOffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 21 of the protocol: ports. */
@Timeout(60)
class ProtocolPortsConformanceTest {

    private static final long PORTS = Feature.FEATURE_PORTS_VALUE;
    private static final int WINDOW = 262_144;
    private static final int QUARTER = 65_536;
    private static final Limits IMPATIENT = Limits.defaults().withSendTimeout(Duration.ofMillis(1));

    private final List<MessagePort> ports = new ArrayList<>(); // that the end got
    private final List<Object> heard = new ArrayList<>();

    /** Main, whose client is ready and knows ports. */
    private Dialogue main() {
        Dialogue dialogue = Dialogue.withMain(IMPATIENT, CallbackExecutor.direct());
        dialogue.peer.send(hello(hello -> hello.setFeatures(PORTS)));
        dialogue.peer.next();
        dialogue.peer.sendReady();
        return listening(dialogue);
    }

    /** A client that is ready, of a main that knows ports. */
    private Dialogue client() {
        Dialogue dialogue = Dialogue.withClient(IMPATIENT, CallbackExecutor.direct());
        dialogue.peer.next();
        dialogue.peer.send(welcome(welcome -> welcome.setFeatures(PORTS)));
        dialogue.end.sendReady();
        dialogue.peer.next();
        return listening(dialogue);
    }

    private Dialogue listening(Dialogue dialogue) {
        dialogue.end.receiver().on("port", Object.class, (event, payload) -> ports.addAll(event.ports()));
        return dialogue;
    }

    private static Frame.Builder offering(long... numbers) {
        return message("port", m -> LongStream.of(numbers).forEach(number -> m.addPorts(offer(number))));
    }

    private static Frame.Builder posting(long port, int bytes) {
        return portMessage(port, m -> m.setEncoding(1).setPayload(zeros(bytes)));
    }

    private void hear(MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> heard.add(payload));
        port.onClose(() -> heard.add("closed"));
        port.start();
    }

    private static MessageChannel direct() {
        return MessageChannel.create(CallbackExecutor.direct());
    }

    @Test
    void w21_1_offeredNumber_isUsedByBothSides() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(message(
                    "port",
                    m -> m.addPorts(PortOffer.newBuilder()
                            .setPort(1)
                            .setWindowBytes(1)
                            .setDirectEndpoint("nowhere")
                            .setDirectToken(zeros(3)))));
            hear(ports.get(0));
            dialogue.peer.send(portMessage(1));
            assertThat(heard).containsExactly((Object) null);
            ports.get(0).postMessage("x");
            assertThat(dialogue.peer.next().getPortMessage().getPort()).isEqualTo(1);
        }
    }

    @Test
    void w21_2_numbersThisSideChooses_riseAndAreItsOwn() {
        for (int first : new int[] {2, 1}) {
            try (Dialogue dialogue = first == 2 ? main() : client()) {
                dialogue.end.postMessage("m", 1, direct().port1(), direct().port1());
                dialogue.end.postMessage("m", 1, direct().port1());
                assertThat(dialogue.peer.next().getMessage().getPortsList())
                        .extracting(PortOffer::getPort)
                        .containsExactly((long) first, first + 2L);
                assertThat(dialogue.peer.next().getMessage().getPortsList())
                        .extracting(PortOffer::getPort)
                        .containsExactly(first + 4L);
            }
        }
    }

    @Test
    void w21_2_numberOfTheWrongKindOrThatDoesNotRise_endsTheConnection() {
        for (long[] numbers :
                List.of(new long[] {2}, new long[] {0}, new long[] {-1}, new long[] {3, 3}, new long[] {3, 1})) {
            try (Dialogue dialogue = main()) {
                dialogue.peer.send(offering(numbers));
                dialogue.assertBroken();
            }
        }
        for (long[] numbers :
                List.of(new long[] {1}, new long[] {0}, new long[] {-2}, new long[] {4, 4}, new long[] {4, 2})) {
            try (Dialogue dialogue = client()) {
                dialogue.peer.send(offering(numbers));
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(7, 101));
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w21_3_portsInAMessageToOthers_endTheConnection() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(
                    message("port", m -> m.setId(1).setBroadcast(true).addPorts(offer(1))));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1).setDestination(2));
            dialogue.assertBroken();
        }
    }

    @Test
    void w21_4_moreThan64PortsInAMessage_endTheConnection() {
        for (int count : new int[] {64, 65}) {
            try (Dialogue dialogue = main()) {
                dialogue.peer.send(
                        offering(LongStream.range(0, count).map(i -> 2 * i + 1).toArray()));
                if (count == 64) {
                    assertThat(ports).hasSize(64);
                    dialogue.assertGoesOn();
                } else {
                    dialogue.assertBroken();
                }
            }
        }
    }

    @Test
    void w21_5_moreThan1024OpenPorts_endTheConnection() {
        try (Dialogue dialogue = main()) {
            for (int i = 0; i < 1024; i++) {
                dialogue.peer.send(offering(2 * i + 1));
            }
            dialogue.peer.send(portClose(1));
            dialogue.peer.send(offering(3001));
            dialogue.assertGoesOn();
            dialogue.peer.send(offering(3003));
            dialogue.assertEnded(ErrorCode.LIMIT);
        }
    }

    @Test
    void w21_6_messageThatIsGivenUp_offersNothing() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(message(
                    "port",
                    m -> m.setId(1)
                            .setMore(true)
                            .setSize(5000)
                            .setPayload(zeros(4000))
                            .addPorts(offer(1))));
            dialogue.peer.send(chunk(1, Lane.LANE_DATA, chunk -> chunk.setAborted(true)));
            assertThat(ports).isEmpty();
            dialogue.peer.send(offering(1));
            assertThat(ports).hasSize(1);
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w21_8_messageInPieces_takesItsChargeOnce() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            dialogue.peer.send(portMessage(
                    1,
                    m -> m.setId(1)
                            .setEncoding(1)
                            .setMore(true)
                            .setSize(WINDOW - 3 * 256)
                            .setPayload(zeros(100_000))));
            dialogue.peer.send(lastPiece(1, WINDOW - 3 * 256 - 100_000));
            dialogue.peer.send(posting(1, 0));
            dialogue.peer.send(posting(1, 0));
            dialogue.assertGoesOn();
            dialogue.peer.send(posting(1, 0));
            dialogue.assertBroken();
        }
    }

    @Test
    void w21_9_underWayOfAnOffer_countsAtTheStart() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(message(
                    "port", m -> m.addPorts(PortOffer.newBuilder().setPort(1).setUnderWayBytes(WINDOW - 1000))));
            ports.get(0).postMessage(new byte[744]);
            assertThatThrownBy(() -> ports.get(0).postMessage(null)).isInstanceOf(IpcException.class);
            dialogue.peer.send(credit(c -> c.setPort(1).setDataBytes(256)));
            ports.get(0).postMessage(null);
            dialogue.assertGoesOn();
        }
        try (Dialogue dialogue = main()) {
            MessageChannel channel = direct();
            channel.port1().postMessage(new byte[1000]);
            channel.port2().postMessage(new byte[2000]);
            dialogue.end.postMessage("m", 1, channel.port2());
            assertThat(dialogue.peer.next().getMessage().getPorts(0).getUnderWayBytes())
                    .isEqualTo(2256);
            assertThat(dialogue.peer.next().getPortMessage().getPayload().size())
                    .isEqualTo(1000);
        }
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(message(
                    "port", m -> m.addPorts(PortOffer.newBuilder().setPort(1).setUnderWayBytes(-1))));
            dialogue.assertBroken();
        }
    }

    @Test
    void w21_10_moreThanTheWindowAllows_endsTheConnection() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            dialogue.peer.send(posting(1, QUARTER - 257));
            dialogue.peer.send(posting(1, WINDOW)); // less than a quarter is under way: one of any size
            dialogue.assertGoesOn();
            dialogue.peer.send(posting(1, 0));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            dialogue.peer.send(posting(1, QUARTER - 256));
            dialogue.peer.send(posting(1, WINDOW - QUARTER - 256));
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w21_10_thisSide_keepsToTheWindow() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            for (int i = 0; i < 4; i++) {
                ports.get(0).postMessage(new byte[QUARTER - 256]);
            }
            assertThatThrownBy(() -> ports.get(0).postMessage(null))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKPRESSURE))
                    .hasMessage("no room at the other end of the port, for 1 ms (expected: listeners that keep up;"
                            + " limit 262144 bytes)");
            dialogue.peer.send(credit(c -> c.setPort(1).setDataBytes(256)));
            ports.get(0).postMessage(null);
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w21_11_creditForAPort_doesNotOvertakeItsOffer() {
        try (Dialogue dialogue = Dialogue.withMain(IMPATIENT, CallbackExecutor.direct())) {
            dialogue.peer.send(hello(hello -> hello.setFeatures(PORTS)));
            dialogue.peer.next();
            MessageChannel channel = direct();
            channel.port1().onMessage(Object.class, (event, payload) -> {});
            channel.port2().postMessage(new byte[QUARTER]);
            dialogue.end.postMessage("m", 1, channel.port2());
            channel.port1().start(); // gives room back
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.sendReady();
            assertThat(dialogue.peer.next().getMessage().getPorts(0).getUnderWayBytes())
                    .isEqualTo(QUARTER + 256);
            assertThat(dialogue.peer.next().getCredit().getDataBytes()).isEqualTo(QUARTER + 256);
        }
    }

    @Test
    void w21_12_roomComesBack_whenListenersHaveReturned() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            dialogue.peer.send(posting(1, QUARTER - 257));
            assertThat(dialogue.peer.drain()).isEmpty();
            hear(ports.get(0));
            assertThat(dialogue.peer.drain()).isEmpty();
            dialogue.peer.send(posting(1, 0));
            assertThat(dialogue.peer.next().getCredit().getDataBytes()).isEqualTo(QUARTER - 1 + 256);
        }
    }

    @Test
    void w21_13_creditForMoreThanIsUnderWay_endsTheConnection() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            ports.get(0).postMessage(null);
            dialogue.peer.send(credit(c -> c.setPort(1).setDataBytes(256)));
            dialogue.assertGoesOn();
            dialogue.peer.send(credit(c -> c.setPort(1).setDataBytes(1)));
            dialogue.assertBroken();
        }
    }

    @Test
    void w21_14_pipeThatLeadsOn_isPassedOnBothWays() {
        try (Dialogue one = main();
                Dialogue two = main()) {
            one.peer.send(offering(1));
            one.peer.send(posting(1, 10));
            two.end.postMessage("joined", null, ports.get(0));
            one.peer.send(posting(1, 20));
            assertThat(two.peer.next().getMessage().getPorts(0).getPort()).isEqualTo(2);
            assertThat(two.peer.next().getPortMessage().getPayload().size()).isEqualTo(10);
            assertThat(two.peer.next().getPortMessage().getPayload().size()).isEqualTo(20);

            one.peer.send(portMessage(1, m -> m.addPorts(offer(5))));
            Frame carrier = two.peer.next();
            assertThat(carrier.getPortMessage().getPorts(0).getPort()).isEqualTo(4);
            two.peer.send(portMessage(4));
            assertThat(one.peer.next().getPortMessage().getPort()).isEqualTo(5);

            two.peer.send(credit(c -> c.setPort(2).setDataBytes(266 + 276)));
            assertThat(one.peer.next().getCredit())
                    .satisfies(c -> assertThat(c.getPort()).isEqualTo(1))
                    .satisfies(c -> assertThat(c.getDataBytes()).isEqualTo(266 + 276));

            two.peer.send(portMessage(2));
            assertThat(one.peer.next().getPortMessage().getPort()).isEqualTo(1);
            two.peer.send(portClose(2));
            assertThat(one.peer.next().getPortClose().getPort()).isEqualTo(1);
        }
    }

    @Test
    void w21_15_whoPassesOn_checksTheWindowItself() {
        try (Dialogue one = main();
                Dialogue two = main()) {
            one.peer.send(offering(1));
            two.end.postMessage("joined", null, ports.get(0));
            one.peer.send(posting(1, WINDOW - 256));
            one.peer.send(posting(1, 0));
            one.assertBroken();
            two.assertGoesOn();
        }
        ports.clear();
        try (Dialogue one = main();
                Dialogue two = main()) {
            one.peer.send(offering(1));
            two.end.postMessage("joined", null, ports.get(0));
            one.peer.send(posting(1, 0));
            two.peer.send(credit(c -> c.setPort(2).setDataBytes(257)));
            two.assertBroken();
            one.assertGoesOn();
        }
    }

    @Test
    void w21_16_close_comesBehindTheMessagesBeforeIt() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1, 3));
            hear(ports.get(0));
            dialogue.peer.send(portMessage(1));
            dialogue.peer.send(portClose(1));
            assertThat(heard).containsExactly(null, "closed");
            assertThat(dialogue.peer.drain()).isEmpty();
            ports.get(1).postMessage("last");
            ports.get(1).close();
            assertThat(dialogue.peer.next().hasPortMessage()).isTrue();
            assertThat(dialogue.peer.next().getPortClose().getPort()).isEqualTo(3);
        }
    }

    @Test
    void w21_17_portsThatNobodyGets_areClosed() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(message("nobody listens", m -> m.addPorts(offer(1))));
            assertThat(dialogue.peer.next().getPortClose().getPort()).isEqualTo(1);
            dialogue.end.permit(channel -> false);
            dialogue.peer.send(offering(3));
            assertThat(dialogue.peer.next().getPortClose().getPort()).isEqualTo(3);
        }
        try (Dialogue one = main();
                Dialogue two = main()) {
            one.peer.send(offering(1));
            two.end.postMessage("joined", null, ports.get(0));
            two.peer.breakOff();
            assertThat(one.peer.next().getPortClose().getPort()).isEqualTo(1);
        }
    }

    @Test
    void w21_17_messageLargerThanTheNextReceiverTakes_closesThePipe() {
        try (Dialogue one = main();
                Dialogue two = Dialogue.withMain(IMPATIENT, CallbackExecutor.direct())) {
            two.peer.send(
                    hello(hello -> hello.setFeatures(PORTS).getBoundsBuilder().setPayloadBytes(1000)));
            two.peer.next();
            two.peer.sendReady();
            one.peer.send(offering(1));
            two.end.postMessage("joined", null, ports.get(0));
            two.peer.next();
            one.peer.send(posting(1, 1001));
            assertThat(one.peer.next().getPortClose().getPort()).isEqualTo(1);
            assertThat(two.peer.next().getPortClose().getPort()).isEqualTo(2);
        }
    }

    @Test
    void w21_18_whatComesForAClosedPort_isIgnored() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            ports.get(0).close();
            assertThat(dialogue.peer.next().getPortClose().getPort()).isEqualTo(1);
            dialogue.peer.send(portMessage(1, m -> m.addPorts(offer(3))));
            assertThat(dialogue.peer.next().getPortClose().getPort()).isEqualTo(3);
            dialogue.peer.send(credit(c -> c.setPort(1).setDataBytes(1)));
            dialogue.peer.send(portClose(1));
            for (int i = 0; i < 100; i++) { // more than the window of the lane: its room comes back
                dialogue.peer.send(posting(1, WINDOW));
                dialogue.peer.drain();
            }
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w21_19_portThatNeverWas_endsTheConnection() {
        for (long number : new long[] {1, 2, 0, -1, -2}) {
            for (Frame.Builder frame : List.of(
                    portMessage(number),
                    portClose(number),
                    credit(c -> c.setPort(number).setDataBytes(1)))) {
                if (number == 0 && frame.hasCredit()) {
                    continue; // that of the connection
                }
                try (Dialogue dialogue = main()) {
                    dialogue.peer.send(frame);
                    dialogue.assertBroken();
                }
            }
        }
    }

    @Test
    void w21_20_endOfTheConnection_closesItsPorts() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(offering(1));
            hear(ports.get(0));
            dialogue.peer.breakOff();
            assertThat(heard).containsExactly("closed");
        }
    }

    // ---- What other sections say of ports ------------------------------------------------------------------------

    @Test
    void w3_7_peerThatKnowsNoPorts_getsNone() {
        try (Dialogue dialogue = Dialogue.withMain(IMPATIENT, CallbackExecutor.direct())) {
            MessageChannel early = direct();
            hear(early.port1());
            dialogue.end.postMessage("m", 1, early.port2());
            early.port1().postMessage("x");
            dialogue.end.send("m", 2);
            dialogue.peer.sendHello();
            assertThat(dialogue.peer.next().hasWelcome()).isTrue();
            dialogue.peer.sendReady();
            Frame only = dialogue.peer.next();
            assertThat(only.getMessage().getPortsCount()).isZero();
            assertThat(dialogue.peer.drain()).isEmpty();
            assertThat(heard).containsExactly("closed");
            assertThatThrownBy(() -> dialogue.end.postMessage("m", 1, direct().port1()))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
        }
    }

    @Test
    void w8_8_dataLaneThroughARelay_getsItsRoomBackWhenTheOtherConnectionHasIt() {
        try (Dialogue one = main();
                Dialogue two = main()) {
            int count = 64; // each has a window of its own; together they are more than the window of the lane
            long[] numbers = LongStream.range(0, count).map(i -> 2 * i + 1).toArray();
            one.peer.send(offering(numbers));
            for (MessagePort port : ports) {
                two.end.postMessage("joined", null, port);
            }
            for (int i = 0; i < 31; i++) {
                one.peer.send(posting(numbers[i], WINDOW));
            }
            assertThat(one.peer.drain())
                    .isEmpty(); // 31 × 256 KiB are held; what Ready and the offer took is too little to tell
            two.peer.drain();
            assertThat(one.peer.next().getCredit().getDataBytes()).isEqualTo(31L * (WINDOW + 256) + 2 * 256);
            one.assertGoesOn();
        }
    }

    @Test
    void w8_8_connectionThatEnds_givesTheRoomOfWhatItWasToTakeBack() {
        try (Dialogue one = main()) {
            try (Dialogue two = main()) {
                one.peer.send(
                        offering(LongStream.range(0, 31).map(i -> 2 * i + 1).toArray()));
                for (MessagePort port : ports) {
                    two.end.postMessage("joined", null, port);
                }
                for (int i = 0; i < 31; i++) {
                    one.peer.send(posting(2 * i + 1, WINDOW));
                }
            }
            assertThat(one.peer.drain())
                    .filteredOn(Frame::hasCredit)
                    .singleElement()
                    .satisfies(frame ->
                            assertThat(frame.getCredit().getDataBytes()).isEqualTo(31L * (WINDOW + 256) + 2 * 256));
        }
    }
}
