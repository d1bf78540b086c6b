package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.bytes;
import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.failure;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.piece;
import static dev.valence.fixtures.RawFrames.reply;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.windows;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.fixtures.Patience;
import dev.valence.proto.Cancel;
import dev.valence.proto.Frame;
import dev.valence.proto.Lane;
import dev.valence.proto.Report;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sections 9 and 10 of the protocol: payloads in pieces, and ids. */
@Timeout(60)
class ProtocolPayloadsConformanceTest {

    private static final int KIB = 1024;
    private static final int PIECE = 256 * KIB;

    // ---- Section 9: payloads -------------------------------------------------------------------------------------

    @Test
    void w9_1_payloadOfOneFrameAboveTheBound_endsTheConnection() {
        Limits small = Limits.defaults().withPayloadBytes(1000);
        for (int size : new int[] {1000, 1001}) {
            try (Dialogue dialogue = Dialogue.withOpenMain(small, CallbackExecutor.direct())) {
                dialogue.peer.send(bytes("m", size));
                expect(dialogue, size > 1000);
            }
            try (Dialogue dialogue = Dialogue.withOpenMain(small, CallbackExecutor.direct())) {
                dialogue.peer.send(request(1, "h", r -> r.setPayload(zeros(size))));
                expect(dialogue, size > 1000);
            }
            try (Dialogue dialogue = Dialogue.withReadyClient(small, CallbackExecutor.direct())) {
                dialogue.end.invoke("h", null, Object.class);
                dialogue.peer.send(reply(1, r -> r.setPayload(zeros(size))));
                expect(dialogue, size > 1000);
            }
        }
    }

    @Test
    void w9_2_moreThan256KibibytesInOneFrame_endTheConnection() {
        for (int size : new int[] {PIECE, PIECE + 1}) {
            List<Frame.Builder> toMain = List.of(
                    bytes("m", size),
                    request(1, "h", r -> r.setPayload(zeros(size))),
                    message("m", m -> m.setId(1).setMore(true).setSize(2 * size).setPayload(zeros(size))));
            for (Frame.Builder frame : toMain) {
                try (Dialogue dialogue = Dialogue.withOpenMain()) {
                    dialogue.peer.send(frame);
                    expect(dialogue, size > PIECE);
                }
            }
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(first(1, 4 * PIECE)).send(piece(1, size));
                expect(dialogue, size > PIECE);
            }
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.end.invoke("h", null, Object.class);
                dialogue.peer.send(reply(1, r -> r.setPayload(zeros(size))));
                expect(dialogue, size > PIECE);
            }
        }
    }

    @Test
    void w9_3_payloadInPieces_becomesOne() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<Integer> sizes = new ArrayList<>();
            dialogue.end.receiver().on("m", byte[].class, (event, bytes) -> sizes.add(bytes.length));
            dialogue.peer.send(first(1, 2 * PIECE + 1)).send(piece(1, PIECE)).send(lastPiece(1, 1));
            assertThat(sizes).containsExactly(2 * PIECE + 1);
        }
    }

    @Test
    void w9_4_emptyPiece_endsTheConnection() {
        List<List<Frame.Builder>> sequences = List.of(
                List.of(message("m", m -> m.setId(1).setMore(true).setSize(10))),
                List.of(first(1, 2 * PIECE), piece(1, 0)),
                List.of(first(1, 2 * PIECE), lastPiece(1, 0)));
        for (List<Frame.Builder> frames : sequences) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                frames.forEach(dialogue.peer::send);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w9_5_shortPieceThatIsNotTheLast_endsTheConnection() {
        for (int size : new int[] {1024, 1023}) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(first(1, 2 * PIECE)).send(piece(1, size));
                expect(dialogue, size < 1024);
            }
        }
    }

    @Test
    void w9_6_piecesThatDoNotAddUp_endTheConnection() {
        List<List<Frame.Builder>> sequences = List.of(
                List.of(first(1, PIECE)),
                List.of(first(1, PIECE - 1)),
                List.of(first(1, PIECE + 2), lastPiece(1, 1)),
                List.of(first(1, PIECE + 2), lastPiece(1, 3)),
                List.of(first(1, 2 * PIECE), piece(1, PIECE)));
        for (List<Frame.Builder> frames : sequences) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                frames.forEach(dialogue.peer::send);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w9_7_sizeAboveTheBoundOrZero_endsTheConnection() {
        long bound = Limits.defaults().payloadBytes();
        for (long size : new long[] {0, bound, bound + 1, Long.MAX_VALUE}) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(first(1, size));
                expect(dialogue, size != bound);
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.end.invoke("h", null, Object.class);
            dialogue.peer.send(reply(1, r -> r.setMore(true).setSize(bound + 1).setPayload(zeros(PIECE))));
            dialogue.assertBroken();
        }
    }

    @Test
    void w9_8_chunkThatContinuesNothing_endsTheConnection() {
        List<List<Frame.Builder>> sequences = List.of(
                List.of(piece(1, PIECE)),
                List.of(chunk(1, Lane.LANE_DATA, c -> c.setAborted(true))),
                List.of(first(1, 3 * PIECE), piece(2, PIECE)),
                List.of(first(1, 3 * PIECE), chunk(1, Lane.LANE_REPLY, c -> c.setPayload(zeros(PIECE)))),
                List.of(first(1, PIECE + 1), lastPiece(1, 1), lastPiece(1, 1)));
        for (List<Frame.Builder> frames : sequences) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                frames.forEach(dialogue.peer::send);
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w9_9_payloadThatIsGivenUp_countsAsNeverMade() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<String> heard = dialogue.hear("m");
            dialogue.peer.send(first(1, 2 * PIECE)).send(chunk(1, Lane.LANE_DATA, c -> c.setAborted(true)));
            dialogue.peer
                    .send(request(
                            2, "h", r -> r.setMore(true).setSize(2 * PIECE).setPayload(zeros(PIECE))))
                    .send(chunk(2, Lane.LANE_DATA, c -> c.setAborted(true)))
                    .send(text("m", "next"));
            assertThat(heard).containsExactly("next");
            assertThat(dialogue.peer.drain()).noneMatch(frame -> frame.hasFailure() || frame.hasReply());
            assertThat(dialogue.end.counters().unhandledMessages()).isZero();
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w9_10_replyUnderWay_isFinishedThoughTheRequestIsCancelled() {
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello(hello -> hello.setWindows(windows(1 << 20, 1 << 20))));
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> new byte[8 * PIECE]);
            dialogue.peer.send(request(1, "h"));
            dialogue.peer.drain();
            dialogue.peer.send(cancel(1)).send(credit(c -> c.setReplyBytes(8L << 20)));
            List<Frame> rest = dialogue.peer.drain();
            assertThat(rest).isNotEmpty().noneMatch(frame -> frame.getChunk().getAborted());
            assertThat(rest.get(rest.size() - 1).getChunk().getMore()).isFalse();
        }
    }

    @Test
    void w9_11_payloadThatIsNotWanted_isTakenAndThrownAway() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.permit(channel -> false);
            dialogue.peer
                    .send(request(
                            1, "h", r -> r.setMore(true).setSize(2 * PIECE).setPayload(zeros(PIECE))))
                    .send(lastPiece(1, PIECE))
                    .send(first(2, 2 * PIECE))
                    .send(lastPiece(2, PIECE));
            assertThat(dialogue.end.counters().deniedFrames()).isEqualTo(2);
            dialogue.assertGoesOn();
        }
    }

    // ---- Section 10: ids -----------------------------------------------------------------------------------------

    @Test
    void w10_1_idsOfThisSide_riseFromOne() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.end.invoke("h", null, Object.class);
            dialogue.end.send("m", 1);
            dialogue.end.session().broadcast("b", 1);
            dialogue.end.send("m", new byte[PIECE + 1]);
            dialogue.end.invoke("h", null, Object.class);
            List<Long> ids = dialogue.peer.drain().stream()
                    .filter(frame -> !frame.hasChunk())
                    .map(frame -> frame.hasRequest()
                            ? frame.getRequest().getId()
                            : frame.getMessage().getId())
                    .toList();
            assertThat(ids).containsExactly(1L, 0L, 2L, 3L, 4L);
        }
    }

    @Test
    void w10_2_w10_3_missingId_endsTheConnection() {
        List<Frame.Builder> missing =
                List.of(request(0, "h"), first(0, 2 * PIECE), message("m", m -> m.setBroadcast(true)));
        for (Frame.Builder frame : missing) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame);
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(message("m", m -> m.setBroadcast(true))); // main's need none
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w10_5_idThatDoesNotRise_endsTheConnection() {
        List<Frame.Builder> seconds = List.of(
                request(7, "h"),
                request(6, "h"),
                message("m", m -> m.setId(7).setBroadcast(true)),
                first(1, 2 * PIECE));
        for (Frame.Builder second : seconds) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(request(7, "h"));
                dialogue.peer.send(text("m", "has none")).send(second);
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(request(7, "h")).send(request(900, "h"));
            dialogue.assertGoesOn(); // numbers may be left out
        }
    }

    @Test
    void w10_7_answerOrCancelOfWhatNeverWas_endsTheConnection() {
        for (long id : new long[] {0, 2}) {
            List<Frame.Builder> answers = List.of(
                    reply(id, r -> {}),
                    failure(id, 1),
                    Frame.newBuilder().setReport(Report.newBuilder().setId(id)));
            for (Frame.Builder answer : answers) {
                try (Dialogue dialogue = Dialogue.withReadyClient()) {
                    dialogue.end.invoke("h", null, Object.class); // 1
                    dialogue.peer.drain();
                    dialogue.peer.send(answer);
                    dialogue.assertBroken();
                }
            }
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(request(1, "h")).send(cancel(id));
                dialogue.assertBroken();
            }
        }
    }

    @Test
    void w10_8_lateAnswersAndCancels_areIgnored() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            Call<String> call = dialogue.end.invoke("h", null, String.class); // 1
            dialogue.end.session().broadcast("b", 1); // 2
            dialogue.end.send("m", new byte[PIECE + 1]); // 3
            dialogue.peer.drain();
            dialogue.peer.send(failure(1, 1));
            for (long id = 1; id <= 3; id++) {
                long late = id;
                dialogue.peer.send(reply(late, r -> {})).send(failure(late, 2));
                dialogue.peer.send(
                        Frame.newBuilder().setReport(Report.newBuilder().setId(late)));
            }
            assertThat(Patience.failure(call)).hasMessage("No handler registered for 'h'");
            dialogue.assertGoesOn();
        }
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer
                    .send(request(1, "h"))
                    .send(message("m", m -> m.setId(5).setBroadcast(true)));
            for (long id = 1; id <= 5; id++) {
                dialogue.peer.send(cancel(id));
            }
            dialogue.assertGoesOn();
        }
    }

    private static void expect(Dialogue dialogue, boolean isBroken) {
        if (isBroken) {
            dialogue.assertBroken();
        } else {
            dialogue.assertGoesOn();
        }
    }

    private static Frame.Builder cancel(long id) {
        return Frame.newBuilder().setCancel(Cancel.newBuilder().setId(id));
    }

    private static Frame.Builder first(long id, long size) {
        return message(
                "m", m -> m.setId(id).setEncoding(1).setMore(true).setSize(size).setPayload(zeros(PIECE)));
    }
}
