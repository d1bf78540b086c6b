package dev.valence.benchmarks.rsocket;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import io.netty.channel.unix.DomainSocketAddress;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.server.TcpServerTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpServer;

/** Epoll and a Unix socket, and payloads that are not copied. */
public final class RSocketServerEnd implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        socket = Files.createTempDirectory("rsocket").resolve("socket");
        RSocketServer.create(SocketAcceptor.with(new Service()))
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .bind(TcpServerTransport.create(
                        TcpServer.create().bindAddress(() -> new DomainSocketAddress(socket.toFile()))))
                .block();
        socket.toFile().deleteOnExit();
    }

    @Override
    public String address() {
        return socket.toString();
    }

    private static final class Service implements RSocket {

        @Override
        public Mono<Payload> requestResponse(Payload request) {
            return Mono.just(request);
        }
    }
}
