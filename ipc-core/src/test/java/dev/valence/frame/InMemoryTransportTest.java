package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Registration;
import dev.valence.fixtures.IoThreads;
import dev.valence.fixtures.RecordingHandler;
import dev.valence.fixtures.TransportContract;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InMemoryTransportTest implements TransportContract {

    private final Endpoint.InMemory endpoint = new Endpoint.InMemory("transport-test");

    @Override
    public AutoCloseable open(Function<Link, FrameHandler> client, Function<Link, FrameHandler> server) {
        Registration listening = InMemoryTransport.listen(endpoint, server::apply);
        InMemoryTransport.connect(endpoint, client);
        return listening;
    }

    @Test
    void listenAtATakenName_isRefused() {
        try (Registration first = InMemoryTransport.listen(endpoint, link -> new RecordingHandler("server"))) {
            assertThatThrownBy(() -> InMemoryTransport.listen(endpoint, link -> new RecordingHandler("other")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("endpoint in use: memory:transport-test (expected: a name nothing listens at)");
        }
        InMemoryTransport.listen(endpoint, link -> new RecordingHandler("server"))
                .close();
    }

    @Test
    void connectToAnUnknownName_saysThatNothingListens() {
        assertThatThrownBy(() -> InMemoryTransport.connect(endpoint, link -> new RecordingHandler("client")))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PEER_GONE))
                .hasMessage("nothing listens at memory:transport-test");
    }

    @Test
    void listenerThatCloses_closesItsConnections() {
        RecordingHandler first = new RecordingHandler("first");
        RecordingHandler second = new RecordingHandler("second");
        Registration listening = InMemoryTransport.listen(endpoint, new RecordingHandler("server")::attach);
        InMemoryTransport.connect(endpoint, first::attach);
        listening.close();
        listening.close();
        assertThat(first.awaitClosed()).isNull();
        assertThatThrownBy(() -> InMemoryTransport.connect(endpoint, second::attach))
                .isInstanceOf(IpcException.class);
        IoThreads.awaitNone();
    }

    @Test
    void acceptorThatThrows_closesTheClient() {
        RecordingHandler client = new RecordingHandler("client");
        Acceptor failing = link -> {
            throw new IllegalStateException("thrown on purpose by a test");
        };
        try (Registration listening = InMemoryTransport.listen(endpoint, failing)) {
            InMemoryTransport.connect(endpoint, client::attach);
            assertThat(client.awaitClosed()).isNull();
        }
        IoThreads.awaitNone();
    }

    @Test
    void callbacks_runOnTheThreadOfTheConnection() {
        CompletableFuture<Thread> taker = new CompletableFuture<>();
        RecordingHandler client = new RecordingHandler("client");
        client.takeFrom(() -> {
            taker.complete(Thread.currentThread());
            return null;
        });
        try (Registration listening = InMemoryTransport.listen(endpoint, new RecordingHandler("server")::attach)) {
            InMemoryTransport.connect(endpoint, client::attach).wakeUp();
            assertThat(taker).succeedsWithin(Duration.ofSeconds(20)).satisfies(thread -> {
                assertThat(thread.getName()).isEqualTo("valence-memory-io");
                assertThat(thread.isDaemon()).isTrue();
            });
        }
        assertThat(client.awaitClosed()).isNull();
        IoThreads.awaitNone();
    }
}
