package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import dev.valence.fixtures.Source;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How streams fail: at the handler, on their way, at the end of the peer. */
@Timeout(60)
class SessionStreamFailuresTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    private final SessionPair pair = SessionPair.open();

    @AfterEach
    void close() {
        pair.close();
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private <T> Source<T> serve(Source<T> source) {
        pair.server().receiver().handleStream("s", Object.class, (event, request) -> source);
        return source;
    }

    private Flow.Publisher<Long> stream() {
        return pair.client().stream("s", null, Long.class);
    }

    // ---- Failures of the other side ------------------------------------------------------------------------------

    @Test
    void nobodyHandlesIt_failsWithNoHandler() {
        assertThat(Collected.of(stream()).failed())
                .satisfies(code(ErrorCode.NO_HANDLER))
                .hasMessage("No handler registered for 's'");
    }

    @Test
    void otherKindOfHandler_isNone() {
        pair.server().receiver().handle("request", Object.class, (event, request) -> 1);
        pair.server().receiver().handleOnce("once", Object.class, (event, request) -> 1);
        serve(Source.of(1, number -> number));
        assertThat(Collected.of(pair.client().stream("request", null, Long.class))
                        .failed())
                .satisfies(code(ErrorCode.NO_HANDLER));
        assertThat(Collected.of(pair.client().stream("once", null, Long.class)).failed())
                .satisfies(code(ErrorCode.NO_HANDLER));
        assertThatThrownBy(() -> pair.client().invokeSync("s", null, Object.class))
                .satisfies(code(ErrorCode.NO_HANDLER));
        assertThat(pair.client().invokeSync("once", null, Integer.class)).isOne(); // was not used up
        assertThatThrownBy(() -> pair.server().receiver().handle("s", Object.class, (event, request) -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Attempted to register a second handler for 's'");
        assertThatThrownBy(() -> pair.server()
                        .receiver()
                        .handleStream("request", Object.class, (event, request) -> Source.endless()))
                .hasMessage("Attempted to register a second handler for 'request'");
    }

    @Test
    void handlerInTheScope_goesBeforeTheGlobalOne() {
        serve(Source.of(1, number -> 1L));
        var scoped =
                pair.server().scope().handleStream("s", Object.class, (event, request) -> Source.of(1, number -> 2L));
        assertThat(Collected.of(stream(), 1).completed()).containsExactly(2L);
        scoped.close();
        assertThat(Collected.of(stream(), 1).completed()).containsExactly(1L);
    }

    @Test
    void handlerThatThrows_failsTheStream() {
        pair.server().receiver().handleStream("s", Object.class, (event, request) -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(Collected.of(stream()).failed())
                .satisfies(code(ErrorCode.HANDLER_FAILED))
                .hasMessage("Error invoking remote method 's': java.lang.IllegalStateException: on purpose");
    }

    @Test
    void publisherThatFails_failsTheStreamAfterItsItems() {
        pair.server().receiver().handleStream("s", Object.class, (event, request) -> subscriber -> {
            Source.of(Long.MAX_VALUE, number -> {
                        if (number < 3) {
                            return number;
                        }
                        subscriber.onError(new IllegalStateException("on purpose"));
                        return null;
                    })
                    .subscribe(subscriber);
        });
        Collected<Long> collected = Collected.of(stream(), 10);
        assertThat(collected.failed()).satisfies(code(ErrorCode.HANDLER_FAILED)).hasMessageContaining("on purpose");
        assertThat(collected.items()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void requestThatCannotBeDecoded_failsTheStream() {
        pair.server().receiver().handleStream("s", Integer.class, (event, request) -> Source.endless());
        assertThat(Collected.of(pair.client().stream("s", "text", Long.class)).failed())
                .satisfies(code(ErrorCode.DECODE_FAILED));
    }

    @Test
    void payloadThatCannotBeEncoded_failsTheSubscriber() {
        Flow.Publisher<Long> publisher = pair.client().stream("s", Thread.currentThread(), Long.class);
        assertThat(Collected.of(publisher).failed()).satisfies(code(ErrorCode.ENCODE_FAILED));
        assertThat(Collected.of(publisher).failed()).satisfies(code(ErrorCode.ENCODE_FAILED));
    }

    @Test
    void itemThatCannotBeEncoded_failsTheStreamAndCancelsThePublisher() {
        Source<Object> source = Source.of(Long.MAX_VALUE, number -> number < 2 ? number : Thread.currentThread());
        serve(source);
        Collected<Long> collected = Collected.of(stream(), 10);
        assertThat(collected.failed()).satisfies(code(ErrorCode.ENCODE_FAILED));
        assertThat(collected.items()).containsExactly(0L, 1L);
        Patience.get(source.cancelled());
    }

    @Test
    void itemThatCannotBeDecoded_failsTheStreamAndCancelsThePublisher() {
        Source<Object> source = Source.of(Long.MAX_VALUE, number -> number < 2 ? number : "text");
        serve(source);
        Collected<Long> collected = Collected.of(stream(), 10);
        assertThat(collected.failed()).satisfies(code(ErrorCode.DECODE_FAILED));
        assertThat(collected.items()).containsExactly(0L, 1L);
        Patience.get(source.cancelled());
    }

    @Test
    void peerDies_failsTheSubscriberAndCancelsThePublisher() {
        Source<Long> source = serve(Source.of(Long.MAX_VALUE, number -> number < 1 ? number : null));
        Collected<Long> collected = Collected.of(stream(), 5);
        collected.next();
        pair.server().connection().close(new IpcException(ErrorCode.PEER_GONE, "as if it died"));
        assertThat(collected.failed()).satisfies(code(ErrorCode.PEER_GONE));
        Patience.get(source.cancelled());
        assertThat(Collected.of(stream(), 5).failed()).satisfies(code(ErrorCode.PEER_GONE));
    }
}
