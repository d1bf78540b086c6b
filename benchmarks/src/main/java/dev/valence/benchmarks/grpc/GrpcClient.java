package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.util.List;

/** Epoll and a Unix socket; {@code direct} chooses the direct executor. */
public final class GrpcClient implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private ManagedChannel channel;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(new DomainSocketAddress(new File(address)))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .maxInboundMessageSize(GrpcServer.MAX_MESSAGE_BYTES)
                .usePlaintext();
        if (options.contains("direct")) {
            builder.directExecutor();
        }
        channel = builder.build();
    }

    @Override
    public void call(Object payload) {
        check(ClientCalls.blockingUnaryCall(channel, Bytes.ECHO, CallOptions.DEFAULT, (byte[]) payload), payload);
    }

    @Override
    public void call(Object payload, Runnable done) {
        ClientCalls.asyncUnaryCall(
                channel.newCall(Bytes.ECHO, CallOptions.DEFAULT), (byte[]) payload, new StreamObserver<>() {
                    @Override
                    public void onNext(byte[] reply) {
                        check(reply, payload);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        PeerProgram.fail(failure);
                    }

                    @Override
                    public void onCompleted() {
                        done.run();
                    }
                });
    }

    private static void check(byte[] reply, Object payload) {
        int expected = ((byte[]) payload).length;
        if (reply.length != expected) {
            PeerProgram.fail(new IllegalStateException(reply.length + " bytes (expected: " + expected + ")"));
        }
    }
}
