package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.util.List;

/** Connections that count the messages they read. */
public final class NettySubscribers implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Bootstrap bootstrap;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        bootstrap = new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Frames(receipts));
                    }
                });
    }

    @Override
    public void subscribe(List<String> addresses) throws InterruptedException {
        for (String address : addresses) {
            bootstrap.connect(new DomainSocketAddress(new File(address))).sync();
        }
    }
}
