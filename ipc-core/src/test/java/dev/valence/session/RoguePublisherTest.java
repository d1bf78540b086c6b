package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.Collected;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.SessionPair;
import dev.valence.fixtures.Source;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Publishers of handlers that break the rules of Reactive Streams: their stream fails, and nothing else. */
@Timeout(60)
class RoguePublisherTest {

    private final SessionPair pair = SessionPair.open();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    @AfterEach
    void everythingElseGoesOn() {
        pair.server()
                .receiver()
                .handleStream("decent", Object.class, (event, request) -> Source.of(3, number -> number));
        assertThat(Collected.of(pair.client().stream("decent", null, Long.class), 3)
                        .completed())
                .hasSize(3);
        assertThat(pair.client().session().pendingCalls()).isZero();
        pair.close();
    }

    private Collected<Long> subscribeTo(Flow.Publisher<Object> rogue) {
        pair.server().receiver().handleStream("rogue", Object.class, (event, request) -> rogue);
        return Collected.of(pair.client().stream("rogue", null, Long.class), 5);
    }

    private Flow.Subscription subscription(LongConsumer onRequest) {
        return new Flow.Subscription() {
            @Override
            public void request(long items) {
                onRequest.accept(items);
            }

            @Override
            public void cancel() {
                cancelled.complete(null);
            }
        };
    }

    private static void assertFailed(Collected<Long> collected, String message) {
        assertThat(collected.failed())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HANDLER_FAILED))
                .hasMessageContaining(message);
    }

    @Test
    void moreItemsThanAskedFor_failTheStreamAndCancelThePublisher() {
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(subscription(items -> {
            for (long i = 0; i < 100; i++) {
                subscriber.onNext(i);
            }
        })));
        assertFailed(collected, "gave an item that it was not asked for");
        assertThat(collected.items()).hasSizeLessThan(6);
        Patience.get(cancelled);
    }

    @Test
    void itemBeforeTheSubscription_failsTheStream() {
        assertFailed(subscribeTo(subscriber -> subscriber.onNext(1L)), "not asked for");
    }

    @Test
    void nullItem_failsTheStreamAndTellsThePublisher() {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(
                subscription(items -> told.complete(catchThrowable(() -> subscriber.onNext(null))))));
        assertFailed(collected, "item of a publisher: null");
        assertThat(Patience.get(told)).isInstanceOf(NullPointerException.class);
        Patience.get(cancelled);
    }

    @Test
    void nullError_failsTheStream() {
        assertFailed(subscribeTo(subscriber -> subscriber.onError(null)), "error of a publisher: null");
    }

    @Test
    void nullSubscription_failsTheStream() {
        assertFailed(subscribeTo(subscriber -> subscriber.onSubscribe(null)), "subscription of a publisher: null");
    }

    @Test
    void nullPublisher_failsTheStream() {
        assertFailed(subscribeTo(null), "stream handler of 'rogue' returned null (expected: a publisher)");
    }

    @Test
    void signalsAfterCompletion_areDropped() {
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(subscription(items -> {
            subscriber.onNext(7L);
            subscriber.onComplete();
            subscriber.onNext(8L);
            subscriber.onError(new IllegalStateException("late"));
            subscriber.onComplete();
        })));
        assertThat(collected.completed()).isEqualTo(List.of(7L));
    }

    @Test
    void secondSubscription_isCancelled() {
        Collected<Long> collected = subscribeTo(subscriber -> {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long items) {
                    subscriber.onComplete();
                }

                @Override
                public void cancel() {}
            });
            subscriber.onSubscribe(subscription(items -> {}));
        });
        assertThat(collected.completed()).isEmpty();
        Patience.get(cancelled);
    }

    @Test
    void subscribeThatThrows_failsTheStream() {
        assertFailed(
                subscribeTo(subscriber -> {
                    throw new IllegalStateException("from subscribe");
                }),
                "from subscribe");
    }

    @Test
    void subscribeThatThrowsAfterItems_failsTheStreamAndCancelsThePublisher() {
        Collected<Long> collected = subscribeTo(subscriber -> {
            subscriber.onSubscribe(subscription(items -> {}));
            throw new IllegalStateException("from subscribe");
        });
        assertFailed(collected, "from subscribe");
        Patience.get(cancelled);
    }

    @Test
    void requestThatThrows_failsTheStreamAndCancelsThePublisher() {
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(subscription(items -> {
            throw new IllegalStateException("from request");
        })));
        assertFailed(collected, "from request");
        Patience.get(cancelled);
    }

    @Test
    void cancelThatThrows_isNoMatter() {
        try (Quiet quiet = Quiet.about(IncomingStream.class)) {
            CompletableFuture<Void> asked = new CompletableFuture<>();
            Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long items) {
                    asked.complete(null);
                }

                @Override
                public void cancel() {
                    cancelled.complete(null);
                    throw new IllegalStateException("from cancel");
                }
            }));
            Patience.get(asked);
            collected.cancel();
            Patience.get(cancelled);
        }
    }

    @Test
    void errorThatCannotBeDescribed_failsTheStream() {
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onError(new IllegalStateException() {
            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("no message");
            }
        }));
        assertFailed(collected, "its message could not be read");
    }

    @Test
    void signalsFromManyThreads_giveEveryItemOnce() {
        Collected<Long> collected = subscribeTo(subscriber -> subscriber.onSubscribe(subscription(items -> {
            for (long i = 0; i < items; i++) {
                long item = i;
                new Thread(() -> subscriber.onNext(item)).start();
            }
        })));
        for (int i = 0; i < 5; i++) {
            collected.next();
        }
        collected.cancel();
        Patience.get(cancelled);
    }
}
