package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.offer;
import static dev.valence.fixtures.RawFrames.portMessage;
import static dev.valence.fixtures.RawFrames.welcome;
import static dev.valence.fixtures.RawFrames.zeros;

import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.proto.Feature;
import dev.valence.proto.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Connections of which both sides know ports, and what such a peer says. Callbacks run on the thread of the test. */
class PortDialogues {

    static final long PORTS = Feature.FEATURE_PORTS_VALUE;
    static final int WINDOW = 262_144;
    static final int QUARTER = 65_536;
    static final Limits IMPATIENT = Limits.defaults().withSendTimeout(Duration.ofMillis(1));

    final List<MessagePort> ports = new ArrayList<>(); // that the end got
    final List<Object> heard = new ArrayList<>();

    /** Main, whose client is ready and knows ports. */
    Dialogue main() {
        Dialogue dialogue = Dialogue.withMain(IMPATIENT, CallbackExecutor.direct());
        dialogue.peer.send(hello(hello -> hello.setFeatures(PORTS)));
        dialogue.peer.next();
        dialogue.peer.sendReady();
        return listening(dialogue);
    }

    /** A client that is ready, of a main that knows ports. */
    Dialogue client() {
        Dialogue dialogue = Dialogue.withClient(IMPATIENT, CallbackExecutor.direct());
        dialogue.peer.next();
        dialogue.peer.send(welcome(welcome -> welcome.setFeatures(PORTS)));
        dialogue.end.sendReady();
        dialogue.peer.next();
        return listening(dialogue);
    }

    Dialogue listening(Dialogue dialogue) {
        dialogue.end.receiver().on("port", Object.class, (event, payload) -> ports.addAll(event.ports()));
        return dialogue;
    }

    static Frame.Builder offering(long... numbers) {
        return message("port", m -> LongStream.of(numbers).forEach(number -> m.addPorts(offer(number))));
    }

    static Frame.Builder posting(long port, int bytes) {
        return portMessage(port, m -> m.setEncoding(1).setPayload(zeros(bytes)));
    }

    void hear(MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> heard.add(payload));
        port.onClose(() -> heard.add("closed"));
        port.start();
    }

    static MessageChannel direct() {
        return MessageChannel.create(CallbackExecutor.direct());
    }
}
