package dev.valence.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.CallbackExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlainDispatcherTest {

    @Test
    void executorThatTakesACallbackAndThrows_runsItOnce() {
        AtomicInteger runs = new AtomicInteger();
        try (Dispatcher dispatcher = Dispatcher.of(CallbackExecutor.serial(task -> {
            task.run();
            throw new RejectedExecutionException("thrown on purpose by a test");
        }))) {
            dispatcher.execute(runs::incrementAndGet);
            await().until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("valence-stranded-callback")));
            assertThat(runs).hasValue(1);
        }
    }
}
