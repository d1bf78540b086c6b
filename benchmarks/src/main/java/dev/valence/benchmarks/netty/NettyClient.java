package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Knows of no frames: so many bytes as were sent are a reply. */
public final class NettyClient implements Peer {

    private final Gate gate = new Gate();
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // event loop only, as all below but the channel
    private int replyBytes;
    private int readBytes;
    private boolean isReading;

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Channel channel;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        channel = new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .channel(EpollDomainSocketChannel.class)
                .option(ChannelOption.SO_SNDBUF, NettyServer.BUFFER_BYTES)
                .option(ChannelOption.SO_RCVBUF, NettyServer.BUFFER_BYTES)
                .handler(new Replies())
                .connect(new DomainSocketAddress(new File(address)))
                .sync()
                .channel();
    }

    @Override
    public void call(Object payload, Runnable done) {
        if (channel.eventLoop().inEventLoop()) {
            write((byte[]) payload, done);
        } else {
            channel.eventLoop().execute(() -> write((byte[]) payload, done));
        }
    }

    @Override
    public void flood(Object payload, Turnstile turnstile) throws InterruptedException {
        new BatchWriter(channel, gate).flood((byte[]) payload, turnstile);
    }

    private void write(byte[] payload, Runnable done) {
        replyBytes = payload.length;
        waiting.add(done);
        ByteBuf buffer = channel.alloc().directBuffer(payload.length).writeBytes(payload);
        channel.write(buffer, channel.voidPromise());
        if (!isReading) { // else there is one flush for all that was read at once
            channel.flush();
        }
    }

    private final class Replies extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            isReading = true;
            ByteBuf buffer = (ByteBuf) message;
            readBytes += buffer.readableBytes();
            buffer.release();
            while (readBytes >= replyBytes && !waiting.isEmpty()) {
                readBytes -= replyBytes;
                waiting.remove().run();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            gate.open();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            isReading = false;
            ctx.flush();
        }
    }
}
