package dev.valence.connection;

import static dev.valence.connection.OutboxItems.CLOSING;
import static dev.valence.connection.OutboxItems.frame;
import static dev.valence.connection.OutboxItems.message;
import static dev.valence.connection.OutboxItems.name;
import static dev.valence.connection.OutboxItems.next;
import static dev.valence.connection.OutboxItems.offerBroadcast;
import static dev.valence.connection.OutboxItems.ping;
import static dev.valence.connection.OutboxItems.pong;
import static dev.valence.connection.OutboxItems.reply;
import static dev.valence.connection.OutboxItems.request;
import static dev.valence.connection.OutboxItems.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.Patience;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;
import dev.valence.frame.Wire;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutboxTest {

    private static final int KIB = 1024;
    private static final Limits LIMITS = Limits.defaults()
            .withQueueBytes(100 * KIB, 200 * KIB)
            .withWindowBytes(1024 * KIB)
            .withSendTimeout(Duration.ofMillis(10));

    private final Outbox outbox = Outbox.flowing(LIMITS);
    private final CountingLink link = new CountingLink();
    private final CompletableFuture<IpcException> ended = new CompletableFuture<>();
    private final ReceiveWindow dataIn = new ReceiveWindow(1024 * KIB);
    private final ReceiveWindow repliesIn = new ReceiveWindow(1024 * KIB);

    private static final class CountingLink implements Link {
        final AtomicInteger wakeUps = new AtomicInteger();

        @Override
        public void wakeUp() {
            wakeUps.incrementAndGet();
        }

        @Override
        public void close() {}

        @Override
        public PeerCredentials credentials() {
            return null;
        }
    }

    /** Notes what happened to an item. */
    private static final class Notes implements SendListener {
        final List<String> notes = new ArrayList<>();

        @Override
        public void onQueued(long id) {
            notes.add("queued " + id);
        }

        @Override
        public void onSent() {
            notes.add("sent");
        }

        @Override
        public void onDropped() {
            notes.add("dropped");
        }
    }

    private void attach(Outbox to, long dataBytes, long replyBytes) {
        to.attach(link, new Windows(dataBytes, replyBytes), dataIn, repliesIn, ended::complete);
    }

    private void attach() {
        attach(outbox, 8 * KIB * KIB, 8 * KIB * KIB);
    }

    @Test
    void levels_areWhatWaitsAndWhatThePeerHasRoomFor() {
        outbox.offer(message("a", KIB), Admission.SOFT);
        long cost = outbox.levels().queuedDataBytes();
        assertThat(cost).isGreaterThan(KIB);
        assertThat(outbox.levels()).isEqualTo(new SendLevels(cost, 0, 0, 0));
        attach(outbox, 8 * KIB, 4 * KIB);
        assertThat(outbox.levels()).isEqualTo(new SendLevels(cost, 8 * KIB, 0, 4 * KIB));
        next(outbox);
        assertThat(outbox.levels()).isEqualTo(new SendLevels(0, 8 * KIB - cost, 0, 4 * KIB));
    }

    @Test
    void whatWasOfferedBeforeTheConnection_isSentInOrder() {
        outbox.offer(message("a", 1), Admission.SOFT);
        outbox.offer(message("b", 1), Admission.SOFT);
        assertThat(next(outbox)).isNull();
        attach();
        assertThat(link.wakeUps).hasValue(1);
        assertThat(sent(outbox)).containsExactly("a", "b");
    }

    @Test
    void control_goesBeforeRepliesAndData() {
        attach();
        outbox.offer(message("data", 1), Admission.SOFT);
        outbox.offer(reply(1, 1), Admission.SOFT);
        outbox.offerControl(ping(7));
        outbox.offerControl(pong(8));
        assertThat(sent(outbox)).containsExactly("pong 8", "ping 7", "reply 1", "data");
    }

    @Test
    void repliesAndData_alternateFrameByFrame() {
        attach(outbox, 100L * KIB * KIB, 100L * KIB * KIB);
        outbox.offer(message("data", 3 * Wire.CHUNK_BYTES), Admission.SOFT);
        outbox.offer(message("then", 1), Admission.ALWAYS);
        outbox.offer(reply(1, 2 * Wire.CHUNK_BYTES), Admission.SOFT);
        outbox.offer(reply(2, 1), Admission.ALWAYS);
        assertThat(sent(outbox))
                .containsExactly(
                        "reply 2",
                        "data",
                        "reply 1",
                        "chunk 1 LANE_DATA",
                        "chunk 1 LANE_REPLY",
                        "chunk 1 LANE_DATA",
                        "then");
    }

    @Test
    void ids_riseInTheOrderOfTheQueueAndOnlyWhereNeeded() {
        attach();
        Notes small = new Notes();
        Notes request = new Notes();
        Notes large = new Notes();
        Notes numbered = new Notes();
        outbox.offer(message("m", 1, false, small), Admission.ALWAYS);
        outbox.offer(request("r", 1, request), Admission.ALWAYS);
        outbox.offer(message("large", Wire.CHUNK_BYTES + 1, false, large), Admission.ALWAYS);
        outbox.offer(message("numbered", 1, true, numbered), Admission.ALWAYS);
        assertThat(small.notes).containsExactly("queued 0");
        assertThat(request.notes).containsExactly("queued 1");
        assertThat(large.notes).containsExactly("queued 2");
        sent(outbox);
        assertThat(numbered.notes).containsExactly("queued 3", "sent");
        assertThat(large.notes).containsExactly("queued 2", "sent");
    }

    @Test
    void laneWithoutCredit_holdsUpNoOther() {
        attach(outbox, 1000, 100_000);
        outbox.offer(message("first", 500), Admission.SOFT);
        outbox.offer(message("second", 500), Admission.SOFT);
        outbox.offer(message("third", 1), Admission.SOFT);
        outbox.offer(reply(1, 500), Admission.SOFT);
        outbox.offerControl(ping(1));
        assertThat(sent(outbox)).containsExactly("ping 1", "reply 1", "first");
        outbox.addWindows(511, 0);
        assertThat(sent(outbox)).isEmpty(); // 1000 - 756 + 511 is one too few
        outbox.addWindows(1, 0);
        assertThat(sent(outbox)).containsExactly("second");
        outbox.addWindows(257, 0);
        assertThat(sent(outbox)).containsExactly("third");
    }

    @Test
    void windowBeyond63Bits_isRefused() {
        attach(outbox, Long.MAX_VALUE, 1);
        assertThatThrownBy(() -> outbox.addWindows(1, 0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void creditThatIsDue_goesFirst() {
        attach();
        dataIn.take(300 * KIB);
        repliesIn.take(300 * KIB);
        outbox.offerControl(ping(1));
        dataIn.giveBack(300 * KIB);
        repliesIn.giveBack(100 * KIB);
        assertThat(sent(outbox)).containsExactly("credit 307200 0", "ping 1");
        repliesIn.giveBack(200 * KIB);
        assertThat(sent(outbox)).containsExactly("credit 0 307200");
    }

    @Test
    void dataThatIsHeld_waitsForItsReleaseAndOtherLanesDoNot() {
        Outbox held = Outbox.holdingData(LIMITS);
        attach(held, 1 << 20, 1 << 20);
        held.offer(message("early", 1), Admission.SOFT);
        held.offer(reply(1, 1), Admission.SOFT);
        held.offerControl(ping(1));
        assertThat(held.isHoldingData()).isTrue();
        assertThat(sent(held)).containsExactly("ping 1", "reply 1");
        held.releaseData();
        assertThat(held.isHoldingData()).isFalse();
        assertThat(sent(held)).containsExactly("early");
    }

    @Test
    void softAndHardLimit_boundWhatWaits() {
        assertThat(outbox.offer(message("a", 60 * KIB), Admission.NEVER_WAIT)).isTrue();
        assertThat(outbox.offer(message("b", 60 * KIB), Admission.NEVER_WAIT)).isFalse();
        assertThatThrownBy(() -> outbox.offer(message("c", 60 * KIB), Admission.SOFT))
                .satisfies(e -> assertThat(((IpcException) e).code()).isEqualTo(ErrorCode.BACKPRESSURE));
        assertThat(outbox.offer(message("d", 60 * KIB), Admission.HARD)).isTrue();
        assertThat(outbox.offer(message("e", 60 * KIB), Admission.HARD_NEVER_WAIT))
                .isTrue();
        assertThat(outbox.offer(message("f", 60 * KIB), Admission.HARD_NEVER_WAIT))
                .isFalse();
        assertThatThrownBy(() -> outbox.offer(message("g", 60 * KIB), Admission.HARD))
                .hasMessageContaining("limit 204800 bytes");
        assertThat(outbox.offer(message("h", 60 * KIB), Admission.ALWAYS)).isTrue();
        assertThat(outbox.offer(reply(1, 60 * KIB), Admission.NEVER_WAIT)).isTrue(); // a lane of its own
        attach();
        assertThat(sent(outbox)).containsExactly("reply 1", "a", "d", "e", "h");
    }

    @Test
    void payloadLargerThanTheLimit_hasRoomInAnEmptyQueueOnly() {
        assertThat(outbox.offer(message("large", 500 * KIB), Admission.NEVER_WAIT))
                .isTrue();
        assertThat(outbox.offer(message("small", 1), Admission.NEVER_WAIT)).isFalse();
        attach();
        sent(outbox);
        assertThat(outbox.offer(message("small", 1), Admission.NEVER_WAIT)).isTrue();
        assertThat(outbox.offer(message("large", 500 * KIB), Admission.NEVER_WAIT))
                .isFalse();
    }

    @Test
    void itemThatIsCancelledBeforeItsFirstFrame_isNeverSentAndLeavesItsRoom() {
        Outgoing first = request("first", 90 * KIB, new Notes());
        outbox.offer(first, Admission.SOFT);
        assertThat(outbox.offer(message("m", 90 * KIB), Admission.NEVER_WAIT)).isFalse();
        outbox.cancel(first);
        assertThat(outbox.offer(message("m", 90 * KIB), Admission.NEVER_WAIT)).isTrue();
        attach();
        assertThat(sent(outbox)).containsExactly("m");
    }

    @Test
    void itemThatIsCancelledBeforeItIsOffered_isNeverQueued() {
        attach();
        Notes notes = new Notes();
        Outgoing item = request("r", 1, notes);
        outbox.cancel(item);
        assertThat(outbox.offer(item, Admission.SOFT)).isTrue();
        assertThat(notes.notes).isEmpty();
        assertThat(sent(outbox)).isEmpty();
    }

    @Test
    void itemThatIsCancelledInALaneThatStands_keepsNoMemory() {
        byte[] payload = new byte[KIB];
        WeakReference<byte[]> reference = new WeakReference<>(payload);
        outbox.offer(message("head", 1), Admission.SOFT);
        Outgoing item = Outgoing.request(Opening.call(Kind.REQUEST, "r", 0, 0), payload, 0, SendListener.NONE);
        outbox.offer(item, Admission.SOFT);
        outbox.cancel(item);
        payload = null;
        item = null;
        await().until(() -> {
            System.gc();
            return reference.get() == null;
        });
        attach();
        assertThat(sent(outbox)).containsExactly("head");
    }

    @Test
    void itemThatIsCancelledBetweenItsFrames_isAborted() {
        attach();
        Notes notes = new Notes();
        Outgoing item = request("r", 3 * Wire.CHUNK_BYTES, notes);
        outbox.offer(item, Admission.SOFT);
        outbox.offer(message("next", 1), Admission.ALWAYS);
        assertThat(name(next(outbox))).isEqualTo("r");
        outbox.cancel(item);
        outbox.cancel(item);
        assertThat(sent(outbox)).containsExactly("abort 1 LANE_DATA", "next");
    }

    @Test
    void itemThatIsCancelledWhenAllWasSent_isCancelledAtThePeer() {
        attach();
        Outgoing item = request("r", 1, new Notes());
        outbox.offer(item, Admission.SOFT);
        assertThat(sent(outbox)).containsExactly("r");
        outbox.cancel(item);
        assertThat(sent(outbox)).containsExactly("cancel 1");
    }

    @Test
    void timeLeft_isThatOfTheMomentOfSending() {
        attach();
        long now = System.nanoTime();
        Opening header = Opening.call(Kind.REQUEST, "r", 0, 0);
        outbox.offer(Outgoing.request(header, new byte[1], now - 1, SendListener.NONE), Admission.SOFT);
        outbox.offer(Outgoing.request(header, new byte[1], now + 10_000_000_000L, SendListener.NONE), Admission.SOFT);
        assertThat(frame(outbox).getRequest().getTimeLeftMicros()).isOne(); // never 0
        assertThat(frame(outbox).getRequest().getTimeLeftMicros()).isBetween(1L, 10_000_000L);
    }

    @Test
    void drain_goesBehindTheDataAndNothingNewJoins() {
        attach();
        outbox.offer(message("early", 1), Admission.SOFT);
        outbox.drain(Duration.ofMillis(5), CLOSING);
        outbox.drain(Duration.ofMillis(6), CLOSING);
        assertThatThrownBy(() -> outbox.offer(message("late", 1), Admission.SOFT))
                .hasCause(CLOSING)
                .hasMessage("going away")
                .satisfies(e -> assertThat(((IpcException) e).code()).isEqualTo(ErrorCode.PEER_GONE));
        assertThat(offerBroadcast(outbox, message("late", 1), "late", 0)).isFalse();
        outbox.offer(reply(1, 1), Admission.SOFT);
        assertThat(sent(outbox)).containsExactly("reply 1", "early", "drain 5000");
        outbox.offer(reply(2, 1), Admission.SOFT);
        assertThat(sent(outbox)).containsExactly("reply 2");
    }

    @Test
    void finish_sendsWhatWaitsThenTheLastFrame() {
        attach(outbox, 256, 1 << 20);
        outbox.offer(message("a", 0), Admission.SOFT);
        outbox.offer(message("b", 0), Admission.SOFT);
        outbox.finish(Connection.closeFrame(0, "bye"));
        outbox.finish(Connection.closeFrame(1, "too late"));
        assertThat(sent(outbox)).containsExactly("a");
        assertThat(outbox.isFlushed()).isFalse();
        assertThatThrownBy(() -> outbox.offer(reply(1, 1), Admission.ALWAYS))
                .hasMessage("closing: nothing new is sent");
        outbox.addWindows(256, 0);
        assertThat(sent(outbox)).containsExactly("b", "close 0 bye");
        assertThat(outbox.isFlushed()).isTrue();
        outbox.offerControl(ping(1));
        assertThat(sent(outbox)).isEmpty();
    }

    @Test
    void close_dropsEverythingAndTellsWhoComes() {
        attach();
        outbox.offer(message("a", 1), Admission.SOFT);
        outbox.offerControl(ping(1));
        outbox.close(new IpcException(ErrorCode.PEER_GONE, "gone"));
        outbox.close(new IpcException(ErrorCode.CLOSED, "too late"));
        assertThat(next(outbox)).isNull();
        assertThat(offerBroadcast(outbox, message("b", 1), "b", 0)).isFalse();
        for (Admission admission : Admission.values()) {
            assertThatThrownBy(() -> outbox.offer(message("b", 1), admission))
                    .isInstanceOf(IpcException.class)
                    .hasMessage("gone");
        }
    }

    @Test
    void gaps_countWhatWasDroppedInItsPlace() {
        for (int i = 0; i < 5; i++) {
            offerBroadcast(outbox, message("x" + i, 20 * KIB), "x", 1);
        }
        offerBroadcast(outbox, message("y", 20 * KIB), "y", 2);
        attach();
        assertThat(outbox.offer(message("own", 1), Admission.SOFT)).isTrue();
        assertThat(sent(outbox)).containsExactly("x0", "gap x 4", "y", "own");
        offerBroadcast(outbox, message("x5", 1), "x", 1);
        assertThat(sent(outbox)).containsExactly("x5");
    }

    @Test
    void gapsBeyondTheBoundOfNotes_areCountedAtTheLastPlaceOfTheirChannel() {
        Outbox bounded = Outbox.flowing(LIMITS.withCounts(1, 2));
        attach(bounded, 8 * KIB * KIB, 8 * KIB * KIB);
        for (int i = 0; i < 4; i++) {
            offerBroadcast(bounded, message("fits " + i, 1), "x", 1);
            offerBroadcast(bounded, message("too large", 60 * KIB), "x", 1);
        }
        assertThat(sent(bounded)).containsExactly("fits 0", "gap x 1", "fits 1", "gap x 3", "fits 2", "fits 3");
    }

    @Test
    void gapThatWasPassed_isFollowedByANewOne() {
        offerBroadcast(outbox, message("a", 20 * KIB), "x", 1);
        offerBroadcast(outbox, message("b", 20 * KIB), "x", 1); // dropped
        offerBroadcast(outbox, message("c", 2 * KIB), "x", 1); // fits, so that the gap is before it
        offerBroadcast(outbox, message("d", 20 * KIB), "x", 1); // dropped
        attach();
        assertThat(sent(outbox)).containsExactly("a", "gap x 1", "c", "gap x 1");
    }

    @Test
    void onlyTheNewestPing_isAnswered() {
        attach();
        outbox.offerControl(pong(1));
        outbox.offerControl(pong(2));
        assertThat(sent(outbox)).containsExactly("pong 2");
    }

    @Test
    void pingsThatNobodyReads_doNotPileUp() {
        attach();
        for (int i = 0; i <= 16 * KIB; i++) {
            outbox.offerControl(ping(i));
        }
        assertThat(ended).isNotDone();
        assertThat(sent(outbox)).containsExactly("ping " + 16 * KIB);
    }

    @Test
    void peerThatAsksAndNeverReads_endsTheConnectionWithLimit() {
        attach();
        for (int i = 0; i < 16 * KIB; i++) {
            outbox.offerControl(new Frame.Cancel(i + 1));
        }
        assertThat(ended).isNotDone();
        outbox.offerControl(new Frame.Cancel(4711));
        assertThat(Patience.get(ended))
                .hasMessage("16384 control frames wait (expected: a peer that reads them)")
                .extracting(IpcException::code)
                .isEqualTo(ErrorCode.LIMIT);
        assertThat(sent(outbox)).hasSize(16 * KIB);
    }

    @Test
    void drainOfDataThatIsHeld_dropsItAndSaysSo() {
        for (Consumer<Outbox> closing : List.<Consumer<Outbox>>of(
                box -> box.drain(Duration.ofSeconds(1), CLOSING), box -> box.finish(Connection.closeFrame(0, "")))) {
            Outbox held = Outbox.holdingData(LIMITS);
            Notes message = new Notes();
            Notes request = new Notes();
            held.offer(message("m", 1, false, message), Admission.SOFT);
            held.offer(request("r", 1, request), Admission.SOFT);
            closing.accept(held);
            attach(held, 1 << 20, 1 << 20);
            assertThat(message.notes).containsExactly("queued 0", "dropped");
            assertThat(request.notes).containsExactly("queued 1", "dropped");
            assertThat(sent(held)).doesNotContain("m", "r").hasSize(1);
        }
    }

    @Test
    void listeners_mayComeBackToTheOutboxOnceSent() {
        attach();
        SendListener chained = new SendListener() {
            @Override
            public void onSent() {
                Thread other = new Thread(() -> outbox.offer(message("next", 1), Admission.NEVER_WAIT));
                other.start();
                Patience.join(other); // which needs the lock
            }
        };
        outbox.offer(message("first", 1, false, chained), Admission.SOFT);
        assertThat(sent(outbox)).containsExactly("first", "next");
    }
}
