package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pipes inside one process. */
@Timeout(60)
class PortsTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final List<Object> heard = new ArrayList<>();

    /** Returns a pipe whose listeners run when the test says so. */
    private MessageChannel manual() {
        return MessageChannel.create(CallbackExecutor.serial(executor));
    }

    private void hear(MessagePort port) {
        port.onMessage(Object.class, (event, payload) -> heard.add(payload));
        port.onClose(() -> heard.add("closed"));
    }

    @Test
    void MC1_MC5_pairInOneProcess_carriesMessagesBothWays() {
        MessageChannel channel = MessageChannel.create();
        CompletableFuture<String> answer = new CompletableFuture<>();
        channel.port2().onMessage(String.class, (event, text) -> event.port().postMessage(text + "!"));
        channel.port1().onMessage(String.class, (event, text) -> answer.complete(text));
        channel.port1().start();
        channel.port2().start();
        channel.port1().postMessage("hello");
        assertThat(Patience.get(answer)).isEqualTo("hello!");
    }

    @Test
    void payloadInOneProcess_isNotTheSameObject() {
        MessageChannel channel = manual();
        List<byte[]> got = new ArrayList<>();
        channel.port2().onMessage(byte[].class, (event, bytes) -> got.add(bytes));
        channel.port2().start();
        byte[] sent = {1, 2, 3};
        channel.port1().postMessage(sent);
        sent[0] = 9;
        executor.runAll();
        assertThat(got).singleElement().isEqualTo(new byte[] {1, 2, 3});
    }

    @Test
    void MP5_MC6_MC7_messagesQueueUntilStartInOrder() {
        MessageChannel channel = manual();
        hear(channel.port2());
        channel.port1().postMessage("one");
        channel.port1().postMessage("two");
        executor.runAll();
        assertThat(heard).isEmpty();
        channel.port2().start();
        channel.port2().start();
        channel.port1().postMessage("three");
        executor.runAll();
        assertThat(heard).containsExactly("one", "two", "three");
    }

    @Test
    void MC6_portOverPortBeforeEitherIsStarted_takesItsMessagesAlong() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        inner.port1().postMessage("early");
        outer.port1().postMessage("take it", inner.port2());
        inner.port1().postMessage("late");
        outer.port2().onMessage(String.class, (event, text) -> {
            heard.add(text);
            MessagePort port = event.ports().get(0);
            hear(port);
            port.start();
        });
        outer.port2().start();
        executor.runAll();
        assertThat(heard).containsExactly("take it", "early", "late");
    }

    @Test
    void MP7_close_reachesTheOtherEndBehindWhatWasPosted() {
        MessageChannel channel = manual();
        hear(channel.port2());
        channel.port2().start();
        channel.port1().postMessage("last");
        channel.port1().close();
        assertThat(channel.port2().isClosed()).isTrue();
        executor.runAll();
        assertThat(heard).containsExactly("last", "closed");
    }

    @Test
    void MP7_close_reachesAnEndThatWasNotStarted() {
        MessageChannel channel = manual();
        hear(channel.port2());
        channel.port1().postMessage("last");
        channel.port1().close();
        executor.runAll();
        assertThat(heard).containsExactly("closed");
        channel.port2().start();
        executor.runAll();
        assertThat(heard).containsExactly("closed", "last");
        channel.port2().onClose(() -> heard.add("told again"));
        executor.runAll();
        assertThat(heard).containsExactly("closed", "last", "told again");
    }

    @Test
    void portIsStartedBeforeAnEarlyCloseIsTold_itIsToldBehindTheMessages() {
        MessageChannel channel = manual();
        hear(channel.port2());
        channel.port1().postMessage("last");
        executor.runAll(); // nothing is heard: the port is not started
        channel.port1().close(); // for the same reason told at once
        channel.port2().start();
        executor.runAll();
        assertThat(heard).containsExactly("last", "closed");
    }

    @Test
    void portIsStartedByTheListenerThatGetsIt_anEarlyCloseIsToldBehindTheMessages() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        inner.port1().postMessage("last");
        inner.port1().close();
        outer.port2().onMessage(String.class, (event, text) -> {
            MessagePort port = event.ports().get(0);
            hear(port);
            executor.runAll(); // another thread may run anything meanwhile
            port.start();
        });
        outer.port2().start();
        outer.port1().postMessage("take it", inner.port2());
        executor.runAll();
        assertThat(heard).containsExactly("last", "closed");
    }

    @Test
    void portIsNotStartedByTheListenerThatGetsIt_anEarlyCloseIsToldOnceThatReturns() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        inner.port1().postMessage("unheard");
        inner.port1().close();
        outer.port2().onMessage(String.class, (event, text) -> {
            hear(event.ports().get(0));
            executor.runAll();
            heard.add("returned");
        });
        outer.port2().start();
        outer.port1().postMessage("take it", inner.port2());
        executor.runAll();
        assertThat(heard).containsExactly("returned", "closed");
    }

    @Test
    void close_isNotToldToTheEndThatCloses() {
        MessageChannel channel = manual();
        hear(channel.port1());
        channel.port1().start();
        channel.port2().postMessage("unheard");
        channel.port1().close();
        channel.port1().close();
        channel.port1().onClose(() -> heard.add("closed"));
        executor.runAll();
        assertThat(heard).isEmpty();
    }

    @Test
    void MP10_messageThatNobodyListensTo_closesThePortsItCarries() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        hear(inner.port1());
        outer.port2().start();
        outer.port1().postMessage("for nobody", inner.port2());
        executor.runAll();
        assertThat(heard).containsExactly("closed");
        assertThat(outer.port1().isClosed()).isFalse();
    }

    @Test
    void MP10_messageThatNobodyCanDecode_closesThePortsItCarries() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        hear(inner.port1());
        outer.port2().onMessage(Integer.class, (event, number) -> heard.add(number));
        outer.port2().start();
        try (Quiet quiet = Quiet.about(LocalPort.class)) {
            outer.port1().postMessage("no number", inner.port2());
            executor.runAll();
        }
        assertThat(heard).containsExactly("closed");
    }

    @Test
    void MP10_closeWithCarriedPortsUndelivered_closesThem() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        hear(inner.port1());
        outer.port1().postMessage("never read", inner.port2());
        outer.port2().close();
        executor.runAll();
        assertThat(heard).containsExactly("closed");
    }

    @Test
    void MC3_MC4_MC10_MC11_MC12_MC13_portsThatCannotBeHandedOver_areNamedAndNothingIsLost() {
        MessageChannel channel = manual();
        MessageChannel good = manual();
        MessageChannel gone = manual();
        MessageChannel closed = manual();
        channel.port1().postMessage("takes it", gone.port1());
        closed.port1().close();
        MessagePort port = channel.port1();
        refused(port, "ports[1]: null (expected: a port)", good.port1(), null);
        refused(port, "ports[1]: the same as ports[0] (expected: each port once)", good.port1(), good.port1());
        refused(
                port,
                "ports[1]: already transferred (expected: an open port that is still here)",
                good.port1(),
                gone.port1());
        refused(port, "ports[1]: closed (expected: an open port that is still here)", good.port1(), closed.port1());
        refused(port, "ports[1]: the port that it is posted on (expected: another one)", good.port1(), port);
        refused(
                port,
                "ports[0]: the other end of the port that it is posted on (expected: another one)",
                channel.port2());
        assertThatThrownBy(() -> port.postMessage("x", (MessagePort[]) null))
                .isInstanceOf(IllegalArgumentException.class);

        hear(channel.port2());
        channel.port2().start();
        hear(good.port1());
        good.port1().start();
        good.port2().postMessage("still here");
        executor.runAll();
        assertThat(heard).containsExactly("takes it", "still here");
    }

    private static void refused(MessagePort port, String message, MessagePort... ports) {
        assertThatThrownBy(() -> port.postMessage("x", ports))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void portThatWasHandedOver_isOfNoMoreUse() {
        MessageChannel outer = manual();
        MessageChannel inner = manual();
        hear(inner.port1());
        inner.port1().start();
        outer.port1().postMessage(null, inner.port1());
        MessagePort old = inner.port1();
        assertThat(old.isClosed()).isTrue();
        assertThatThrownBy(() -> old.postMessage("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("port: handed over (expected: to be used by the process that got it)");
        assertThatThrownBy(old::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> old.onClose(() -> {})).isInstanceOf(IllegalStateException.class);
        old.close();
        inner.port2().postMessage("for the new owner");
        executor.runAll();
        assertThat(heard).isEmpty();
        assertThat(inner.port2().isClosed()).isFalse();
    }

    @Test
    void MC8_MC9_X19_postingOnAClosedPort_doesNothing() {
        MessageChannel channel = manual();
        MessageChannel other = manual();
        hear(channel.port2());
        hear(other.port2());
        channel.port2().start();
        other.port2().start();
        channel.port1().close();
        channel.port1().postMessage("x", other.port1());
        channel.port2().postMessage("y", other.port1());
        other.port1().postMessage("open");
        executor.runAll();
        assertThat(heard).containsExactly("closed", "open");
    }

    @Test
    void encodeFails_nothingIsSentAndNoPortIsLost() {
        MessageChannel channel = manual();
        MessageChannel other = manual();
        hear(channel.port2());
        channel.port2().start();
        assertThatThrownBy(() -> channel.port1().postMessage(new Object(), other.port1()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENCODE_FAILED));
        channel.port1().postMessage("fine", other.port1());
        executor.runAll();
        assertThat(heard).containsExactly("fine");
    }

    @Test
    void listenerThatThrows_stopsNoOther() {
        MessageChannel channel = manual();
        channel.port2().onMessage(String.class, (event, text) -> {
            throw new IllegalStateException("on purpose");
        });
        hear(channel.port2());
        channel.port2().start();
        try (Quiet quiet = Quiet.about(LocalPort.class)) {
            channel.port1().postMessage("heard all the same");
            executor.runAll();
        }
        assertThat(heard).containsExactly("heard all the same");
    }

    @Test
    void listenerThatWasRemoved_hearsNothing() {
        MessageChannel channel = manual();
        channel.port2()
                .onMessage(String.class, (event, text) -> heard.add(text))
                .close();
        channel.port2().onClose(() -> heard.add("closed")).close();
        channel.port2().start();
        channel.port1().postMessage("unheard");
        channel.port1().close();
        executor.runAll();
        assertThat(heard).isEmpty();
    }

    @Test
    void portThatIsNeverStarted_boundsWhatWaits() {
        MessageChannel channel = manual();
        byte[] piece = new byte[16 * 1024];
        CompletableFuture<Integer> posted = new CompletableFuture<>();
        AtomicInteger count = new AtomicInteger();
        Thread poster = new Thread(() -> {
            try {
                while (true) {
                    channel.port1().postMessage(piece);
                    count.incrementAndGet();
                }
            } catch (IpcException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED);
                posted.complete(count.get());
            }
        });
        poster.start();
        int most = (int) (PortWindow.BYTES / (piece.length + 256));
        while (count.get() < most) {
            Thread.onSpinWait();
        }
        poster.interrupt();
        assertThat(Patience.get(posted)).isEqualTo(most);
        Patience.join(poster);
        hear(channel.port2());
        channel.port2().start();
        channel.port1().close();
        executor.runAll();
        assertThat(heard).hasSize(most + 1);
    }

    @Test
    void portIsFull_callbackThatMayNotWaitIsRefusedAtOnce() {
        MessageChannel channel = manual();
        MessageChannel full = manual();
        full.port1().postMessage(new byte[300 * 1024]); // larger than the window: admitted when little is under way
        channel.port2().onMessage(String.class, (event, text) -> {
            try {
                full.port1().postMessage(text);
            } catch (IpcException e) {
                heard.add(e.code());
            }
        });
        channel.port2().start();
        channel.port1().postMessage("x");
        executor.runAll();
        assertThat(heard).containsExactly(ErrorCode.BACKPRESSURE);
    }

    @Test
    void listenersOfOnePort_runOneAtATimeInOrder() {
        MessageChannel channel = MessageChannel.create();
        List<Integer> got = new ArrayList<>(); // unguarded: the test is that this is enough
        CountDownLatch done = new CountDownLatch(1);
        channel.port2().onMessage(Integer.class, (event, number) -> {
            got.add(number);
            if (number == 9_999) {
                done.countDown();
            }
        });
        channel.port2().start();
        for (int i = 0; i < 10_000; i++) {
            channel.port1().postMessage(i);
        }
        Patience.await(done);
        assertThat(got).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }
}
