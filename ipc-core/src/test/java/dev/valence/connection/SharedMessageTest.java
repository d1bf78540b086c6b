package dev.valence.connection;

import static dev.valence.connection.OutboxItems.message;
import static dev.valence.connection.OutboxItems.offerBroadcast;
import static dev.valence.connection.OutboxItems.sent;
import static dev.valence.connection.OutboxItems.takenAtOnce;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.Link;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One message in the queues of several peers. */
@Timeout(60)
class SharedMessageTest {

    private static final int KIB = 1024;
    private static final Limits LIMITS = Limits.defaults().withQueueBytes(100 * KIB, 200 * KIB);

    private final Outbox one = Outbox.flowing(LIMITS);
    private final Outbox other = Outbox.flowing(LIMITS);

    static Outgoing shared(String channel, int size, int origin) {
        OutFrame frame = OutFrame.shared(Opening.broadcast(origin, channel, 0), new byte[size]);
        return Outgoing.shared(frame, size, origin);
    }

    private static void attach(Outbox to, long windowBytes) {
        attach(to, new SilentLink(), windowBytes);
    }

    private static void attach(Outbox to, Link link, long windowBytes) {
        ReceiveWindow none = new ReceiveWindow(KIB * KIB);
        to.attach(link, new Windows(windowBytes, windowBytes), none, none, reason -> {});
    }

    @Test
    void message_isTakenOnceByEachPeer() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Outgoing both = shared("m" + i, 10, i % 3);
            names.add("m" + i);
            assertThat(offerBroadcast(one, both, "m", i % 3)).isTrue();
            assertThat(offerBroadcast(other, both, "m", i % 3)).isTrue();
        }
        attach(one, KIB * KIB);
        assertThat(sent(one)).isEqualTo(names);
        assertThat(one.levels().queuedDataBytes()).isZero();
        assertThat(other.levels().queuedDataBytes()).isEqualTo(40L * (10 + Wire.FRAME_CHARGE));
        attach(other, KIB * KIB);
        assertThat(sent(other)).isEqualTo(names);
        assertThat(other.levels()).isEqualTo(one.levels());
    }

    @Test
    void message_keepsItsPlaceAmongOthers() {
        one.offer(message("own 1", 1), Admission.SOFT);
        offerBroadcast(one, shared("shared 1", 1, 0), "c", 0);
        offerBroadcast(one, shared("shared 2", 1, 0), "c", 0);
        one.offer(message("own 2", 1), Admission.SOFT);
        offerBroadcast(one, shared("shared 3", 1, 2), "c", 2);
        offerBroadcast(one, shared("shared 4", 1, 1), "c", 1);
        attach(one, KIB * KIB);
        assertThat(takenAtOnce(one)).containsExactly("own 1", "shared 1", "shared 2", "own 2", "shared 3", "shared 4");
    }

    @Test
    void messageBehindAnother_needsNoWakeUp() {
        attach(one, 1000);
        List<Runnable> wakeUps = new ArrayList<>();
        one.offerBroadcast(shared("first", 1, 0), "m", 0, wakeUps);
        assertThat(wakeUps).hasSize(1);
        one.offerBroadcast(shared("behind", 1, 0), "m", 0, wakeUps);
        assertThat(wakeUps).hasSize(1);
        assertThat(sent(one)).containsExactly("first", "behind");
        one.offerBroadcast(shared("alone", 1, 0), "m", 0, wakeUps);
        assertThat(wakeUps).hasSize(2);
    }

    @Test
    void messageBehindWhatIsTakenBack_isToldOf() {
        AtomicInteger told = new AtomicInteger();
        Link link = new SilentLink() {
            @Override
            public void wakeUp() {
                told.incrementAndGet();
            }
        };
        attach(one, link, 1000);
        Outgoing tooMuch = OutboxItems.request("ahead", 2000, SendListener.NONE);
        one.offer(tooMuch, Admission.SOFT);
        offerBroadcast(one, shared("behind", 1, 0), "m", 0);
        assertThat(sent(one)).isEmpty();
        told.set(0);
        one.cancel(tooMuch);
        assertThat(told).hasValue(1);
        assertThat(sent(one)).containsExactly("behind");
    }

    @Test
    void linksOfOneThread_areWokenOnce() {
        Runnable waking = () -> {};
        List<Runnable> wakeUps = new ArrayList<>();
        for (Outbox each : List.of(one, other)) {
            Link link = new SilentLink() {
                @Override
                public Runnable announce() {
                    return waking;
                }
            };
            attach(each, link, 1000);
            each.offerBroadcast(shared("m", 1, 0), "m", 0, wakeUps);
        }
        assertThat(wakeUps).containsExactly(waking);
    }

    @Test
    void messagesInARow_areTakenAsFarAsThePeerHasRoom() {
        for (int i = 0; i < 5; i++) {
            offerBroadcast(one, shared("m" + i, 100, 0), "m", 0);
        }
        int charge = 100 + Wire.FRAME_CHARGE;
        attach(one, 2 * charge + 1);
        assertThat(sent(one)).containsExactly("m0", "m1");
        one.addWindows(2 * charge, 0);
        assertThat(sent(one)).containsExactly("m2", "m3");
        one.addWindows(charge - 2, 0);
        assertThat(sent(one)).isEmpty();
        one.addWindows(1, 0);
        assertThat(sent(one)).containsExactly("m4");
        assertThat(one.levels().dataCreditBytes()).isZero();
    }

    @Test
    void messagesTakenAtOnce_takeOfTheWindowWhatTheyTakeOneByOne() {
        for (int i = 0; i < 5; i++) {
            offerBroadcast(one, shared("m" + i, 100, i / 2), "m", i / 2);
        }
        int charge = 100 + Wire.FRAME_CHARGE;
        attach(one, 3 * charge + 1);
        assertThat(takenAtOnce(one)).containsExactly("m0", "m1", "m2");
        assertThat(one.levels().dataCreditBytes()).isEqualTo(1);
        one.addWindows(2 * charge, 0);
        assertThat(takenAtOnce(one)).containsExactly("m3", "m4");
        assertThat(one.levels()).isEqualTo(new SendLevels(0, 1, 0, 3 * charge + 1));
    }

    @Test
    void roomThatWasTaken_isItsPublishersAgain() {
        for (int origin = 0; origin < 2; origin++) { // a quarter of the queue each
            assertThat(offerBroadcast(one, shared("a", 20 * KIB, origin), "c", origin))
                    .isTrue();
            assertThat(offerBroadcast(one, shared("b", 20 * KIB, origin), "c", origin))
                    .isFalse();
        }
        attach(one, KIB * KIB);
        assertThat(sent(one)).containsExactly("a", "gap c 1", "a", "gap c 1");
        for (int origin = 0; origin < 2; origin++) {
            assertThat(offerBroadcast(one, shared("c", 20 * KIB, origin), "c", origin))
                    .isTrue();
        }
    }

    private static SendListener noting(List<String> notes) {
        return new SendListener() {
            @Override
            public void onLost() {
                notes.add("lost");
            }

            @Override
            public void onDropped() {
                notes.add("dropped");
            }

            @Override
            public void onGapUntold() {
                notes.add("gap untold");
            }
        };
    }

    @Test
    void whoFollowsSharedMessages_isToldOfThoseThatAPeerNeverGets() {
        List<String> notes = new ArrayList<>();
        Outbox held = Outbox.holdingData(LIMITS.withCounts(1, 1));
        held.followShared(noting(notes));
        offerBroadcast(held, shared("a", 20 * KIB, 0), "a", 0);
        offerBroadcast(held, shared("a", 20 * KIB, 0), "a", 0); // the only gap that may be noted
        offerBroadcast(held, shared("b", 20 * KIB, 0), "b", 0);
        assertThat(notes).containsExactly("gap untold");
        held.finish(new Frame.Close(0, ""));
        assertThat(notes).containsExactly("gap untold", "dropped");
    }

    @Test
    void whoFollowsSharedMessages_isToldOfThoseOfThisPeer() {
        List<String> notes = new ArrayList<>();
        one.followShared(noting(notes));
        Outgoing both = shared("m", 1, 0);
        offerBroadcast(one, both, "m", 0);
        offerBroadcast(one, both, "m", 0);
        offerBroadcast(other, both, "m", 0);
        one.close(new IpcException(ErrorCode.PEER_GONE, "gone"));
        assertThat(notes).containsExactly("lost", "lost");
        attach(other, KIB * KIB);
        assertThat(sent(other)).containsExactly("m"); // what happens to one peer does not happen to the other
    }
}
