package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.close;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.failure;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.lastPiece;
import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.ping;
import static dev.valence.fixtures.RawFrames.ready;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.subscribe;
import static dev.valence.fixtures.RawFrames.text;
import static dev.valence.fixtures.RawFrames.unsubscribe;
import static dev.valence.fixtures.RawFrames.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.frame.Wire;
import dev.valence.proto.Cancel;
import dev.valence.proto.Failure;
import dev.valence.proto.Frame;
import dev.valence.proto.Frame.BodyCase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sections 11 and 12 of the protocol: requests, messages and broadcasts. */
@Timeout(60)
class ProtocolCallsConformanceTest {

    private static final int PIECE = 256 * 1024;

    private final ManualExecutor callbacks = new ManualExecutor();

    // ---- Section 11: requests ------------------------------------------------------------------------------------

    @Test
    void w11_1_requestWithoutTime_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(request(1, "h", r -> r.setTimeLeftMicros(0)));
            dialogue.assertBroken();
        }
    }

    @Test
    void w11_1_timeLeft_isWhatTheCallerStillHas() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.end.invoke("h", null, Object.class);
            assertThat(dialogue.peer.next().getRequest().getTimeLeftMicros()).isBetween(1L, 30_000_000L);
        }
    }

    @Test
    void w11_2_timeLeft_isCountedFromTheArrival() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<Duration> remaining = new ArrayList<>();
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> remaining.add(event.remaining()));
            dialogue.peer.send(request(1, "h", r -> r.setTimeLeftMicros(5_000_000)));
            dialogue.peer.send(request(2, "h", r -> r.setTimeLeftMicros(1)));
            dialogue.peer.send(request(3, "h", r -> r.setTimeLeftMicros(Long.MAX_VALUE)));
            assertThat(remaining.get(0)).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
            assertThat(remaining.get(1)).isBetween(Duration.ZERO, Duration.ofMillis(1));
            assertThat(remaining.get(2)).isGreaterThan(Duration.ofDays(365));
        }
    }

    @Test
    void w11_3_everyRequest_isAnsweredOnce() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            CompletableFuture<Object> later = new CompletableFuture<>();
            dialogue.end.receiver().handle("value", Object.class, (event, request) -> 1);
            dialogue.end.receiver().handle("number", Integer.class, (event, request) -> 1);
            dialogue.end.receiver().handle("thread", Object.class, (event, request) -> Thread.currentThread());
            dialogue.end.receiver().handleAsync("later", Object.class, (event, request) -> later);
            dialogue.end.receiver().handle("throws", Object.class, (event, request) -> {
                throw new IllegalStateException();
            });
            List<String> channels = List.of("value", "number", "thread", "later", "throws", "nobody");
            for (int i = 0; i < channels.size(); i++) {
                dialogue.peer.send(request(i + 1, channels.get(i), r -> r.setEncoding(2)));
            }
            List<String> answers = new ArrayList<>(dialogue.answers());
            later.complete(1);
            answers.addAll(dialogue.answers());
            assertThat(answers)
                    .containsExactlyInAnyOrder(
                            "reply 1", "failed 2 13", "failed 3 12", "failed 5 2", "failed 6 1", "reply 4");
        }
    }

    @Test
    void w11_4_callerThatNoLongerWaits_cancelsOnlyWhatItHasSent() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.end.invoke("h", null, Object.class).cancel(true);
            assertThat(dialogue.peer.drain()).isEmpty();
            Call<Object> sent = dialogue.end.invoke("h", null, Object.class);
            assertThat(dialogue.peer.next().hasRequest()).isTrue();
            sent.cancel(true);
            assertThat(dialogue.peer.next().getCancel().getId()).isEqualTo(2);
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w11_4_callerThatNoLongerWaits_givesUpAPayloadThatIsUnderWay() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            Call<Object> call = dialogue.end.invoke("h", new byte[40 * PIECE], Object.class); // more than the window
            assertThat(dialogue.peer.drain()).hasSizeGreaterThan(2);
            call.cancel(true);
            dialogue.peer.send(credit(c -> c.setDataBytes(1 << 20)));
            assertThat(dialogue.peer.drain()).singleElement().satisfies(frame -> {
                assertThat(frame.getChunk().getAborted()).isTrue();
                assertThat(frame.getChunk().getId()).isOne();
                assertThat(frame.getChunk().getMore()).isFalse();
                assertThat(frame.getChunk().getPayload()).isEmpty();
            });
        }
    }

    @Test
    void w11_5_requestCancelledBetweenItsPieces_isNotHandedToAHandler() {
        try (Dialogue dialogue =
                Dialogue.withOpenMain(Limits.defaults().withWindowBytes(1 << 20), CallbackExecutor.direct())) {
            AtomicInteger runs = new AtomicInteger();
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> runs.incrementAndGet());
            dialogue.peer
                    .send(request(
                            1,
                            "h",
                            r -> r.setEncoding(1)
                                    .setMore(true)
                                    .setSize(2 * PIECE)
                                    .setPayload(zeros(PIECE))))
                    .send(cancel(1))
                    .send(lastPiece(1, PIECE));
            assertThat(runs).hasValue(0);
            assertThat(dialogue.peer.drain())
                    .as("its charge comes back")
                    .anyMatch(frame -> frame.getCredit().getDataBytes() == 2 * (PIECE + 256));
            dialogue.peer.send(request(2, "h"));
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void w11_7_failureCodeThatIsNotKnown_isUnknown() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            for (int code : new int[] {0, 19, 4711, -1}) {
                Call<Object> call = dialogue.end.invoke("h", null, Object.class);
                long id = dialogue.peer.next().getRequest().getId();
                dialogue.peer.send(failure(id, code));
                assertThat(Patience.failure(call))
                        .hasMessage("Error invoking remote method 'h': UNKNOWN")
                        .satisfies(e -> assertThat(((IpcException) e).code()).isEqualTo(ErrorCode.UNKNOWN));
            }
        }
    }

    @Test
    void w11_8_explainedFailure_fitsIntoOneFrame() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            String huge = "\uFFFF".repeat(1 << 20);
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> {
                Exception cause = new Exception(huge);
                for (int i = 0; i < 100; i++) {
                    cause = new Exception(huge, cause);
                }
                throw cause;
            });
            dialogue.peer.send(request(1, "h"));
            Frame answer = dialogue.peer.next();
            assertThat(answer.getFailure().getDetails().getMessage()).isNotEmpty();
            assertThat(answer.getFailure().getDetails().getStackList()).isEmpty();
            assertThat(answer.getSerializedSize()).isLessThan(Wire.MAX_FRAME_BYTES);
        }
    }

    @Test
    void w11_10_requestBeyondTheBound_isLimitUntilAnAnswerWasWritten() {
        Limits few = Limits.defaults().withCounts(2, 2);
        try (Dialogue dialogue = Dialogue.withOpenMain(few, CallbackExecutor.direct())) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.peer.send(request(1, "h")).send(request(2, "h")).send(request(3, "h"));
            assertThat(dialogue.peer.drain())
                    .filteredOn(Frame::hasFailure)
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.getFailure())
                            .isEqualTo(Failure.newBuilder().setId(3).setCode(10).build()));
            dialogue.peer.send(request(4, "h"));
            assertThat(dialogue.peer.next().getReply().getId()).isEqualTo(4);
        }
    }

    @Test
    void w11_10_cancelledRequest_countsUntilItsHandlerHasEnded() {
        Limits one = Limits.defaults().withCounts(1, 1);
        try (Dialogue dialogue = Dialogue.withOpenMain(one, CallbackExecutor.serial(callbacks))) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.peer.send(request(1, "h")).send(cancel(1)).send(request(2, "h"));
            assertThat(dialogue.peer.next().getFailure().getCode()).isEqualTo(10);
            callbacks.runAll();
            dialogue.peer.send(request(3, "h"));
            callbacks.runAll();
            assertThat(dialogue.peer.next().getReply().getId()).isEqualTo(3);
        }
    }

    @Test
    void w11_11_w12_3_whatTheRulesForbid_isAnsweredOrDropped() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.permit(channel -> channel.equals("allowed"));
            List<String> heard = dialogue.hear("forbidden");
            dialogue.peer
                    .send(request(1, "forbidden"))
                    .send(text("forbidden", "x"))
                    .send(subscribe("forbidden"))
                    .send(subscribe("allowed"));
            assertThat(dialogue.answers()).containsExactly("failed 1 15");
            assertThat(heard).isEmpty();
            assertThat(dialogue.end.subscriptions()).containsExactly("+allowed");
            assertThat(dialogue.end.counters().deniedFrames()).isEqualTo(3);
        }
    }

    @Test
    void w11_12_noHandler_isSaidWithoutDetails() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.peer.send(request(1, "nobody"));
            assertThat(dialogue.peer.next().getFailure())
                    .isEqualTo(Failure.newBuilder().setId(1).setCode(1).build());
        }
    }

    @Test
    void w11_13_failureBeforeTheLastPiece_endsTheCallAndThePayloadStaysWhole() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            Call<Object> call = dialogue.end.invoke("h", new byte[40 * PIECE], Object.class);
            int pieces = dialogue.peer.drain().size();
            dialogue.peer.send(failure(1, 15)).send(credit(c -> c.setDataBytes(40L << 20)));
            assertThat(Patience.failure(call)).hasMessage("Error invoking remote method 'h': PERMISSION_DENIED");
            List<Frame> rest = dialogue.peer.drain();
            Frame last = rest.get(rest.size() - 1);
            assertThat(last.getChunk().getAborted() || pieces + rest.size() == 40)
                    .isTrue();
            assertThat(last.getChunk().getMore()).isFalse();
        }
    }

    // ---- Section 12: messages and broadcasts ---------------------------------------------------------------------

    @Test
    void w12_1_w12_2_message_needsNoSubscriptionAndIsCountedIfNobodyListens() {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            List<String> heard = dialogue.hear("m");
            dialogue.peer.send(text("m", "x")).send(text("other", "y"));
            assertThat(heard).containsExactly("x");
            assertThat(dialogue.end.counters().unhandledMessages()).isOne();
            assertThat(dialogue.peer.drain()).isEmpty();
        }
    }

    @Test
    void w12_4_secondReady_endsTheConnection() {
        try (Dialogue dialogue = Dialogue.withReadyMain()) {
            dialogue.assertGoesOn();
            dialogue.peer.send(ready());
            dialogue.assertBroken();
        }
    }

    @Test
    void w12_5_dataLane_isHeldUntilReadyAndTheOthersFlow() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.receiver().handle("h", Object.class, (event, request) -> 1);
            dialogue.end.send("m", 1);
            dialogue.end.invoke("g", 1, Object.class);
            dialogue.peer.send(request(1, "h")).send(request(2, "nobody")).send(ping(1));
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(BodyCase.PONG, BodyCase.FAILURE, BodyCase.REPLY);
            dialogue.peer.send(ready());
            assertThat(dialogue.peer.drain())
                    .extracting(Frame::getBodyCase)
                    .containsExactly(BodyCase.MESSAGE, BodyCase.REQUEST);
        }
    }

    @Test
    void w12_13_broadcastThatTheRulesForbid_isReportedToNobody() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            dialogue.end.permit(channel -> false);
            dialogue.peer.send(message("m", m -> m.setId(9).setBroadcast(true)));
            Frame answer = dialogue.peer.next();
            assertThat(answer.getReport().getId()).isEqualTo(9);
            assertThat(answer.getReport().getAcceptedList()).isEmpty();
            assertThat(answer.getReport().getSkippedList()).isEmpty();
        }
    }

    @Test
    void w12_14_originFromAClient_endsTheConnection() {
        for (Frame.Builder frame : List.of(message("m"), request(1, "h"), ping(1))) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame.setOrigin(1));
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withMain()) {
            dialogue.peer.send(hello().setOrigin(1));
            dialogue.assertBroken();
        }
    }

    @Test
    void w12_16_w12_18_destination_isForMessagesOfClientsThatAreNoBroadcasts() {
        try (Dialogue dialogue = Dialogue.withOpenMain()) {
            List<Integer> destinations = new ArrayList<>();
            dialogue.end.relay(message -> {
                destinations.add(message.destination());
                return false;
            });
            dialogue.peer.send(message("m").setDestination(5));
            assertThat(destinations).containsExactly(5);
            dialogue.assertGoesOn();
        }
        List<Frame.Builder> others = List.of(
                request(1, "h"),
                message("m", m -> m.setId(1).setBroadcast(true)),
                subscribe("x"),
                unsubscribe("x"),
                ready(),
                ping(1),
                credit(c -> {}),
                close(0));
        for (Frame.Builder frame : others) {
            try (Dialogue dialogue = Dialogue.withOpenMain()) {
                dialogue.peer.send(frame.setDestination(5));
                dialogue.assertBroken();
            }
        }
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(message("m").setDestination(1));
            dialogue.assertBroken();
        }
    }

    private static Frame.Builder cancel(long id) {
        return Frame.newBuilder().setCancel(Cancel.newBuilder().setId(id));
    }
}
