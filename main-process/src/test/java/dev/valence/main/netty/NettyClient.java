package dev.valence.main.netty;

import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The connecting end of a Netty connection. */
final class NettyClient implements AutoCloseable {

    private final EventLoops loops;
    private final NettyLink link;

    NettyClient(Path path, IoKind kind, Function<Link, FrameHandler> handler, ByteBufAllocator allocator)
            throws Exception {
        loops = new EventLoops(kind, 1);
        Channel channel = kind == IoKind.EPOLL ? new EpollDomainSocketChannel() : new NioDomainSocketChannel();
        IoLoop loop = loops.next();
        link = new NettyLink(channel, loop, kind.directSocket(channel), null, handler::apply);
        NettyServer.configure(channel, allocator);
        channel.pipeline().addLast(link);
        loop.register(channel).sync();
        channel.connect(kind.address(path)).sync();
    }

    @Override
    public void close() throws Exception {
        link.close();
        link.closed().get(20, TimeUnit.SECONDS);
        loops.shutDown();
        loops.awaitTermination(20, TimeUnit.SECONDS);
    }
}
