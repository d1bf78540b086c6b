package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports between two ends of a connection, and relayed between two connections. */
@Timeout(60)
class SessionPortsTest {

    private static final Limits IMPATIENT = Limits.defaults().withSendTimeout(Duration.ofMillis(250));
    private static final int SIZE = 16 * 1024;
    private static final int WINDOWFUL = (int) (PortWindow.BYTES / (SIZE + 256));

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    private void hear(MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> heard.add(payload));
        port.onClose(() -> heard.add("closed"));
        port.start();
    }

    private Object next() {
        try {
            Object next = heard.poll(Patience.SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("what comes").isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a port from one end of a pair to the other, and returns what it is there. */
    private static MessagePort sendOver(PairedEnd from, PairedEnd to, MessagePort port) {
        return sendOver("port", from, to, port);
    }

    private static MessagePort sendOver(String channel, PairedEnd from, PairedEnd to, MessagePort port) {
        CompletableFuture<MessagePort> arrived = new CompletableFuture<>();
        to.receiver()
                .once(
                        channel,
                        Object.class,
                        (event, payload) -> arrived.complete(event.ports().get(0)));
        from.postMessage(channel, "here", port);
        return Patience.get(arrived);
    }

    @Test
    void portToAClient_carriesMessagesBothWays() {
        try (SessionPair pair = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            channel.port1().postMessage("before");
            MessagePort far = sendOver(pair.server(), pair.client(), channel.port2());
            channel.port1().postMessage("after");
            hear(far);
            assertThat(List.of(next(), next())).containsExactly("before", "after");
            hear(channel.port1());
            far.postMessage("back");
            assertThat(next()).isEqualTo("back");
            far.close();
            assertThat(next()).isEqualTo("closed");
            assertThat(channel.port1().isClosed()).isTrue();
        }
    }

    @Test
    void messageWithoutPorts_hasAnEmptyList() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<List<MessagePort>> ports = new CompletableFuture<>();
            pair.server().receiver().on("m", Object.class, (event, payload) -> ports.complete(event.ports()));
            pair.client().postMessage("m", 1);
            assertThat(Patience.get(ports)).isEmpty();
        }
    }

    @Test
    void largeMessages_travelInPiecesAndOneByOne() {
        try (SessionPair pair = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            MessagePort far = sendOver(pair.client(), pair.server(), channel.port2());
            List<Integer> sizes = List.of(0, 1, 262_144, 262_145, 3_000_000, 5, 1_000_000);
            hear(far);
            for (int size : sizes) {
                channel.port1().postMessage(new byte[size]);
            }
            for (int size : sizes) {
                assertThat(((byte[]) next()).length).isEqualTo(size);
            }
        }
    }

    @Test
    void manyMessagesThroughARelay_arriveInOrder() throws Exception {
        try (SessionPair one = SessionPair.open();
                SessionPair two = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            MessagePort inMain = sendOver(one.client(), one.server(), channel.port2());
            MessagePort far = sendOver(two.server(), two.client(), inMain);
            hear(far);
            Thread poster = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    channel.port1().postMessage(i);
                }
                channel.port1().close();
            });
            poster.start();
            for (int i = 0; i < 20_000; i++) {
                assertThat(next()).isEqualTo(i);
            }
            assertThat(next()).isEqualTo("closed");
            Patience.join(poster);
        }
    }

    @Test
    void portHandedOnWhileMessagesCome_losesNoneAndKeepsTheirOrder() throws Exception {
        try (SessionPair one = SessionPair.open();
                SessionPair two = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            MessagePort port = sendOver(one.client(), one.server(), channel.port2());
            Thread poster = new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    channel.port1().postMessage(i);
                }
            });
            poster.start();
            PairedEnd[] ends = {two.server(), two.client(), two.server(), two.client(), two.server(), two.client()};
            for (int i = 1; i < ends.length; i++) {
                port = sendOver(ends[i - 1], ends[i], port); // nothing was started: all messages move on
            }
            hear(port);
            for (int i = 0; i < 5_000; i++) {
                assertThat(next()).isEqualTo(i);
            }
            Patience.join(poster);
            hear(channel.port1());
            port.postMessage("the long way back");
            assertThat(next()).isEqualTo("the long way back");
        }
    }

    /** Hands a port back and forth over a connection, and posts some numbers at each stop. */
    private static CompletableFuture<MessagePort> walk(String name, SessionPair pair, MessagePort port) {
        return CompletableFuture.supplyAsync(() -> {
            MessagePort here = port;
            PairedEnd from = pair.client();
            PairedEnd to = pair.server();
            int number = 0;
            for (int stop = 0; stop < 12; stop++) {
                for (int i = 0; i < 40; i++) {
                    here.postMessage(number++);
                }
                here = sendOver(name, from, to, here);
                PairedEnd next = from;
                from = to;
                to = next;
            }
            for (; number < 500; number++) {
                here.postMessage(number);
            }
            return here;
        });
    }

    @Test
    void bothEndsAreHandedOnAgainAndAgain_nothingIsLostAndRoomComesBackThroughEveryProcess() {
        try (SessionPair one = SessionPair.open();
                SessionPair two = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            CompletableFuture<MessagePort> first = walk("first", one, channel.port1());
            CompletableFuture<MessagePort> second = walk("second", two, channel.port2());
            MessagePort[] ends = {Patience.get(first), Patience.get(second)};
            for (int i = 0; i < 2; i++) {
                MessagePort reading = ends[i];
                MessagePort posting = ends[1 - i];
                hear(reading);
                for (int number = 0; number < 500; number++) {
                    assertThat(next()).isEqualTo(number);
                }
                for (int round = 0; round < 200; round++) { // more than the window, many times
                    posting.postMessage(new byte[SIZE]);
                }
                for (int round = 0; round < 200; round++) {
                    assertThat((byte[]) next()).hasSize(SIZE);
                }
                posting.postMessage(new byte[3_000_000]); // admitted, though the rest of the room may not be told
                assertThat((byte[]) next()).hasSize(3_000_000);
            }
            ends[0].close();
            assertThat(next()).isEqualTo("closed");
            assertThat(ends[1].isClosed()).isTrue();
        }
    }

    @Test
    void startedPortThatIsHandedOn_givesTheRestToItsNextOwner() throws Exception {
        try (SessionPair one = SessionPair.open();
                SessionPair two = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            MessagePort inMain = sendOver(one.client(), one.server(), channel.port2());
            CountDownLatch handOver = new CountDownLatch(1);
            CountDownLatch handedOver = new CountDownLatch(1);
            inMain.onMessage(Integer.class, (event, number) -> {
                heard.add(number);
                if (number == 99) {
                    handOver.countDown();
                    Patience.await(handedOver);
                }
            });
            inMain.start();
            for (int i = 0; i < 300; i++) {
                channel.port1().postMessage(i);
            }
            Patience.await(handOver);
            MessagePort far = sendOver(two.server(), two.client(), inMain);
            handedOver.countDown();
            hear(far);
            for (int i = 0; i < 300; i++) {
                assertThat(next()).isEqualTo(i);
            }
        }
    }

    @Test
    void portThatIsNeverStarted_boundsItsSenderAndHoldsUpNothingElse() {
        try (SessionPair pair = SessionPair.open(IMPATIENT)) {
            MessageChannel channel = MessageChannel.create();
            MessagePort idle = sendOver(pair.client(), pair.server(), channel.port2());
            MessageChannel live = MessageChannel.create();
            MessagePort busy = sendOver(pair.client(), pair.server(), live.port2());
            CompletableFuture<Object> refused = new CompletableFuture<>();
            pair.client().receiver().on("fill", Object.class, (event, payload) -> {
                MessagePort posting = event.ports().get(0);
                int sent = 0;
                try {
                    for (; sent < 2 * WINDOWFUL; sent++) {
                        posting.postMessage(new byte[SIZE]);
                    }
                } catch (IpcException e) {
                    refused.complete(e.code() + " " + sent);
                }
            });
            // the patience is that of the process that the port came to
            MessageChannel second = MessageChannel.create();
            pair.server().postMessage("fill", null, second.port2());
            assertThat(Patience.get(refused)).isEqualTo("BACKPRESSURE " + WINDOWFUL);
            hear(busy);
            for (int i = 0; i < 1000; i++) {
                live.port1().postMessage(i);
            }
            for (int i = 0; i < 1000; i++) {
                assertThat(next()).isEqualTo(i);
            }
            hear(second.port1());
            for (int i = 0; i < WINDOWFUL; i++) {
                assertThat((byte[]) next()).hasSize(SIZE);
            }
            idle.close();
        }
    }

    @Test
    void MP9_connectionEnds_closesEveryPortOverIt() {
        SessionPair pair = SessionPair.open();
        try (SessionPair other = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            MessagePort far = sendOver(pair.server(), pair.client(), channel.port2());
            hear(channel.port1());
            hear(far);
            MessageChannel relayed = MessageChannel.create();
            MessagePort inMain = sendOver(pair.client(), pair.server(), relayed.port2());
            MessagePort beyond = sendOver(other.server(), other.client(), inMain);
            hear(beyond);
            pair.close();
            assertThat(List.of(next(), next(), next())).containsOnly("closed");
            assertThat(relayed.port1().isClosed()).isTrue();
            beyond.postMessage("nothing happens");
        }
    }

    @Test
    void MP10_messageWithoutListener_closesItsPorts() {
        try (SessionPair pair = SessionPair.open()) {
            MessageChannel channel = MessageChannel.create();
            hear(channel.port1());
            pair.server().postMessage("nobody", 1, channel.port2());
            assertThat(next()).isEqualTo("closed");
        }
    }

    @Test
    void MP10_messageThatIsNotAllowed_closesItsPorts() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().permit(channel -> false);
            MessageChannel channel = MessageChannel.create();
            hear(channel.port1());
            pair.client().postMessage("port", 1, channel.port2());
            assertThat(next()).isEqualTo("closed");
        }
    }

    @Test
    void peerIsGone_sendingAPortFailsAndThePortStays() {
        SessionPair pair = SessionPair.open();
        pair.close();
        MessageChannel channel = MessageChannel.create();
        assertThatThrownBy(() -> pair.server().postMessage("port", 1, channel.port2()))
                .isInstanceOf(IpcException.class);
        hear(channel.port2());
        channel.port1().postMessage("still here");
        assertThat(next()).isEqualTo("still here");
    }

    @Test
    void PM2_PM3_PM4_PM5_PM6_PM7_PM8_PM9_PM10_portsThatCannotBeHandedOver_areNamedAndNothingIsSent() {
        try (SessionPair pair = SessionPair.open()) {
            List<Object> got = new ArrayList<>();
            CompletableFuture<Object> last = new CompletableFuture<>();
            pair.client().receiver().on("port", Object.class, (event, payload) -> got.add(payload));
            pair.client().receiver().on("last", Object.class, (event, payload) -> last.complete(payload));
            MessagePort good = MessageChannel.create().port1();
            MessagePort gone = MessageChannel.create().port1();
            pair.server().postMessage("port", "sent", gone);
            MessagePort closed = MessageChannel.create().port1();
            closed.close();
            refused(pair, "ports[1]: null (expected: a port)", good, null);
            refused(pair, "ports[1]: the same as ports[0] (expected: each port once)", good, good);
            refused(pair, "ports[1]: already transferred (expected: an open port that is still here)", good, gone);
            refused(pair, "ports[1]: closed (expected: an open port that is still here)", good, closed);
            pair.server().send("last", 1);
            Patience.get(last);
            assertThat(got).containsExactly("sent");
            assertThat(good.isClosed()).isFalse();
        }
    }

    private static void refused(SessionPair pair, String message, MessagePort... ports) {
        assertThatThrownBy(() -> pair.server().postMessage("port", "refused", ports))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void tooManyPorts_areRefusedAndStay() {
        try (SessionPair pair = SessionPair.open()) {
            BlockingQueue<List<MessagePort>> arrived = new LinkedBlockingQueue<>();
            pair.client().receiver().on("port", Object.class, (event, payload) -> arrived.add(event.ports()));
            MessagePort[] many = ports(PortDesk.MAX_PER_MESSAGE + 1);
            assertThatThrownBy(() -> pair.server().postMessage("port", 1, many))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT))
                    .hasMessage("ports: 65 (expected: at most 64 in one message)");
            assertThat(many).noneMatch(MessagePort::isClosed);
            for (int i = 0; i < PortDesk.MAX_OPEN / PortDesk.MAX_PER_MESSAGE; i++) {
                pair.server().postMessage("port", 1, ports(PortDesk.MAX_PER_MESSAGE));
            }
            assertThatThrownBy(() -> pair.server().postMessage("port", 1, many[0]))
                    .hasMessage("ports: 1024 were handed over to this process and are open (expected: fewer)");
            MessagePort one = takeFirst(arrived);
            one.close(); // makes room for one, once main knows
            Awaitility.await().until(() -> {
                try {
                    pair.server().postMessage("port", 1, many[0]);
                    return true;
                } catch (IpcException e) {
                    return false;
                }
            });
        }
    }

    private static MessagePort takeFirst(BlockingQueue<List<MessagePort>> arrived) {
        try {
            return arrived.take().get(0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static MessagePort[] ports(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> MessageChannel.create().port1())
                .toArray(MessagePort[]::new);
    }

    @Test
    void hundredPortsAtOnce_eachHasItsOwnOrder() {
        try (SessionPair one = SessionPair.open();
                SessionPair two = SessionPair.open()) {
            int count = 100;
            int messages = 50;
            CountDownLatch done = new CountDownLatch(count);
            two.client().receiver().on("port", Object.class, (event, payload) -> {
                List<Object> own = new ArrayList<>();
                MessagePort port = event.ports().get(0);
                port.onMessage(Integer.class, (message, number) -> own.add(number));
                port.onClose(() -> {
                    if (own.equals(IntStream.range(0, messages).boxed().toList())) {
                        done.countDown();
                    }
                });
                port.start();
            });
            one.server()
                    .receiver()
                    .on(
                            "port",
                            Object.class,
                            (event, payload) -> two.server()
                                    .postMessage("port", payload, event.ports().get(0)));
            List<MessagePort> posting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                MessageChannel channel = MessageChannel.create();
                one.client().postMessage("port", i, channel.port2());
                posting.add(channel.port1());
            }
            for (int i = 0; i < messages; i++) {
                for (MessagePort port : posting) {
                    port.postMessage(i);
                }
            }
            posting.forEach(MessagePort::close);
            Patience.await(done);
        }
    }
}
