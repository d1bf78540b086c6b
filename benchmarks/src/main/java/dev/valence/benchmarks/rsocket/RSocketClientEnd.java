package dev.valence.benchmarks.rsocket;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import io.netty.channel.unix.DomainSocketAddress;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.ByteBufPayload;
import java.io.File;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.netty.tcp.TcpClient;

/** Epoll and a Unix socket, and payloads that are not copied. */
public final class RSocketClientEnd implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private RSocket socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        socket = Objects.requireNonNull(RSocketConnector.create()
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .connect(TcpClientTransport.create(
                        TcpClient.create().remoteAddress(() -> new DomainSocketAddress(new File(address)))))
                .block());
    }

    @Override
    public void call(Object payload) {
        check(socket.requestResponse(ByteBufPayload.create((byte[]) payload)).block(), payload);
    }

    @Override
    public void call(Object payload, Runnable done) {
        socket.requestResponse(ByteBufPayload.create((byte[]) payload))
                .subscribe(
                        reply -> {
                            check(reply, payload);
                            done.run();
                        },
                        PeerProgram::fail);
    }

    @Override
    public void flood(Object payload, Turnstile turnstile) {
        Flux<Payload> messages = Flux.generate(sink -> {
            if (turnstile.pass()) {
                sink.next(ByteBufPayload.create((byte[]) payload));
            } else {
                sink.complete();
            }
        });
        socket.requestChannel(messages).then().block();
    }

    private static void check(Payload reply, Object payload) {
        int expected = ((byte[]) payload).length;
        int length = reply.data().readableBytes();
        reply.release();
        if (length != expected) {
            PeerProgram.fail(new IllegalStateException(length + " bytes (expected: " + expected + ")"));
        }
    }
}
