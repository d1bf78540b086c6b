package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.SocketFile;
import dev.valence.benchmarks.peer.Turnstile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Its option says what it does: {@code echo} sends back what it reads, as it is, with one flush for all that was read at
 * once; {@code messages} counts messages, {@code bytes} only bytes; {@code publish} publishes.
 */
public final class NettyServer implements Peer {

    static final int BUFFER_BYTES = 256 * 1024;

    private final List<Channel> subscribers = new CopyOnWriteArrayList<>();
    private final Gate gate = new Gate();

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        socket = SocketFile.create("netty");
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory()))
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .childOption(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(1024, 8 * 1024, BUFFER_BYTES))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(service(options.get(0), receipts));
                    }
                })
                .bind(new DomainSocketAddress(socket.toFile()))
                .sync();
    }

    private ChannelHandler[] service(String name, Receipts receipts) {
        return switch (name) {
            case "echo" -> new ChannelHandler[] {new Echo()};
            case "messages" -> new ChannelHandler[] {new Frames(receipts)};
            case "publish" -> new ChannelHandler[] {new Subscribed()};
            default -> new ChannelHandler[] {new Sink(receipts)};
        };
    }

    @Override
    public String address() {
        return socket.toString();
    }

    @Override
    public long subscribers() {
        return subscribers.size();
    }

    @Override
    public void publish(Object payload, Turnstile turnstile) throws InterruptedException {
        new FanOut(subscribers, gate).publish((byte[]) payload, turnstile);
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final class Sink extends ChannelInboundHandlerAdapter {

        private final Receipts receipts;

        Sink(Receipts receipts) {
            this.receipts = receipts;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            receipts.arrived(buffer.readableBytes());
            buffer.release();
        }
    }

    private final class Subscribed extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            subscribers.add(ctx.channel());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            gate.open();
        }
    }
}
