package dev.valence.main.netty;

import dev.valence.frame.PeerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The ways of the operating system to wait for many sockets, best first. */
public enum IoKind {
    /** Linux, through Netty's native library. */
    EPOLL {
        @Override
        public boolean isAvailable() {
            return Epoll.isAvailable();
        }

        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        ServerChannel newServer() {
            return new EpollServerDomainSocketChannel();
        }

        @Override
        SocketAddress address(Path path) {
            return new DomainSocketAddress(path.toString());
        }

        @Override
        PeerCredentials credentials(Channel channel, Path socket) throws IOException {
            return fromKernel(((EpollDomainSocketChannel) channel).peerCredentials());
        }

        @Override
        DirectSocket directSocket(Channel channel) {
            return DirectSocket.of((EpollDomainSocketChannel) channel);
        }
    },

    /** macOS and BSD, through Netty's native library. */
    KQUEUE {
        @Override
        public boolean isAvailable() {
            return KQueue.isAvailable();
        }

        @Override
        IoHandlerFactory handlers() {
            return KQueueIoHandler.newFactory();
        }

        @Override
        ServerChannel newServer() {
            return new KQueueServerDomainSocketChannel();
        }

        @Override
        SocketAddress address(Path path) {
            return new DomainSocketAddress(path.toString());
        }

        @Override
        PeerCredentials credentials(Channel channel, Path socket) throws IOException {
            return fromKernel(((KQueueDomainSocketChannel) channel).peerCredentials());
        }
    },

    /** Everywhere, through the JDK. The kernel's word on the peer is less precise. */
    NIO {
        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        ServerChannel newServer() {
            return new NioServerDomainSocketChannel();
        }

        @Override
        SocketAddress address(Path path) {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        PeerCredentials credentials(Channel channel, Path socket) throws IOException {
            return NioCredentials.of(channel, socket);
        }
    };

    /** Returns the best that works on this machine. */
    public static IoKind best() {
        for (IoKind kind : values()) {
            if (kind.isAvailable()) {
                return kind;
            }
        }
        return NIO;
    }

    /** Returns whether this works on this machine. */
    public abstract boolean isAvailable();

    /** Returns whether the number of any user can be had, not only that of the one who runs this process. */
    public boolean tellsUserNumbers() {
        return this != NIO;
    }

    abstract IoHandlerFactory handlers();

    abstract ServerChannel newServer();

    abstract SocketAddress address(Path path);

    /**
     * Returns whom the kernel says the peer is.
     *
     * @param socket where the server listens
     */
    abstract PeerCredentials credentials(Channel channel, Path socket) throws IOException;

    /**
     * Returns the socket of a channel if any thread may write to it, or null if that is left to the channel. Such a channel has
     * to be closed by who has the turn to write.
     */
    @Nullable
    DirectSocket directSocket(Channel channel) {
        return null;
    }

    static PeerCredentials fromKernel(io.netty.channel.unix.PeerCredentials peer) {
        return new PeerCredentials(Integer.toUnsignedLong(peer.uid()), peer.pid() > 0 ? peer.pid() : -1);
    }
}
