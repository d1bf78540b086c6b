package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import dev.valence.fixtures.Source;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session says is under way. */
@Timeout(60)
class SessionLoadTest {

    private final SessionPair pair = SessionPair.open();

    @AfterEach
    void close() {
        pair.close();
    }

    private SessionLoad load(PairedEnd end) {
        return end.session().load();
    }

    @Test
    void requestWithoutAnswer_countsAtBothEnds() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        pair.server().receiver().handleAsync("question", Object.class, (event, none) -> answer);
        Call<String> call = pair.client().invoke("question", null, String.class);

        await().until(() -> load(pair.server()).requestsFrom() == 1);
        assertThat(load(pair.client()).requestsTo()).isEqualTo(1);
        assertThat(load(pair.client()).streamsTo()).isZero();

        answer.complete("answer");
        assertThat(Patience.get(call)).isEqualTo("answer");
        await().until(() -> load(pair.server()).requestsFrom() == 0);
        assertThat(load(pair.client()).requestsTo()).isZero();
    }

    @Test
    void openStream_countsAtBothEndsAndIsNoRequest() {
        Source<Long> source = Source.silent();
        pair.server().receiver().handleStream("silence", Object.class, (event, none) -> source);
        Collected<Long> collected = Collected.of(pair.client().stream("silence", null, Long.class));
        collected.request(1);
        assertThat(source.subscriber()).isNotNull();

        assertThat(load(pair.server())).matches(load -> load.streamsFrom() == 1 && load.requestsFrom() == 0);
        assertThat(load(pair.client())).matches(load -> load.streamsTo() == 1 && load.requestsTo() == 0);

        collected.cancel();
        await().until(() ->
                load(pair.server()).streamsFrom() + load(pair.client()).streamsTo() == 0);
    }

    @Test
    void openPort_countsAtBothEnds() {
        CompletableFuture<MessagePort> arrived = new CompletableFuture<>();
        pair.client()
                .receiver()
                .once(
                        "port",
                        Object.class,
                        (event, none) -> arrived.complete(event.ports().get(0)));
        MessageChannel channel = MessageChannel.create();
        pair.server().postMessage("port", null, channel.port2());
        MessagePort far = Patience.get(arrived);
        assertThat(load(pair.server()).ports()).isEqualTo(1);
        assertThat(load(pair.client()).ports()).isEqualTo(1);

        far.close();
        await().until(() -> load(pair.server()).ports() + load(pair.client()).ports() == 0);
    }
}
