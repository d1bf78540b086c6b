package dev.valence.connection;

import static dev.valence.connection.OutboxItems.CLOSING;
import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.dumpThreads;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.reply;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.threadDump;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.frame.Wire;
import dev.valence.proto.Frame;
import dev.valence.proto.Lane;
import dev.valence.proto.Pong;
import dev.valence.session.HealthDesk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 22 of the protocol, and what a pong tells of callbacks. */
@Timeout(60)
class ProtocolDumpsConformanceTest {

    private final ManualExecutor callbacks = new ManualExecutor();

    private static HealthDesk health(Dialogue dialogue) {
        return dialogue.end.session().health();
    }

    private static ErrorCode failure(CompletableFuture<?> future) {
        return ((IpcException) Patience.get(future.handle((text, failure) -> rootOf(failure)))).code();
    }

    private static Throwable rootOf(Throwable failure) {
        return failure.getCause() == null ? failure : failure.getCause();
    }

    // ---- Section 13: what a pong tells ---------------------------------------------------------------------------

    @Test
    void w13_3_w13_6_pong_tellsOfTheTurnThatHoldsUpWhatComes() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (Dialogue dialogue = Dialogue.withOpenMain(Limits.defaults(), CallbackExecutor.elastic())) {
            dialogue.end.receiver().on("m", String.class, (event, text) -> {
                begun.complete(null);
                end.join();
            });
            dialogue.peer.send(ping(1));
            assertThat(dialogue.peer.next().getPong())
                    .isEqualTo(Pong.newBuilder().setNonce(1).build());
            dialogue.peer.send(text("m", "x"));
            Patience.get(begun);
            dialogue.peer.send(ping(2));
            Pong pong = dialogue.peer.next().getPong();
            assertThat(pong.getRunningCallbacks()).isOne();
            assertThat(pong.getOldestTurnMicros()).isPositive();
            end.complete(null);
        }
    }

    @Test
    void w13_1_pingOfThisSide_isSentAndItsPongIsHeard() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            assertThat(dialogue.end.connection().takeHeard()).isTrue(); // Hello
            assertThat(dialogue.end.connection().takeHeard()).isFalse();
            health(dialogue).ping(7);
            assertThat(dialogue.peer.next().getPing().getNonce()).isEqualTo(7);
            dialogue.peer.send(Frame.newBuilder().setPong(Pong.newBuilder().setNonce(7)));
            assertThat(dialogue.end.pongs())
                    .extracting(dev.valence.frame.Frame.Pong::nonce)
                    .containsExactly(7L);
            assertThat(dialogue.end.connection().takeHeard()).isTrue();
        }
    }

    // ---- Section 22: thread dumps --------------------------------------------------------------------------------

    @Test
    void w22_2_secondQuestionBeforeTheAnswer_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(dumpThreads());
            assertThat(dialogue.end.dumpsWanted()).isOne();
            health(dialogue).sendThreadDump("all is well");
            assertThat(dialogue.peer.next().getThreadDump().getPayload().toStringUtf8())
                    .isEqualTo("all is well");
            dialogue.peer.send(dumpThreads()); // that is the next one
            dialogue.assertGoesOn();
            dialogue.peer.send(dumpThreads());
            dialogue.assertBroken();
            assertThat(dialogue.end.dumpsWanted()).isEqualTo(2);
            health(dialogue).sendThreadDump("too late"); // harmless
        }
    }

    @Test
    void w22_2_mainThatIsAskedTwice_asksOnce() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<CompletableFuture<String>> dumps = new ArrayList<>();
            dumps.add(health(dialogue).threadDump());
            dumps.add(health(dialogue).threadDump());
            dumps.get(0).cancel(false); // does not matter to the other
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(Frame.BodyCase.DUMP_THREADS);
            dialogue.peer.send(threadDump(ByteString.copyFromUtf8("all is well")));
            assertThat(Patience.get(dumps.get(1))).isEqualTo("all is well");
            dialogue.assertGoesOn();

            CompletableFuture<String> next = health(dialogue).threadDump();
            assertThat(dialogue.peer.next().hasDumpThreads()).isTrue();
            dialogue.end.session().end(CLOSING);
            assertThat(failure(next)).isEqualTo(CLOSING.code());
            assertThat(failure(health(dialogue).threadDump())).isEqualTo(CLOSING.code());
        }
    }

    @Test
    void w22_3_dumpThatWasNotAskedFor_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.peer.send(threadDump(ByteString.EMPTY));
            dialogue.assertBroken();
        }
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            CompletableFuture<String> dump = health(dialogue).threadDump();
            dialogue.peer.send(threadDump(ByteString.EMPTY));
            assertThat(Patience.get(dump)).isEmpty();
            dialogue.peer.send(threadDump(ByteString.EMPTY));
            dialogue.assertBroken();
        }
    }

    @Test
    void w22_3_question_isAnsweredThoughCallbacksStandAndMainDrains() {
        try (Dialogue dialogue = Dialogue.withReadyClient(Limits.defaults(), CallbackExecutor.serial(callbacks))) {
            dialogue.peer.send(text("m", "x")).send(dumpThreads());
            assertThat(dialogue.end.dumpsWanted()).isOne();
            health(dialogue).sendThreadDump("one stands");
            assertThat(dialogue.peer.next().hasThreadDump()).isTrue();
        }
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            CompletableFuture<String> dump = health(dialogue).threadDump();
            dialogue.end.session().outbox().drain(Duration.ofSeconds(5), CLOSING);
            dialogue.peer.send(threadDump(ByteString.copyFromUtf8("late")));
            assertThat(Patience.get(dump)).isEqualTo("late");
        }
    }

    @Test
    void w22_4_dumpBeyondAPiece_endsTheConnectionAndIsNeverSent() {
        Limits small = Limits.defaults().withPayloadBytes(1000); // is for payloads of the application
        for (int size : new int[] {Wire.CHUNK_BYTES, Wire.CHUNK_BYTES + 1}) {
            try (Dialogue dialogue = Dialogue.withOpenMain(small, CallbackExecutor.direct())) {
                CompletableFuture<String> dump = health(dialogue).threadDump();
                dialogue.peer.send(threadDump(zeros(size)));
                if (size == Wire.CHUNK_BYTES) {
                    assertThat(Patience.get(dump)).hasSize(size);
                    dialogue.assertGoesOn();
                } else {
                    assertThat(dump.isDone() && !dump.isCompletedExceptionally())
                            .isFalse();
                    dialogue.assertBroken();
                }
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(dumpThreads());
            health(dialogue).sendThreadDump("ä".repeat(Wire.CHUNK_BYTES));
            assertThat(dialogue.peer.next().getThreadDump().getPayload().size()).isEqualTo(Wire.CHUNK_BYTES);
        }
    }

    @Test
    void w22_4_dumpBetweenThePiecesOfAReply_isTaken() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            CompletableFuture<byte[]> reply = dialogue.end.invoke("h", null, byte[].class);
            CompletableFuture<String> dump = health(dialogue).threadDump();
            dialogue.peer.send(
                    reply(1, r -> r.setEncoding(1).setMore(true).setSize(4096).setPayload(zeros(2048))));
            dialogue.peer.send(threadDump(ByteString.copyFromUtf8("between")));
            assertThat(Patience.get(dump)).isEqualTo("between");
            dialogue.peer.send(chunk(1, Lane.LANE_REPLY, chunk -> chunk.setPayload(zeros(2048))));
            assertThat(Patience.get(reply)).hasSize(4096);
        }
    }

    @Test
    void w22_4_dumps_areChargedInTheReplyLaneAndGivenBack() {
        try (Dialogue dialogue =
                Dialogue.withOpenMain(Limits.defaults().withWindowBytes(1 << 20), CallbackExecutor.direct())) {
            for (int i = 0; i < 20; i++) { // five times the window
                CompletableFuture<String> dump = health(dialogue).threadDump();
                dialogue.peer.send(threadDump(zeros(Wire.CHUNK_BYTES)));
                assertThat(Patience.get(dump)).hasSize(Wire.CHUNK_BYTES);
                assertThat(dialogue.peer.drain())
                        .filteredOn(Frame::hasCredit)
                        .singleElement()
                        .satisfies(frame -> assertThat(frame.getCredit().getReplyBytes())
                                .isEqualTo(Wire.CHUNK_BYTES + Wire.FRAME_CHARGE));
            }
        }
    }

    @Test
    void w22_1_clientThatMakesNoDumps_isNotAsked() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            assertThat(failure(health(dialogue).threadDump())).isEqualTo(ErrorCode.NOT_READY);
            dialogue.peer.send(hello(hello -> hello.setFeatures(3)));
            assertThat(dialogue.peer.next().hasWelcome()).isTrue();
            assertThat(failure(health(dialogue).threadDump())).isEqualTo(ErrorCode.UNSUPPORTED);
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }
}
