package dev.valence.main.netty;

import static dev.valence.fixtures.TestFrames.numberOf;
import static dev.valence.fixtures.TestFrames.numbered;
import static dev.valence.fixtures.TestFrames.ofSize;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.fixtures.IoThreads;
import dev.valence.fixtures.ProtoFrames;
import dev.valence.fixtures.RecordingHandler;
import dev.valence.fixtures.SocketContract.RawPeer;
import dev.valence.fixtures.TransportContract;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.proto.Frame;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Threads that write to the socket of a link past its event loop, of which there is one. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class DirectWriteTest {

    @TempDir
    private Path directory;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true); // counts exactly
    private final AtomicReference<RecordingHandler> next = new AtomicReference<>();
    private NettyServer server;

    @BeforeEach
    void listen() throws IOException {
        server = NettyServer.open(
                directory.resolve("s"), IoKind.EPOLL, 1, link -> next.get().attach(link), allocator);
    }

    @AfterEach
    void everythingIsGivenBack() {
        server.close();
        IoThreads.awaitNone();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void answer_isWrittenByWhoGivesIt() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        Source source = new Source(link);
        try (RawPeer peer = connect(link)) {
            for (int i = 0; i < 10; i++) {
                peer.write(numbered(i));
                link.next();
                source.add(numbered(i));
                link.link().expedite();
                assertThat(source.taker).isEqualTo(Thread.currentThread());
                assertThat(peer.read()).isEqualTo(numbered(i));
            }
        }
        link.assertRulesKept();
    }

    @Test
    void whatThePeerHasNotAskedFor_isLeftToTheEventLoop() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        Source source = new Source(link);
        try (RawPeer peer = connect(link)) {
            peer.write(numbered(0));
            link.next();
            for (int i = 1; i <= 2; i++) {
                source.add(numbered(i));
                link.link().expedite();
                assertThat(peer.read()).isEqualTo(numbered(i));
            }
            assertThat(source.taker).isNotEqualTo(Thread.currentThread());
        }
        link.assertRulesKept();
    }

    @Test
    void answersInCrowds_areLeftToTheEventLoop() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        Source source = new Source(link);
        try (RawPeer peer = connect(link)) {
            peer.write(numbered(0));
            link.next();
            source.add(numbered(1));
            source.add(numbered(2));
            link.link().expedite(); // both in one batch
            assertThat(source.taker).isEqualTo(Thread.currentThread());
            peer.write(numbered(3));
            link.next();
            source.add(numbered(4));
            link.link().expedite();
            for (int i : new int[] {1, 2, 4}) {
                assertThat(peer.read()).isEqualTo(numbered(i));
            }
            assertThat(source.taker).isNotEqualTo(Thread.currentThread());
        }
        link.assertRulesKept();
    }

    @Test
    void wakeUp_isLeftToTheEventLoop() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        Source source = new Source(link);
        try (RawPeer peer = connect(link)) {
            peer.write(numbered(0));
            link.next();
            source.add(numbered(1));
            link.link().wakeUp();
            assertThat(peer.read()).isEqualTo(numbered(1));
            assertThat(source.taker).isNotEqualTo(Thread.currentThread());
        }
        link.assertRulesKept();
    }

    @Test
    void answersOfAnySize_keepTheirOrder() throws Exception {
        int count = 2000;
        Random random = new Random(42);
        RecordingHandler link = new RecordingHandler("link");
        ExecutorService answering = Executors.newSingleThreadExecutor();
        link.onEachFrame(frame -> answering.execute(() -> link.expedite(frame)));
        try (RawPeer peer = connect(link)) {
            int sent = 0;
            for (int got = 0; got < count; got++) {
                while (sent < count && sent - got <= got / 100) { // first one by one, then in crowds
                    peer.write(ofSize(sent++, random.nextInt(10) == 0 ? Wire.CHUNK_BYTES : 100));
                }
                assertThat(numberOf(peer.read())).isEqualTo(got);
            }
        } finally {
            answering.shutdown();
        }
        link.assertRulesKept();
    }

    @Test
    void peerThatDoesNotRead_getsEverythingInOrderOnceItDoes() throws Exception {
        int size = 200_000; // more than one does not fit into the socket
        int count = 200;
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = connect(link)) {
            for (int i = 0; i < count; i++) {
                peer.write(numbered(i));
                link.next();
                link.expedite(ofSize(i, size));
            }
            awaitLoop();
            assertThat(link.takenBytes()).isLessThan(TransportContract.STALLED_BYTES);
            assertThat(allocator.metric().usedDirectMemory()).isLessThan(TransportContract.STALLED_BYTES);
            for (int i = 0; i < count; i++) {
                assertThat(peer.read()).isEqualTo(ofSize(i, size));
            }
            peer.write(numbered(count));
            link.next();
            link.expedite(numbered(count));
            assertThat(peer.read()).isEqualTo(numbered(count));
        }
        link.assertRulesKept();
    }

    @Test
    void closeWhileAnotherThreadWrites_comesAfterIt() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = connect(link);
                SlowWriter writer = new SlowWriter(link, peer)) {
            link.link().close();
            awaitLoop();
            assertThat(link.isClosed()).isFalse();
            writer.goOn();
            assertThat(peer.read()).isEqualTo(numbered(1));
            assertThat(peer.socket().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(link.awaitClosed()).isNull();
        }
        link.assertRulesKept();
    }

    @Test
    void endOfThePeerWhileAnotherThreadWrites_isToldAfterIt() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = connect(link);
                SlowWriter writer = new SlowWriter(link, peer)) {
            peer.socket().close();
            awaitLoop();
            assertThat(link.isClosed()).isFalse();
            writer.goOn();
            assertThat(link.awaitClosed()).isNull();
        }
        link.assertRulesKept();
    }

    @Test
    void closeOfTheServerWhileAnotherThreadWrites_comesAfterIt() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = connect(link);
                SlowWriter writer = new SlowWriter(link, peer)) {
            Thread closing = new Thread(server::close);
            closing.start();
            assertThat(peer.socket().isOpen()).isTrue();
            writer.goOn();
            closing.join();
            assertThat(peer.read()).isEqualTo(numbered(1));
            assertThat(peer.socket().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(link.awaitClosed()).isNull();
        }
        link.assertRulesKept();
    }

    @Test
    void nextFrameThatThrowsOnAnotherThread_endsTheConnectionWithThatCause() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        try (RawPeer peer = connect(link)) {
            peer.write(numbered(0));
            link.next();
            IllegalStateException failure = new IllegalStateException("thrown on purpose by a test");
            link.takeFrom(() -> {
                throw failure;
            });
            link.link().expedite();
            assertThat(link.awaitClosed()).isInstanceOf(IOException.class).hasCause(failure);
            assertThat(peer.socket().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        link.assertRulesKept();
    }

    /** A descriptor is the number of the next file that is opened, once it was closed. */
    @Test
    void threadsThatWriteWhileTheConnectionEnds_writeNowhereElse() throws Exception {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            files.add(Files.createFile(directory.resolve("file-" + i)));
        }
        for (int round = 0; round < 200; round++) {
            RecordingHandler link = new RecordingHandler("link");
            Semaphore asked = new Semaphore(0);
            Semaphore answers = new Semaphore(0);
            link.onEachFrame(frame -> asked.release());
            link.takeFrom(() -> {
                if (!answers.tryAcquire()) {
                    return null;
                }
                Thread.yield(); // so that others get on while this thread has the turn
                return ProtoFrames.out(numbered(1));
            });
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(new Thread(() -> {
                    while (!link.isClosed()) {
                        if (asked.tryAcquire()) {
                            answers.release();
                            link.link().expedite();
                        }
                        Thread.yield();
                    }
                }));
            }
            try (SocketChannel socket = open(link)) {
                writers.forEach(Thread::start);
                for (int i = 0; i < 20; i++) {
                    socket.write(encoded(numbered(i)));
                }
                if (round % 2 == 0) {
                    link.link().close();
                }
            }
            while (!link.isClosed()) {
                List<FileChannel> opened = new ArrayList<>();
                for (Path file : files) {
                    opened.add(FileChannel.open(file, StandardOpenOption.WRITE));
                }
                for (FileChannel file : opened) {
                    file.close();
                }
            }
            for (Thread writer : writers) {
                writer.join();
            }
            link.assertRulesKept();
        }
        assertThat(files).allSatisfy(file -> assertThat(file).isEmptyFile());
    }

    private RawPeer connect(RecordingHandler link) throws IOException {
        return new RawPeer(open(link), () -> {
            link.link().close();
            link.awaitClosed();
            server.close();
        });
    }

    private SocketChannel open(RecordingHandler link) throws IOException {
        next.set(link);
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
        link.link();
        return socket;
    }

    /** Waits until the event loop has done what it was given so far. */
    private void awaitLoop() throws Exception {
        RecordingHandler other = new RecordingHandler("other");
        other.onEachFrame(other::send);
        try (SocketChannel socket = open(other)) {
            RawPeer peer = new RawPeer(socket, () -> {});
            for (int i = 0; i < 3; i++) {
                peer.write(numbered(i));
                assertThat(numberOf(peer.read())).isEqualTo(i);
            }
        }
    }

    private static ByteBuffer encoded(Frame frame) {
        OutFrame out = ProtoFrames.out(frame);
        ByteBuffer bytes = ByteBuffer.allocate(out.size());
        out.writeTo(bytes);
        return bytes.flip();
    }

    /** Frames, and who took the last one. */
    private static final class Source {

        private final Queue<OutFrame> frames = new ConcurrentLinkedQueue<>();
        private volatile Thread taker;

        Source(RecordingHandler link) {
            link.takeFrom(() -> {
                OutFrame frame = frames.poll();
                if (frame != null) {
                    taker = Thread.currentThread();
                }
                return frame;
            });
        }

        void add(Frame frame) {
            frames.add(ProtoFrames.out(frame));
        }
    }

    /** A thread that has the turn to write, and takes its time. */
    private static final class SlowWriter implements AutoCloseable {

        private final CountDownLatch taking = new CountDownLatch(1);
        private final CountDownLatch gate = new CountDownLatch(1);
        private final Thread thread;

        SlowWriter(RecordingHandler link, RawPeer peer) throws Exception {
            peer.write(numbered(0));
            link.next();
            AtomicInteger left = new AtomicInteger(1);
            CompletableFuture<Thread> taker = new CompletableFuture<>();
            link.takeFrom(() -> {
                if (left.getAndDecrement() <= 0) {
                    return null;
                }
                taker.complete(Thread.currentThread());
                taking.countDown();
                await(gate);
                return ProtoFrames.out(numbered(1));
            });
            thread = new Thread(link.link()::expedite);
            thread.start();
            await(taking);
            assertThat(taker).isCompletedWithValue(thread);
        }

        void goOn() {
            gate.countDown();
        }

        @Override
        public void close() throws InterruptedException {
            gate.countDown();
            thread.join();
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
