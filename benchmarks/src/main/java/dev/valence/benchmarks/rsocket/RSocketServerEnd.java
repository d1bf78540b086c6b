package dev.valence.benchmarks.rsocket;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.SocketFile;
import io.netty.channel.unix.DomainSocketAddress;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.server.TcpServerTransport;
import java.nio.file.Path;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpServer;

/** Epoll and a Unix socket, and payloads that are not copied. */
public final class RSocketServerEnd implements Peer {

    /** Demand must be bounded: RSocket queues what is demanded and not yet written. */
    private static final int DEMAND = 1024;

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        socket = SocketFile.create("rsocket");
        RSocketServer.create(SocketAcceptor.with(new Service(receipts)))
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .bind(TcpServerTransport.create(
                        TcpServer.create().bindAddress(() -> new DomainSocketAddress(socket.toFile()))))
                .block();
    }

    @Override
    public String address() {
        return socket.toString();
    }

    private static final class Service implements RSocket {

        private final Receipts receipts;

        Service(Receipts receipts) {
            this.receipts = receipts;
        }

        @Override
        public Mono<Payload> requestResponse(Payload request) {
            return Mono.just(request);
        }

        @Override
        public Flux<Payload> requestChannel(Publisher<Payload> messages) {
            Flux<Payload> counted = Flux.from(messages).limitRate(DEMAND).doOnNext(message -> {
                receipts.arrived(message.data().readableBytes());
                message.release();
            });
            return counted.ignoreElements().flux();
        }
    }
}
