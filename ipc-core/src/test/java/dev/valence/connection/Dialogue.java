package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.Limits;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.RawFrames;
import dev.valence.fixtures.RawPeer;
import dev.valence.proto.Close;
import dev.valence.proto.Frame;
import java.util.ArrayList;
import java.util.List;

/** One end of the library and a raw peer that talks to it, both on the thread of the test. */
final class Dialogue implements AutoCloseable {

    final PairedEnd end;
    final RawPeer peer;
    private final Quiet quiet = Quiet.about("valence.lifecycle"); // most of these connections end badly

    private Dialogue(PairedEnd end, RawPeer peer) {
        this.end = end;
        this.peer = peer;
    }

    /** Main, that has heard nothing yet. */
    static Dialogue withMain(Limits limits, CallbackExecutor executor) {
        PairedEnd main = PairedEnd.server(limits, executor);
        return new Dialogue(main, new RawPeer(main::accept));
    }

    static Dialogue withMain() {
        return withMain(Limits.defaults(), CallbackExecutor.direct());
    }

    /** Main, past the handshake, that holds its data lane. */
    static Dialogue withOpenMain(Limits limits, CallbackExecutor executor) {
        Dialogue dialogue = withMain(limits, executor);
        dialogue.peer.sendHello();
        assertThat(dialogue.peer.next().hasWelcome()).isTrue();
        return dialogue;
    }

    static Dialogue withOpenMain() {
        return withOpenMain(Limits.defaults(), CallbackExecutor.direct());
    }

    /** Main whose client is ready. */
    static Dialogue withReadyMain() {
        Dialogue dialogue = withOpenMain();
        dialogue.peer.sendReady();
        return dialogue;
    }

    /** A client that has said nothing yet. */
    static Dialogue withClient(Limits limits, CallbackExecutor executor) {
        PairedEnd client = PairedEnd.client(limits, executor);
        return new Dialogue(client, new RawPeer(client::connect));
    }

    static Dialogue withClient() {
        return withClient(Limits.defaults(), CallbackExecutor.direct());
    }

    /** A client past the handshake that is not ready. */
    static Dialogue withOpenClient(Limits limits, CallbackExecutor executor) {
        Dialogue dialogue = withClient(limits, executor);
        assertThat(dialogue.peer.next().hasHello()).isTrue();
        dialogue.peer.send(RawFrames.welcome());
        return dialogue;
    }

    /** A client that is ready. */
    static Dialogue withReadyClient(Limits limits, CallbackExecutor executor) {
        Dialogue dialogue = withOpenClient(limits, executor);
        dialogue.end.sendReady();
        assertThat(dialogue.peer.next().hasReady()).isTrue();
        return dialogue;
    }

    static Dialogue withReadyClient() {
        return withReadyClient(Limits.defaults(), CallbackExecutor.direct());
    }

    /** Checks that the end has ended the connection because of a broken rule. */
    void assertBroken() {
        assertEnded(ErrorCode.PROTOCOL_ERROR);
    }

    /** Checks that the end has ended the connection, with this code, and said so to the peer. */
    void assertEnded(ErrorCode code) {
        Close farewell = peer.farewell();
        assertThat(ErrorCode.of(farewell.getCode())).as("%s", farewell).isEqualTo(code);
        assertThat(farewell.getReason()).isNotBlank();
        if (end.disconnected().isDone() && Patience.get(end.disconnected()).code() != ErrorCode.REJECTED) {
            assertThat(Patience.get(end.disconnected()).code()).isEqualTo(code);
        }
        assertThat(end.connection().isOpen()).isFalse();
    }

    /** Checks that the connection goes on. */
    void assertGoesOn() {
        peer.send(Frame.newBuilder().setPing(dev.valence.proto.Ping.newBuilder().setNonce(4711)));
        List<Frame> frames = peer.drain();
        assertThat(frames).anyMatch(frame -> frame.getPong().getNonce() == 4711);
        assertThat(peer.isClosed()).isFalse();
        assertThat(end.connection().isOpen()).isTrue();
    }

    /** Returns the answers that the end has sent, such as {@code reply 1} and {@code failed 2 13}, and drops the rest. */
    List<String> answers() {
        return peer.drain().stream()
                .filter(frame -> frame.hasReply() || frame.hasFailure())
                .map(frame -> frame.hasReply()
                        ? "reply " + frame.getReply().getId()
                        : "failed " + frame.getFailure().getId() + " "
                                + frame.getFailure().getCode())
                .toList();
    }

    /** Returns what a listener hears on a channel, as it comes. */
    List<String> hear(String channel) {
        List<String> heard = new ArrayList<>();
        end.receiver().on(channel, String.class, (event, text) -> heard.add(text));
        return heard;
    }

    @Override
    public void close() {
        peer.breakOff();
        end.services().close();
        quiet.close();
    }
}
