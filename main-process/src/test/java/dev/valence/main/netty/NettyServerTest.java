package dev.valence.main.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.fixtures.IoThreads;
import dev.valence.fixtures.OpenFiles;
import dev.valence.fixtures.RecordingHandler;
import dev.valence.fixtures.SocketContract;
import dev.valence.fixtures.TestFrames;
import dev.valence.fixtures.TransportContract;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;
import dev.valence.frame.Wire;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NettyServerTest {

    @TempDir
    private Path directory;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true); // counts exactly

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Nested
    @EnabledOnOs(OS.LINUX)
    class Epoll extends Contracts {
        @Override
        IoKind kind() {
            return IoKind.EPOLL;
        }
    }

    @Nested
    class Nio extends Contracts {
        @Override
        IoKind kind() {
            return IoKind.NIO;
        }
    }

    abstract class Contracts implements TransportContract, SocketContract {

        abstract IoKind kind();

        @Override
        public AutoCloseable open(Function<Link, FrameHandler> client, Function<Link, FrameHandler> server)
                throws Exception {
            NettyServer listening = listen(server);
            NettyClient connected = new NettyClient(path(), kind(), client, allocator);
            return () -> {
                connected.close();
                listening.close();
            };
        }

        @Override
        public RawPeer openRaw(Function<Link, FrameHandler> handler) throws IOException {
            NettyServer listening = listen(handler);
            return new RawPeer(connect(), listening);
        }

        @Test
        void kernel_saysWhoThePeerIs() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            try (RawPeer peer = openRaw(link::attach)) {
                PeerCredentials credentials = link.link().credentials();
                assertThat(credentials).isNotNull();
                assertThat(credentials.userId())
                        .isEqualTo(((Number) Files.getAttribute(path(), "unix:uid")).longValue());
                assertThat(credentials.processId())
                        .isEqualTo(
                                kind() == IoKind.NIO
                                        ? -1
                                        : ProcessHandle.current().pid());
            }
        }

        @Test
        void manyConnections_areSharedByFewThreads() throws Exception {
            int count = 50;
            Queue<RecordingHandler> ends = new ConcurrentLinkedQueue<>();
            Queue<String> threads = new ConcurrentLinkedQueue<>();
            try (NettyServer listening = NettyServer.open(
                    path(),
                    kind(),
                    2,
                    link -> {
                        threads.add(Thread.currentThread().getName());
                        RecordingHandler end = new RecordingHandler("end");
                        end.onEachFrame(end::send);
                        ends.add(end);
                        return end.attach(link);
                    },
                    allocator)) {
                List<SocketContract.RawPeer> peers = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    peers.add(new RawPeer(connect(), () -> {}));
                    peers.get(i).write(TestFrames.numbered(i));
                }
                for (int i = 0; i < count; i++) {
                    assertThat(peers.get(i).read()).isEqualTo(TestFrames.numbered(i));
                }
                assertThat(threads).hasSize(count).containsOnly("valence-main-io-1", "valence-main-io-2");
                listening.close();
                for (SocketContract.RawPeer peer : peers) {
                    assertThat(peer.socket().read(ByteBuffer.allocate(1))).isEqualTo(-1);
                    peer.socket().close();
                }
            }
            assertThat(ends).hasSize(count).allSatisfy(end -> {
                assertThat(end.awaitClosed()).isNull();
                end.assertRulesKept();
            });
        }

        @Test
        void connectionBetweenFrames_holdsNoBuffer() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            try (RawPeer peer = openRaw(link::attach)) {
                for (int i = 0; i < 20; i++) {
                    peer.write(TestFrames.ofSize(i, Wire.MAX_FRAME_BYTES));
                    assertThat(link.next()).isEqualTo(TestFrames.ofSize(i, Wire.MAX_FRAME_BYTES));
                }
                await().until(() -> allocator.metric().usedDirectMemory() == 0);
                peer.write((byte) 0, (byte) 0, (byte) 1);
                await().until(() -> allocator.metric().usedDirectMemory() == Wire.PREFIX_BYTES);
            }
        }

        @Test
        void close_removesThreadsAndSocketAndMayBeRepeated() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            NettyServer listening = listen(link::attach);
            try (SocketChannel socket = connect()) {
                link.link();
                link.queue(TestFrames.numbered(1));
                listening.close();
                assertThat(link.isClosed()).isTrue();
                assertThat(path()).doesNotExist();
                assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("valence-"))
                        .noneMatch(thread -> thread.getName().startsWith("globalEventExecutor"));
                assertThat(new RawPeer(socket, () -> {}).read()).isEqualTo(TestFrames.numbered(1));
                listening.close();
            }
            listen(link::attach).close();
        }

        @Test
        void closeOnAnIoThread_doesNotWait() throws Exception {
            CompletableFuture<NettyServer> server = new CompletableFuture<>();
            RecordingHandler link = new RecordingHandler("link");
            link.onEachFrame(frame -> {
                link.queue(frame);
                server.join().close();
            });
            NettyServer listening = listen(link::attach);
            server.complete(listening);
            try (SocketChannel socket = connect()) {
                RawPeer peer = new RawPeer(socket, listening);
                peer.write(TestFrames.numbered(1));
                assertThat(peer.read()).isEqualTo(TestFrames.numbered(1));
                assertThat(link.awaitClosed()).isNull();
            }
            IoThreads.awaitNone();
            assertThat(path()).doesNotExist();
        }

        @Test
        void closeByAnInterruptedThread_isAsThorough() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            NettyServer listening = listen(link::attach);
            try (SocketChannel socket = connect()) {
                link.link();
                Thread.currentThread().interrupt();
                listening.close();
                assertThat(Thread.interrupted()).isTrue();
                assertThat(link.isClosed()).isTrue();
            }
            IoThreads.awaitNone();
        }

        @Test
        void acceptorThatThrows_closesTheConnectionAndNothingElse() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            CompletableFuture<Void> first = new CompletableFuture<>();
            try (NettyServer listening = listen(made -> {
                        if (first.complete(null)) {
                            throw new IllegalStateException("thrown on purpose by a test");
                        }
                        return link.attach(made);
                    });
                    SocketChannel refused = connect()) {
                assertThat(refused.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                try (SocketChannel socket = connect()) {
                    new RawPeer(socket, listening).write(TestFrames.numbered(1));
                    assertThat(link.next()).isEqualTo(TestFrames.numbered(1));
                }
            }
        }

        @Test
        void closeByTheAcceptor_comesAfterWhatItQueued() throws Exception {
            RecordingHandler link = new RecordingHandler("link");
            link.queue(TestFrames.numbered(1));
            try (RawPeer peer = openRaw(made -> {
                made.wakeUp();
                made.close();
                return link.attach(made);
            })) {
                assertThat(peer.read()).isEqualTo(TestFrames.numbered(1));
                assertThat(link.awaitClosed()).isNull();
            }
        }

        @Test
        void pathInUse_isSaid() throws Exception {
            Files.createFile(path());
            assertThatThrownBy(() -> listen(link -> new RecordingHandler("link")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("socket path in use: " + path() + " (expected: no file there)");
            assertThat(path()).exists();
        }

        @Test
        void directoryThatIsMissing_isSaid() {
            Path missing = directory.resolve("missing").resolve("s");
            assertThatThrownBy(
                            () -> NettyServer.open(missing, kind(), 1, link -> new RecordingHandler("link"), allocator))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot listen at " + missing + ": ");
            IoThreads.awaitNone();
        }

        @Test
        void pathThatIsTooLong_isSaid() throws Exception {
            Path longest = longPath(OS.LINUX.isCurrentOs() ? 106 : 102);
            RecordingHandler link = new RecordingHandler("link");
            try (NettyServer listening = NettyServer.open(longest, kind(), 1, link::attach, allocator);
                    SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(longest))) {
                assertThat(link.link()).isNotNull();
            }
            Path tooLong = longPath(OS.LINUX.isCurrentOs() ? 107 : 103);
            assertThatThrownBy(() -> NettyServer.open(tooLong, kind(), 1, made -> link.attach(made), allocator))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("socket path: %d bytes (expected: at most %d): %s"
                            .formatted(
                                    tooLong.toString().length(),
                                    longest.toString().length(),
                                    tooLong));
        }

        @Test
        @EnabledOnOs(OS.LINUX)
        void descriptors_areGivenBack() throws Exception {
            Path missing = directory.resolve("missing").resolve("s");
            long before = Long.MAX_VALUE;
            for (int i = 0; i < 20; i++) {
                RecordingHandler link = new RecordingHandler("link");
                openRaw(link::attach).close();
                assertThatThrownBy(() -> NettyServer.open(missing, kind(), 1, link::attach, allocator))
                        .isInstanceOf(IOException.class);
                IoThreads.awaitNone();
                if (i == 0) {
                    before = OpenFiles.count(); // the first time opens some for good
                }
            }
            assertThat(OpenFiles.count()).isLessThanOrEqualTo(before);
        }

        private NettyServer listen(Function<Link, FrameHandler> handler) throws IOException {
            return NettyServer.open(path(), kind(), 1, handler::apply, allocator);
        }
    }

    @Test
    void defaultsOfThisMachine_carryFrames() throws Exception {
        RecordingHandler link = new RecordingHandler("link");
        link.onEachFrame(link::send);
        try (NettyServer listening = NettyServer.open(path(), IoKind.best(), 1, link::attach);
                SocketChannel socket = connect()) {
            SocketContract.RawPeer peer = new SocketContract.RawPeer(socket, listening);
            for (int i = 0; i < 100; i++) {
                peer.write(TestFrames.withPayload(i, i * 1000));
                assertThat(peer.read()).isEqualTo(TestFrames.withPayload(i, i * 1000));
            }
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void bestKindOnLinux_isEpoll() {
        assertThat(IoKind.best()).isEqualTo(IoKind.EPOLL);
    }

    @Test
    void ioThreads_keepTheJvmAlive() throws Exception {
        CompletableFuture<Thread> ioThread = new CompletableFuture<>();
        try (NettyServer listening = NettyServer.open(
                        path(),
                        IoKind.best(),
                        1,
                        link -> {
                            ioThread.complete(Thread.currentThread());
                            return new RecordingHandler("link");
                        },
                        allocator);
                SocketChannel socket = connect()) {
            assertThat(ioThread.get(20, TimeUnit.SECONDS).isDaemon()).isFalse();
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path()));
    }

    private Path path() {
        return directory.resolve("s");
    }

    private Path longPath(int bytes) {
        return directory.resolve("x".repeat(bytes - directory.toString().length() - 1));
    }
}
