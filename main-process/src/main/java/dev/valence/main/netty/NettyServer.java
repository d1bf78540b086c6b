package dev.valence.main.netty;

import dev.valence.frame.Acceptor;
import dev.valence.frame.PeerCredentials;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server at a Unix socket.
 *
 * <p><b>Threads.</b> A fixed number of I/O threads, which keep the JVM alive; a connection stays with one of them.
 *
 * <p><b>Lifetime.</b> Until closed. Then every connection is closed, the threads are gone and so is the socket file.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for those that are left
public final class NettyServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NettyServer.class);

    /** A connection whose peer does not read is asked for no more above the second, until it is below the first. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    /** Room for a chunk, and not for much more: what is in the socket is ahead of every reply and every small request. */
    private static final int SOCKET_BUFFER_BYTES = 256 * 1024;

    private static final long CLOSE_SECONDS = 5;

    private final IoKind kind;
    private final Path path;
    private final Acceptor acceptor;
    private final ByteBufAllocator allocator;
    private final EventLoops loops;
    private final Set<NettyLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ServerChannel server;

    private NettyServer(Path path, IoKind kind, int threads, Acceptor acceptor, ByteBufAllocator allocator) {
        this.kind = kind;
        this.path = path;
        this.acceptor = acceptor;
        this.allocator = allocator;
        this.loops = new EventLoops(kind, threads);
        this.server = kind.newServer();
    }

    /**
     * Listens at a path.
     *
     * @param path where no file is yet, in a directory that exists
     * @param threads of which at least one
     * @param acceptor asked for each connection
     * @throws IllegalArgumentException if the path is longer than the platform allows, or there is no thread
     * @throws IOException if there is a file already, or the socket cannot be made
     */
    public static NettyServer open(Path path, IoKind kind, int threads, Acceptor acceptor) throws IOException {
        return open(path, kind, threads, acceptor, ByteBufAllocator.DEFAULT);
    }

    static NettyServer open(Path path, IoKind kind, int threads, Acceptor acceptor, ByteBufAllocator allocator)
            throws IOException {
        checkLength(path);
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: at least 1)");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("socket path in use: " + path + " (expected: no file there)");
        }
        NettyServer opened = new NettyServer(path, kind, threads, acceptor, allocator);
        opened.bind();
        log.debug("listening at {} through {}", path, kind);
        return opened;
    }

    private static void checkLength(Path path) {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        // The kernel's field holds 108 bytes on Linux and 104 elsewhere. A zero ends the path, and the JDK, which the
        // other end uses, wants a byte more than that.
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        int max = linux ? 106 : 102;
        if (length > max) {
            throw new IllegalArgumentException(
                    "socket path: " + length + " bytes (expected: at most " + max + "): " + path);
        }
    }

    private void bind() throws IOException {
        server.config().setAllocator(allocator);
        server.pipeline().addLast(new Accepting());
        ChannelFuture done = loops.next().register(server).awaitUninterruptibly();
        if (done.isSuccess()) {
            done = server.bind(kind.address(path)).awaitUninterruptibly();
            if (!done.isSuccess()) {
                server.close().awaitUninterruptibly();
            }
        }
        Throwable failure = done.cause();
        if (failure != null) {
            loops.shutDown();
            throw new IOException("cannot listen at " + path + ": " + failure.getMessage(), failure);
        }
    }

    /**
     * Stops listening and closes every connection. Waits until all that is done, though not for ever, and not at all on an
     * I/O thread of this server. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ChannelFuture unbound = server.close();
        links.forEach(NettyLink::close);
        CompletableFuture<?>[] ends = links.stream().map(NettyLink::closed).toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> allEnded = CompletableFuture.allOf(ends);
        allEnded.thenRun(loops::shutDown); // no earlier: a loop that ends closes channels that others may write to
        if (!loops.isCaller()) {
            unbound.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
            awaitEnd(allEnded);
        }
        deleteSocket();
    }

    private void awaitEnd(CompletableFuture<Void> allEnded) {
        boolean interrupted = Thread.interrupted(); // before this call: that is no reason to leave in a hurry
        try {
            allEnded.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            loops.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            log.warn("an I/O thread did not finish in {} s", CLOSE_SECONDS, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Accepts connections or leaves them in the backlog of the socket. A few that are being accepted may still come.
     *
     * @param isWanted whether connections are to be accepted
     */
    public void setAccepting(boolean isWanted) {
        server.config().setAutoRead(isWanted);
    }

    private void deleteSocket() {
        try {
            Files.deleteIfExists(path); // the native kinds did so already
        } catch (IOException e) {
            log.warn("the socket file is left behind: {}", path, e);
        }
    }

    static void configure(Channel accepted, ByteBufAllocator allocator) {
        ChannelConfig config = accepted.config();
        config.setAllocator(allocator);
        config.setWriteBufferWaterMark(WATER_MARK);
        config.setAutoClose(false); // or what a peer sent before it closed would be lost when a write fails
        try {
            config.setOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            config.setOption(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        } catch (ChannelException e) {
            log.debug("socket buffers keep their size", e);
        }
    }

    private void track(NettyLink link) {
        links.add(link);
        link.closed().thenRun(() -> links.remove(link));
        if (closed.get()) { // after the add: either close() saw the link, or this sees that it was closed
            link.close();
        }
    }

    private @Nullable PeerCredentials credentials(Channel accepted) {
        try {
            return kind.credentials(accepted, path);
        } catch (IOException | RuntimeException e) {
            log.warn("the kernel does not say who has connected to {}", path, e);
            return null;
        }
    }

    /** Takes what the server channel reads: new connections. */
    private final class Accepting extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            Channel accepted = (Channel) message;
            IoLoop loop = loops.next();
            NettyLink link =
                    new NettyLink(accepted, loop, kind.directSocket(accepted), credentials(accepted), acceptor);
            accepted.pipeline().addLast(link);
            configure(accepted, allocator);
            loop.register(accepted).addListener(registered -> {
                if (registered.isSuccess()) {
                    track(link);
                } else {
                    log.warn("a connection to {} could not be served", path, registered.cause());
                    accepted.unsafe().closeForcibly();
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
            log.warn("a connection to {} could not be accepted", path, failure);
            // As a rule the process has too many open files; to try again at once would only burn the processor.
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
