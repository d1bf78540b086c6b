package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.offer;
import static dev.valence.fixtures.RawFrames.portClose;
import static dev.valence.fixtures.RawFrames.portMessage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.proto.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 21 of the protocol: pipes that lead on, and their end. */
@Timeout(60)
class ProtocolPipesConformanceTest extends PortDialogues {

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
    void w21_14_answersWhileAClosedPipeIsHandedOn_dropNothingOfIt() {
        try (Dialogue dialogue = main()) {
            MessageChannel channel = direct();
            channel.port1().postMessage(1);
            channel.port1().postMessage(2);
            channel.port1().close();
            List<Frame> frames = new ArrayList<>();
            dialogue.peer.onWakeUp(
                    () -> { // answers at once, in the middle of the hand-over
                        frames.addAll(dialogue.peer.drain());
                        dialogue.peer.send(portMessage(2));
                    });
            dialogue.end.postMessage("port", null, channel.port2());
            assertThat(frames.get(0).getMessage().getPorts(0).getPort()).isEqualTo(2);
            assertThat(frames.get(1).hasPortMessage()).isTrue();
            assertThat(frames.get(2).hasPortMessage()).isTrue();
            assertThat(frames.get(3).getPortClose().getPort()).isEqualTo(2);
            assertThat(frames).hasSize(4);
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
            dialogue.peer.send(hello(hello -> hello.setFeatures(0)));
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
    void w8_8_portsThatNobodyReads_holdTheirRoomBeyondOnePayload() {
        Limits limits = IMPATIENT.withPayloadBytes(3 * WINDOW);
        try (Dialogue dialogue = Dialogue.withMain(limits, CallbackExecutor.direct())) {
            dialogue.peer.send(hello(hello -> hello.setFeatures(PORTS)));
            dialogue.peer.next();
            dialogue.peer.sendReady();
            listening(dialogue);
            dialogue.peer.send(
                    offering(LongStream.range(0, 40).map(i -> 2 * i + 1).toArray()));
            int most = 3 + 28; // three give their room back, too little to tell; the rest fills the window of the lane
            for (int i = 0; i < most; i++) {
                dialogue.peer.send(posting(2 * i + 1, WINDOW));
            }
            assertThat(dialogue.peer.drain()).isEmpty();
            ports.forEach(this::hear);
            assertThat(heard).hasSize(most);
            assertThat(dialogue.peer.drain())
                    .filteredOn(frame -> frame.getCredit().getPort() == 0)
                    .extracting(frame -> frame.getCredit().getDataBytes())
                    .isNotEmpty();
            dialogue.peer.send(posting(63, WINDOW));
            dialogue.assertGoesOn();
            assertThat(heard).hasSize(most + 1);
        }
    }

    @Test
    void w8_8_portsThatNobodyReads_holdUpNothingUpToOnePayload() {
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(
                    offering(LongStream.range(0, 64).map(i -> 2 * i + 1).toArray()));
            for (int i = 0; i < 64; i++) { // twice the window of the lane
                dialogue.peer.send(posting(2 * i + 1, WINDOW));
                dialogue.peer.drain();
            }
            dialogue.assertGoesOn();
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
