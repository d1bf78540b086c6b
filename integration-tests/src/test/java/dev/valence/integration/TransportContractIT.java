package dev.valence.integration;

import dev.valence.fixtures.TransportContract;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.main.netty.IoKind;
import dev.valence.main.netty.NettyServer;
import dev.valence.renderer.channel.ChannelLink;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The contract of all transports, kept by those that meet in practice: a renderer's at one end, main's at the other. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class TransportContractIT {

    @TempDir
    private Path directory;

    @Nested
    @EnabledOnOs(OS.LINUX)
    class Epoll implements TransportContract {
        @Override
        public AutoCloseable open(Function<Link, FrameHandler> client, Function<Link, FrameHandler> server)
                throws Exception {
            return connect(IoKind.EPOLL, client, server);
        }
    }

    @Nested
    class Nio implements TransportContract {
        @Override
        public AutoCloseable open(Function<Link, FrameHandler> client, Function<Link, FrameHandler> server)
                throws Exception {
            return connect(IoKind.NIO, client, server);
        }
    }

    private AutoCloseable connect(IoKind kind, Function<Link, FrameHandler> client, Function<Link, FrameHandler> server)
            throws Exception {
        Path socket = directory.resolve("socket");
        NettyServer listening = NettyServer.open(socket, kind, 2, server::apply);
        try {
            Link connected = ChannelLink.connect(socket, client);
            return () -> {
                connected.close();
                listening.close();
            };
        } catch (Throwable e) {
            listening.close();
            throw e;
        }
    }
}
