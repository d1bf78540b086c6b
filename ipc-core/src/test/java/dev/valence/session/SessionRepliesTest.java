package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.TypeRef;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.RawFrames;
import dev.valence.fixtures.RawPeer;
import dev.valence.frame.Frame.Report;
import dev.valence.proto.Cancel;
import dev.valence.proto.Credit;
import dev.valence.proto.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that asks for large replies and reads them late, or not at all. */
@Timeout(60)
class SessionRepliesTest {

    private static final int KIB = 1024;
    private static final int HARD = 512 * KIB;
    private static final byte[] LARGE = new byte[HARD];
    private static final byte[] ENDLESS = new byte[12 * KIB * KIB]; // more than the window of the peer
    private static final Limits NARROW = Limits.defaults()
            .withQueueBytes(128 * KIB, HARD)
            .withWindowBytes(1024 * KIB)
            .withSendTimeout(Duration.ofSeconds(20));

    private final AtomicInteger started = new AtomicInteger();
    private PairedEnd end;
    private RawPeer peer;

    private void open(Limits limits, CallbackExecutor executor) {
        end = PairedEnd.server(limits, executor);
        end.receiver().handle("large", Object.class, (event, request) -> {
            started.incrementAndGet();
            return LARGE;
        });
        end.receiver().handle("endless", Object.class, (event, request) -> {
            started.incrementAndGet();
            return ENDLESS;
        });
        end.receiver().handle("small", Object.class, (event, request) -> started.incrementAndGet());
        peer = new RawPeer(end::accept);
        peer.sendHello();
        assertThat(peer.next().hasWelcome()).isTrue();
    }

    @AfterEach
    void close() {
        peer.breakOff();
        end.services().close();
    }

    /** Fills the reply lane, which nobody reads, with the answer to request 1. */
    private void fill() {
        peer.send(RawFrames.request(1, "large"));
        awaitFull();
    }

    private void awaitFull() {
        await().until(() -> !end.session().outbox().hasRoomForReply());
    }

    /** Fills the reply lane behind an answer that has begun and waits for credit. Takes two ids. */
    private void stall(int id) {
        peer.send(RawFrames.request(id, "endless"));
        awaitFull();
        peer.drain();
        assertThat(end.session().outbox().hasRoomForReply()).isTrue();
        peer.send(RawFrames.request(id + 1, "large"));
        awaitFull();
    }

    private void ask(String channel, int from, int to) {
        for (int id = from; id <= to; id++) {
            peer.send(RawFrames.request(id, channel));
        }
    }

    /** Waits until every request so far has started or was parked: a message behind them gets its turn then. */
    private void awaitTurn() {
        CompletableFuture<Void> heard = new CompletableFuture<>();
        end.receiver().on("turn", Object.class, (event, nothing) -> heard.complete(null));
        peer.send(RawFrames.message("turn"));
        assertThat(heard).succeedsWithin(Duration.ofSeconds(30));
    }

    /** Reads until so many requests are answered; returns their ids, those that failed negative, in the order of answers. */
    private List<Long> readAnswers(int count) {
        List<Long> ids = new ArrayList<>();
        while (ids.size() < count) {
            Frame frame = peer.next();
            if (frame.hasFailure()) {
                ids.add(-frame.getFailure().getId());
            } else if (frame.hasReply() && !frame.getReply().getMore()) {
                ids.add(frame.getReply().getId());
            } else if (frame.hasChunk() && !frame.getChunk().getMore()) {
                ids.add(frame.getChunk().getId());
            }
            int bytes = frame.getReply().getPayload().size()
                    + frame.getChunk().getPayload().size();
            if (bytes > 0) {
                peer.send(Frame.newBuilder().setCredit(Credit.newBuilder().setReplyBytes(bytes + 256)));
            }
        }
        return ids;
    }

    private static List<Long> ids(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void peerThatDoesNotRead_isAskedNothingMore() {
        open(NARROW, CallbackExecutor.elastic());
        fill();
        ask("large", 2, 1000);
        awaitTurn();

        assertThat(started).hasValue(1);
        assertThat(readAnswers(1)).containsExactly(1L);
        assertThat(started).as("handlers, the first apart").hasValueBetween(1, 2);
    }

    @Test
    void parkedRequests_goOnInOrderWhenThePeerReads() {
        open(NARROW, CallbackExecutor.elastic(1)); // so that handlers do not overtake each other
        fill();
        ask("large", 2, 300);

        assertThat(readAnswers(300)).isEqualTo(ids(1, 300));
        assertThat(started).hasValue(300);
    }

    @Test
    void burst_isAnsweredInWholeHoweverManyWait() {
        open(NARROW, CallbackExecutor.elastic());
        ask("large", 1, 300);

        assertThat(new HashSet<>(readAnswers(300))).isEqualTo(new HashSet<>(ids(1, 300)));
    }

    @Test
    void parkedRequest_holdsItsChargeAndNoListenerWaitsForIt() {
        open(NARROW, CallbackExecutor.elastic());
        CompletableFuture<String> heard = new CompletableFuture<>();
        end.receiver().on("m", String.class, (event, text) -> heard.complete(text));
        stall(1);
        for (int id = 3; id <= 5; id++) { // three quarters of the window
            peer.send(RawFrames.request(
                    id, "small", request -> request.setEncoding(1).setPayload(RawFrames.zeros(250 * KIB))));
        }
        peer.send(RawFrames.text("m", "behind"));

        assertThat(heard).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("behind");
        assertThat(peer.drain()).noneMatch(Frame::hasCredit);
        peer.send(Frame.newBuilder().setCredit(Credit.newBuilder().setReplyBytes(ENDLESS.length)));
        Frame credit = peer.next();
        while (!credit.hasCredit()) {
            credit = peer.next();
        }
        assertThat(credit.getCredit().getDataBytes()).isGreaterThan(250 * KIB);
    }

    @Test
    void parkedRequestThatIsCancelled_neverStartsAndGivesItsRoomBack() {
        open(NARROW, CallbackExecutor.elastic());
        fill();
        ask("small", 2, 1000);
        for (int id = 2; id <= 1000; id++) {
            peer.send(Frame.newBuilder().setCancel(Cancel.newBuilder().setId(id)));
        }
        awaitTurn();
        ask("small", 1001, 1500); // there would be too many pending otherwise

        assertThat(new HashSet<>(readAnswers(501))).isEqualTo(withFirst(ids(1001, 1500)));
        assertThat(started).hasValue(501);
    }

    private static Set<Long> withFirst(List<Long> others) {
        Set<Long> all = new HashSet<>(others);
        all.add(1L);
        return all;
    }

    @Test
    void parkedRequestThatIsOutOfTime_failsWithDeadlineExceeded() {
        open(NARROW, CallbackExecutor.elastic());
        stall(1);
        peer.send(RawFrames.request(3, "small", request -> request.setTimeLeftMicros(1000)));

        Frame failure = peer.next();
        while (!failure.hasFailure()) {
            failure = peer.next();
        }
        assertThat(failure.getFailure().getId()).isEqualTo(3);
        assertThat(failure.getFailure().getCode()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED.number());
        assertThat(started).hasValue(2);
    }

    @Test
    void answerThatFindsNoRoomInTime_failsWithBackpressure() {
        open(NARROW.withSendTimeout(Duration.ofMillis(50)), CallbackExecutor.elastic());
        CompletableFuture<byte[]> value = new CompletableFuture<>();
        end.receiver().handleAsync("later", Object.class, (event, request) -> value);
        peer.send(RawFrames.request(1, "later"));
        stall(2);
        value.complete(LARGE);

        Frame failure = peer.next();
        while (!failure.hasFailure()) {
            failure = peer.next();
        }
        assertThat(failure.getFailure().getId()).isEqualTo(1);
        assertThat(failure.getFailure().getCode()).isEqualTo(ErrorCode.BACKPRESSURE.number());
    }

    @Test
    void sequentialHandler_holdsItsTurnUntilThereIsRoom() {
        open(NARROW, CallbackExecutor.elastic());
        List<String> order = new ArrayList<>(); // guarded by the turn
        end.receiver()
                .handle("s", TypeRef.of(Object.class), (event, q) -> order.add("request"), HandlerOptions.sequential());
        CompletableFuture<Void> heard = new CompletableFuture<>();
        end.receiver().on("m", Object.class, (event, nothing) -> {
            order.add("message");
            heard.complete(null);
        });
        fill();
        peer.send(RawFrames.request(2, "s"));
        peer.send(RawFrames.message("m"));

        assertThat(order).isEmpty();
        assertThat(readAnswers(2)).containsExactlyInAnyOrder(1L, 2L);
        assertThat(heard).succeedsWithin(Duration.ofSeconds(30));
        assertThat(order).containsExactly("request", "message");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serial", "direct"})
    void executorThatDoesNotWait_refusesAtOnceAndStartsNothing(String kind) {
        open(NARROW, kind.equals("serial") ? CallbackExecutor.serial(Runnable::run) : CallbackExecutor.direct());
        peer.send(RawFrames.request(1, "large"));
        peer.send(RawFrames.request(2, "small"));

        assertThat(readAnswers(2)).containsExactly(-2L, 1L);
        assertThat(started).hasValue(1);
        peer.send(RawFrames.request(3, "small"));
        assertThat(readAnswers(1)).containsExactly(3L);
    }

    @Test
    void peerThatIsGone_leavesNothingParked() {
        open(NARROW, CallbackExecutor.elastic());
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        end.receiver().handleAsync("never", Object.class, (event, request) -> {
            event.onCancel(() -> cancelled.complete(null));
            return new CompletableFuture<>();
        });
        peer.send(RawFrames.request(1, "never"));
        peer.send(RawFrames.request(2, "large"));
        awaitFull();
        ask("small", 3, 500);
        peer.breakOff();

        assertThat(cancelled).succeedsWithin(Duration.ofSeconds(30));
        assertThat(started).hasValue(1);
        end.session().end(new IpcException(ErrorCode.PEER_GONE, "gone"));
        assertThat(end.session().outbox().hasRoomForReply()).isTrue();
    }

    @Test
    void reportsOfBroadcastsBehindALargeReply_doNotEndTheConnection() {
        open(NARROW, CallbackExecutor.elastic());
        end.relay(message -> {
            end.session().sendReport(new Report(message.id(), List.of(), List.of()));
            return false;
        });
        fill();
        for (int id = 2; id <= 100; id++) {
            long number = id;
            peer.send(RawFrames.message(
                    "news",
                    message -> message.setId(number)
                            .setBroadcast(true)
                            .setEncoding(1)
                            .setPayload(ByteString.EMPTY)));
        }
        List<Long> reports = new ArrayList<>();
        boolean isAnswered = false;
        while (!isAnswered || reports.size() < 99) {
            Frame frame = peer.next();
            if (frame.hasReport()) {
                reports.add(frame.getReport().getId());
            }
            isAnswered |= frame.hasChunk() && !frame.getChunk().getMore();
        }
        assertThat(reports).isEqualTo(ids(2, 100));
    }
}
