package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.util.List;

/** Epoll and a Unix socket; {@code direct} chooses the direct executor. */
public final class GrpcClient implements Peer {

    private static final EventLoopGroup LOOPS = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private ManagedChannel channel;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(new DomainSocketAddress(new File(address)))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(LOOPS)
                .flowControlWindow(GrpcServer.WINDOW_BYTES)
                .maxInboundMessageSize(GrpcServer.MAX_MESSAGE_BYTES)
                .usePlaintext();
        if (options.contains("direct")) {
            builder.directExecutor();
        }
        channel = builder.build();
    }

    ManagedChannel channel() {
        return channel;
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

    /** Waits while the stream is not ready, as gRPC advises. */
    @Override
    public void flood(Object payload, Turnstile turnstile) throws InterruptedException {
        Gate gate = new Gate();
        Flooding flooding = new Flooding(gate);
        ClientCalls.asyncClientStreamingCall(channel.newCall(Bytes.FLOOD, CallOptions.DEFAULT), flooding);
        ClientCallStreamObserver<byte[]> requests = flooding.requests();
        while (turnstile.pass()) {
            gate.await(requests::isReady, turnstile);
            requests.onNext((byte[]) payload);
        }
        requests.onCompleted();
    }

    private static void check(byte[] reply, Object payload) {
        int expected = ((byte[]) payload).length;
        if (reply.length != expected) {
            PeerProgram.fail(new IllegalStateException(reply.length + " bytes (expected: " + expected + ")"));
        }
    }
}
