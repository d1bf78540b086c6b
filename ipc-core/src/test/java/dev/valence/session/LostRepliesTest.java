package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler's stage that nothing can complete any more ends its request. */
@Timeout(60)
class LostRepliesTest {

    @AutoClose
    private final SessionPair pair = SessionPair.open();

    @Test
    void IV8_E8_stageThatIsGarbage_endsAsReplyDropped() {
        CountDownLatch asked = new CountDownLatch(1);
        pair.server().receiver().handleAsync("h", Object.class, (event, request) -> {
            asked.countDown();
            return new CompletableFuture<String>().thenApply(text -> text + "!");
        });
        Call<String> call = pair.client().invoke("h", 1, String.class);
        Patience.await(asked);

        collectUntilDone(call);

        assertThat(Patience.failure(call))
                .hasMessage("Error invoking remote method 'h': reply was never sent")
                .extracting(thrown -> ((IpcException) thrown).code())
                .isEqualTo(ErrorCode.REPLY_DROPPED);
        assertThat(pair.server().counters().droppedReplies()).isOne();
        assertThat(pair.server().services().lostReplies().size()).isZero();
        assertThat(pair.client().session().pendingCalls()).isZero();
    }

    /** What is returned is garbage at once; what completes it is not. */
    @Test
    void wrapperOfAStageThatLives_isWaitedFor() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        pair.server().receiver().handleAsync("h", Object.class, (event, request) -> {
            asked.complete(null);
            return new Wrapper<>(source).stage();
        });
        Call<String> call = pair.client().invoke("h", 1, String.class);
        Patience.get(asked);

        Call<Object> garbage = dropAnother();
        collectUntilDone(garbage); // so that the collector and the clock have come by

        assertThat(call).isNotDone();
        source.complete("late");
        assertThat(Patience.get(call)).isEqualTo("late");
    }

    private Call<Object> dropAnother() {
        pair.server().receiver().handleAsync("garbage", Object.class, (event, request) -> new CompletableFuture<>());
        return pair.client().invoke("garbage", 1, Object.class);
    }

    @Test
    void stagesThatComplete_areNotWatchedAnyLonger() {
        List<CompletableFuture<Integer>> sources = new ArrayList<>();
        CountDownLatch asked = new CountDownLatch(10);
        pair.server().receiver().handleAsync("h", Integer.class, (event, request) -> {
            CompletableFuture<Integer> source = new CompletableFuture<>();
            synchronized (sources) {
                sources.add(source);
            }
            asked.countDown();
            return source;
        });
        List<Call<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(pair.client().invoke("h", i, Integer.class));
        }
        Patience.await(asked);
        await().until(() -> pair.server().services().lostReplies().size() == 10);
        synchronized (sources) {
            sources.forEach(source -> source.complete(1));
        }
        calls.forEach(Patience::get);
        assertThat(pair.server().services().lostReplies().size()).isZero();
        assertThat(pair.server().counters().droppedReplies()).isZero();
    }

    @Test
    void lostStageOfACancelledRequest_isNotCounted() {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        pair.server().receiver().handleAsync("h", Object.class, (event, request) -> {
            event.onCancel(() -> cancelled.complete(null));
            asked.countDown();
            return new CompletableFuture<>();
        });
        Call<Object> call = pair.client().invoke("h", 1, Object.class);
        Patience.await(asked);
        call.cancel(true);
        Patience.get(cancelled);

        await().until(() -> {
            System.gc();
            return pair.server().services().lostReplies().size() == 0;
        });
        assertThat(pair.server().counters().droppedReplies()).isZero();
    }

    private static void collectUntilDone(Future<?> call) {
        await().atMost(Duration.ofSeconds(Patience.SECONDS)).until(() -> {
            System.gc();
            return call.isDone();
        });
    }

    /** A stage of somebody else's making, which passes everything on. */
    private record Wrapper<T>(CompletableFuture<T> source) {
        @SuppressWarnings("unchecked") // a proxy of just that type
        CompletionStage<T> stage() {
            return (CompletionStage<T>) Proxy.newProxyInstance(
                    Wrapper.class.getClassLoader(),
                    new Class<?>[] {CompletionStage.class},
                    (proxy, method, arguments) -> method.invoke(source, arguments));
        }
    }
}
