package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.SocketFile;
import dev.valence.benchmarks.peer.Turnstile;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Epoll and a Unix socket; {@code direct} chooses the direct executor, which gRPC advises where handlers never wait. */
public final class GrpcServer implements Peer {

    static final int MAX_MESSAGE_BYTES = 128 << 20;

    static final int WINDOW_BYTES = 8 << 20;

    private final List<ServerCallStreamObserver<byte[]>> subscribers = new CopyOnWriteArrayList<>();
    private final Gate gate = new Gate();

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        socket = SocketFile.create("grpc");
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .workerEventLoopGroup(new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory()))
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(service(receipts));
        if (options.contains("direct")) {
            builder.directExecutor();
        }
        builder.build().start();
    }

    private ServerServiceDefinition service(Receipts receipts) {
        return ServerServiceDefinition.builder(Bytes.SERVICE)
                .addMethod(Bytes.ECHO, ServerCalls.asyncUnaryCall((request, observer) -> {
                    observer.onNext(request);
                    observer.onCompleted();
                }))
                .addMethod(
                        Bytes.FLOOD, ServerCalls.asyncClientStreamingCall(observer -> new Counting(receipts, observer)))
                .addMethod(Bytes.SUBSCRIBE, ServerCalls.asyncServerStreamingCall((request, observer) -> {
                    ServerCallStreamObserver<byte[]> subscriber = (ServerCallStreamObserver<byte[]>) observer;
                    subscriber.setOnReadyHandler(gate::open);
                    subscribers.add(subscriber);
                }))
                .build();
    }

    @Override
    public long subscribers() {
        return subscribers.size();
    }

    @Override
    public void publish(Object payload, Turnstile turnstile) throws InterruptedException {
        while (turnstile.pass()) {
            for (ServerCallStreamObserver<byte[]> subscriber : subscribers) {
                gate.await(subscriber::isReady, turnstile);
                subscriber.onNext((byte[]) payload);
            }
        }
    }

    @Override
    public String address() {
        return socket.toString();
    }
}
