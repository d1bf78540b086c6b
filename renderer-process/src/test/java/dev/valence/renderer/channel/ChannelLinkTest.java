package dev.valence.renderer.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.fixtures.IoThreads;
import dev.valence.fixtures.OpenFiles;
import dev.valence.fixtures.ProtoFrames;
import dev.valence.fixtures.RecordingHandler;
import dev.valence.fixtures.SocketContract;
import dev.valence.fixtures.TestFrames;
import dev.valence.fixtures.TransportContract;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.frame.Wire;
import dev.valence.proto.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChannelLinkTest implements TransportContract, SocketContract {

    @TempDir
    private Path directory;

    @Override
    public AutoCloseable open(Function<Link, FrameHandler> client, Function<Link, FrameHandler> server)
            throws IOException {
        try (ServerSocketChannel listening = listen()) {
            Link connecting = ChannelLink.connect(path(), client);
            Link accepted = ChannelLink.open(listening.accept(), server);
            return () -> {
                connecting.close();
                accepted.close();
            };
        }
    }

    @Override
    public RawPeer openRaw(Function<Link, FrameHandler> handler) throws IOException {
        try (ServerSocketChannel listening = listen()) {
            Link link = ChannelLink.connect(path(), handler);
            return new RawPeer(listening.accept(), link::close);
        }
    }

    @Test
    void connectToNothing_saysWhere() {
        assertThatThrownBy(() -> ChannelLink.connect(path(), new RecordingHandler("client")::attach))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot connect to " + path() + ": ");
    }

    @Test
    void handlerThatCannotBeMade_closesTheChannel() throws IOException {
        IllegalStateException failure = new IllegalStateException("thrown on purpose by a test");
        try (ServerSocketChannel listening = listen()) {
            assertThatThrownBy(() -> ChannelLink.connect(path(), link -> {
                        link.wakeUp();
                        throw failure;
                    }))
                    .isSameAs(failure);
            try (SocketChannel accepted = listening.accept()) {
                assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
        IoThreads.awaitNone();
    }

    @Test
    void closeWhileTheHandlerIsMade_closes() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        link.queue(TestFrames.numbered(1));
        try (RawPeer peer = openRaw(made -> {
            made.wakeUp();
            made.close();
            return link.attach(made);
        })) {
            assertThat(link.awaitClosed()).isNull();
            assertThat(peer.read()).isEqualTo(TestFrames.numbered(1));
        }
    }

    @Test
    void callerWhoWakesUp_writesHimself() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = openRaw(link::attach)) {
            CompletableFuture<Thread> taker = new CompletableFuture<>();
            link.takeFrom(() -> {
                taker.complete(Thread.currentThread());
                return null;
            });
            link.link().wakeUp();
            assertThat(taker).isCompletedWithValue(Thread.currentThread());
        }
    }

    @Test
    void callerWhoWakesUp_isReleasedThoughFramesNeverEnd() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = openRaw(link::attach)) {
            CompletableFuture<Void> relieved = new CompletableFuture<>();
            Thread caller = Thread.currentThread();
            link.onEachFrame(frame -> {});
            link.takeFrom(() -> {
                if (Thread.currentThread() != caller) {
                    relieved.complete(null);
                }
                return relieved.isDone() ? null : ProtoFrames.out(TestFrames.numbered(1));
            });
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> readUntilClosed(peer.socket()));
            link.link().wakeUp();
            relieved.get(20, TimeUnit.SECONDS);
            link.link().close();
            reading.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void callerWhoWaits_reads() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        AtomicReference<Thread> reader = new AtomicReference<>();
        link.onEachFrame(frame -> reader.set(Thread.currentThread()));
        try (RawPeer peer = openRaw(link::attach)) {
            int led = 0;
            for (int i = 1; i <= 200; i++) { // at first the I/O thread waits as well, and may be faster
                Frame frame = TestFrames.numbered(i);
                AtomicBoolean isWritten = new AtomicBoolean();
                link.link().readUntil(() -> {
                    if (!isWritten.getAndSet(true)) { // by now the caller has the lead
                        write(peer, frame);
                    }
                    return reader.get() != null;
                });
                led += reader.getAndSet(null) == Thread.currentThread() ? 1 : 0;
            }
            assertThat(led).isPositive();
        }
    }

    @Test
    void afterACallerHasRead_theIoThreadReadsWhatComes() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = openRaw(link::attach)) {
            for (int i = 1; i <= 200; i++) {
                int number = i;
                peer.write(TestFrames.numbered(2 * i));
                link.link().readUntil(() -> link.unread() > 0);
                assertThat(link.next()).isEqualTo(TestFrames.numbered(2 * number));
                peer.write(TestFrames.numbered(2 * i + 1)); // nobody waits in the link for this one
                assertThat(link.next()).isEqualTo(TestFrames.numbered(2 * number + 1));
            }
        }
    }

    @Test
    void callerWhoseAnswerFillsTheBuffer_doesNotWaitForMore() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = openRaw(link::attach)) {
            for (int i = 1; i <= 100; i++) {
                Frame answer = TestFrames.ofSize(i, 64 * 1024 - Wire.PREFIX_BYTES); // after which nothing is to be read
                CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(peer, answer));
                while (link.unread() == 0) { // the I/O thread may have the turn, and then this does not wait
                    link.link().readUntil(() -> link.unread() > 0);
                }
                assertThat(link.next()).isEqualTo(answer);
                writing.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void write(RawPeer peer, Frame frame) {
        try {
            peer.write(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void secondCaller_doesNotWait() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        try (RawPeer peer = openRaw(link::attach)) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> readUntil(link.link(), () -> {
                waiting.countDown();
                return over.get();
            }));
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
            link.link().readUntil(() -> false);
            over.set(true);
            link.link().wakeReader();
            first.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void interruptedReader_leavesAndTheLinkGoesOn() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = openRaw(link::attach)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> link.link().readUntil(() -> false)).isInstanceOf(InterruptedException.class);
            peer.write(TestFrames.numbered(1));
            assertThat(link.next()).isEqualTo(TestFrames.numbered(1));
        }
    }

    @Test
    void endWhileACallerReads_reachesIt() throws Exception {
        for (boolean byPeer : new boolean[] {true, false}) {
            RecordingHandler link = new RecordingHandler("link");
            CountDownLatch waiting = new CountDownLatch(1);
            try (RawPeer peer = openRaw(link::attach)) {
                CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readUntil(link.link(), () -> {
                    waiting.countDown();
                    return false;
                }));
                assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
                if (byPeer) {
                    peer.socket().close();
                } else {
                    link.link().close();
                }
                reader.get(20, TimeUnit.SECONDS);
                assertThat(link.awaitClosed()).isNull();
            }
        }
        IoThreads.awaitNone();
    }

    private static void readUntil(Link link, BooleanSupplier isDone) {
        try {
            link.readUntil(isDone);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Test
    void ioThread_keepsTheJvmAlive() throws Exception {
        CompletableFuture<Thread> ioThread = new CompletableFuture<>();
        RecordingHandler link = new RecordingHandler("link");
        link.onEachFrame(frame -> ioThread.complete(Thread.currentThread()));
        try (RawPeer peer = openRaw(link::attach)) {
            peer.write(TestFrames.numbered(1));
            Thread thread = ioThread.get(20, TimeUnit.SECONDS);
            assertThat(thread.isDaemon()).isFalse();
            assertThat(thread.getName()).isEqualTo("valence-renderer-io");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void descriptors_areGivenBack() throws Exception {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            openRaw(new RecordingHandler("link")::attach).close();
            Files.delete(path());
            assertThatThrownBy(() -> ChannelLink.connect(path(), new RecordingHandler("link")::attach))
                    .isInstanceOf(IOException.class);
            if (i == 0) {
                before = OpenFiles.count(); // the first time opens some for good
            }
        }
        assertThat(OpenFiles.count()).isLessThanOrEqualTo(before);
    }

    private ServerSocketChannel listen() throws IOException {
        Files.deleteIfExists(path());
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path()));
    }

    private Path path() {
        return directory.resolve("s");
    }

    private static void readUntilClosed(SocketChannel socket) {
        try {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (socket.read(buffer.clear()) >= 0) {
                // thrown away
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
