package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.offer;
import static dev.valence.fixtures.RawFrames.portClose;
import static dev.valence.fixtures.RawFrames.portMessage;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.MessageChannel;
import dev.valence.proto.Lane;
import dev.valence.proto.PortOffer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 21 of the protocol: ports that are offered, and their windows. */
@Timeout(60)
class ProtocolPortsConformanceTest extends PortDialogues {

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
}
