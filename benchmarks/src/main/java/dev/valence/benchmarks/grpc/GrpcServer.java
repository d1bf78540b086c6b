package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ServerCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Epoll and a Unix socket; {@code direct} chooses the direct executor, which gRPC advises where handlers never wait. */
public final class GrpcServer implements Peer {

    static final int MAX_MESSAGE_BYTES = 128 << 20;

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        socket = Files.createTempDirectory("grpc").resolve("socket");
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .workerEventLoopGroup(new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory()))
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(service());
        if (options.contains("direct")) {
            builder.directExecutor();
        }
        builder.build().start();
        socket.toFile().deleteOnExit();
    }

    private static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(Bytes.SERVICE)
                .addMethod(Bytes.ECHO, ServerCalls.asyncUnaryCall((request, observer) -> {
                    observer.onNext(request);
                    observer.onCompleted();
                }))
                .build();
    }

    @Override
    public String address() {
        return socket.toString();
    }
}
