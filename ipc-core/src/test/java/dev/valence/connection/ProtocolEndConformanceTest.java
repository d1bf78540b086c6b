package dev.valence.connection;

import static dev.valence.connection.OutboxItems.CLOSING;
import static dev.valence.fixtures.RawFrames.bytes;
import static dev.valence.fixtures.RawFrames.close;
import static dev.valence.fixtures.RawFrames.drain;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.reply;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.proto.Frame;
import dev.valence.proto.Frame.BodyCase;
import dev.valence.proto.Pong;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sections 13 to 17 of the protocol: pings, the end, limits and encodings. */
@Timeout(60)
class ProtocolEndConformanceTest {

    private static final int PIECE = 256 * 1024;

    private final ManualExecutor callbacks = new ManualExecutor();

    // ---- Section 13: pings ---------------------------------------------------------------------------------------

    @Test
    void w13_2_ping_isAnsweredThoughCallbacksStand() {
        try (Dialogue dialogue = Dialogue.withOpenMain(Limits.defaults(), CallbackExecutor.serial(callbacks))) {
            dialogue.peer.send(bytes("m", PIECE)).send(request(1, "h")).send(ping(Long.MIN_VALUE));
            assertThat(dialogue.peer.next().getPong().getNonce()).isEqualTo(Long.MIN_VALUE);
            dialogue.peer.send(ping(1)).send(ping(2));
            assertThat(dialogue.peer.drain())
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.getPong().getNonce()).isEqualTo(2));
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(ping(7));
            assertThat(dialogue.peer.next().getPong().getNonce()).isEqualTo(7);
        }
    }

    @Test
    void w13_4_pongThatWasNotAskedFor_isIgnored() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(Frame.newBuilder().setPong(Pong.newBuilder().setNonce(7)));
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w2_9_ageBeyond63Bits_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(Frame.newBuilder().setPong(Pong.newBuilder().setOldestTurnMicros(-1)));
            dialogue.assertBroken();
        }
    }

    // ---- Section 14: the end -------------------------------------------------------------------------------------

    @Test
    void w14_1_w14_2_drain_comesBehindTheDataAndAnswersStillGo() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.end.send("m", 1);
            dialogue.end.session().outbox().drain(Duration.ofSeconds(1), CLOSING);
            assertThat(dialogue.end.trySend("m", 2)).isFalse();
            dialogue.peer.send(request(1, "h"));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(BodyCase.REPLY, BodyCase.MESSAGE, BodyCase.DRAIN);
            dialogue.peer.send(request(2, "h"));
            assertThat(dialogue.peer.next().getReply().getId()).isEqualTo(2);
        }
    }

    @Test
    void w14_2_drainBeforeReady_dropsWhatWaitsAndFailsItsRequests() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.send("m", 1);
            Call<Object> call = dialogue.end.invoke("h", 1, Object.class);
            dialogue.end.session().outbox().drain(Duration.ofSeconds(1), CLOSING);
            assertThat(dialogue.peer.drain())
                    .singleElement()
                    .satisfies(f -> assertThat(f.hasDrain()).isTrue());
            assertThat(((IpcException) Patience.failure(call)).code()).isEqualTo(ErrorCode.CLOSED);
        }
    }

    @Test
    void w14_3_clientAfterDrain_finishesWhatItHasAndCloses() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            CompletableFuture<Object> answer = new CompletableFuture<>();
            dialogue.end.receiver().handleAsync("h", Object.class, (event, request) -> answer);
            dialogue.peer.send(request(1, "h")).send(drain());
            dialogue.end.send("m", 1);
            assertThat(dialogue.peer.drain()).extracting(Frame::getBodyCase).containsExactly(BodyCase.MESSAGE);
            answer.complete(1);
            List<Frame> rest = dialogue.peer.drain();
            assertThat(rest).extracting(Frame::getBodyCase).containsExactly(BodyCase.REPLY, BodyCase.CLOSE);
            assertThat(rest.get(1).getClose().getCode()).isZero();
        }
    }

    @Test
    void w14_3_listenerThatWaitsForAReply_isWaitedForAfterDrain() {
        try (Dialogue dialogue = Dialogue.withReadyClient(Limits.defaults(), CallbackExecutor.elastic())) {
            CompletableFuture<String> answered = new CompletableFuture<>();
            dialogue.end
                    .receiver()
                    .on(
                            "m",
                            Object.class,
                            (event, payload) ->
                                    answered.complete(event.sender().invokeSync("ask", null, String.class)));
            dialogue.peer.send(message("m"));
            assertThat(dialogue.peer.next().getRequest().getChannel()).isEqualTo("ask");
            dialogue.peer.send(drain());
            assertThat(dialogue.end.drained()).failsWithin(Duration.ofMillis(100));
            dialogue.peer.send(reply(1, r -> r.setEncoding(2)));
            assertThat(Patience.get(answered)).isEmpty();
            assertThat(dialogue.peer.next().hasClose()).isTrue();
        }
    }

    @Test
    void w14_5_nothingFollowsClose() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.peer.send(request(1, "h"));
            dialogue.end.session().outbox().finish(Connection.closeFrame(0, "bye"));
            dialogue.peer.send(ping(1));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(BodyCase.PONG, BodyCase.REPLY, BodyCase.CLOSE);
            dialogue.peer.send(ping(2)).send(request(2, "h"));
            dialogue.end.trySend("m", 1);
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w14_6_whatComesAfterTheOwnClose_isIgnored() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            List<String> heard = dialogue.hear("m");
            dialogue.end.session().outbox().finish(Connection.closeFrame(0, "bye"));
            dialogue.peer.drain();
            dialogue.peer.send(text("m", "late")).send(Frame.newBuilder());
            dialogue.peer.send(close(0));
            assertThat(heard).isEmpty();
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w14_7_sideThatGotClose_sendsNothingMore() {
        for (int code : new int[] {0, 17, 4711}) {
            try (Dialogue dialogue = Dialogue.withReadyMain()) {
                dialogue.end.send("m", 1);
                dialogue.peer.send(ping(1)).send(close(code));
                assertThat(dialogue.peer.isClosed()).isTrue();
                assertThat(dialogue.peer.drain()).isEmpty();
                IpcException reason = Patience.get(dialogue.end.disconnected());
                assertThat(reason).hasMessage("the peer closed the connection: closed by a test");
                assertThat(reason.code()).isEqualTo(code == 0 ? ErrorCode.CLOSED : ErrorCode.of(code));
            }
        }
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.sendHello().send(close(0)); // before Welcome was written
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w14_8_endWithoutClose_isTheDeathOfThePeer() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.peer.breakOff();
            assertThat(Patience.get(dialogue.end.disconnected()))
                    .hasMessage("the connection broke: broken off by a test")
                    .extracting(IpcException::code)
                    .isEqualTo(ErrorCode.PEER_GONE);
        }
    }

    @Test
    void w14_11_endOfTheConnection_endsItsRequestsBothWays() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            CompletableFuture<Object> never = new CompletableFuture<>(); // kept, or its loss would be noticed
            CompletableFuture<Void> cancelled = new CompletableFuture<>();
            dialogue.end.receiver().handleAsync("h", Object.class, (event, request) -> {
                event.onCancel(() -> cancelled.complete(null));
                return never;
            });
            Call<Object> call = dialogue.end.invoke("h", 1, Object.class);
            dialogue.peer.send(request(1, "h"));
            dialogue.peer.breakOff();
            assertThat(((IpcException) Patience.failure(call)).code()).isEqualTo(ErrorCode.PEER_GONE);
            assertThat(cancelled).isDone();
        }
    }

    // ---- Sections 16 and 17 --------------------------------------------------------------------------------------

    @Test
    void w16_1_peerThatAsksAndDoesNotRead_isEnded() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            for (int i = 1; i <= 20_000 && !dialogue.peer.isClosed(); i++) {
                dialogue.peer.send(request(i, "nobody"));
            }
            assertThat(dialogue.peer.isClosed()).isTrue();
            assertThat(Patience.get(dialogue.end.disconnected()).code()).isEqualTo(ErrorCode.LIMIT);
        }
    }

    @Test
    void w17_2_encodingThatIsNotKnown_isAnErrorOfItsRequestOnly() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.end.receiver().on("m", Object.class, (event, payload) -> {});
            dialogue.peer.send(request(1, "h", r -> r.setEncoding(4711)));
            dialogue.peer.send(request(2, "h", r -> r.setEncoding(-1)));
            dialogue.peer.send(message("m", m -> m.setEncoding(4711)));
            assertThat(dialogue.answers()).containsExactly("failed 1 13", "failed 2 13");
            assertThat(dialogue.end.uncaught()).hasSize(1);
            dialogue.assertGoesOn();
        }
    }
}
