package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Many requests under way at the same time, in both directions. */
class ConcurrentCallsIT {

    private static final int THREADS = 8;
    private static final int CALLS = 1_000;

    @AutoClose
    private final Rig rig = Rig.open();

    /** Answers many requests, and makes as many when told to. */
    static void concurrentCalls(IpcRenderer renderer) {
        answerWhenAllAreThere(renderer);
        renderer.handle("ask", Void.class, (event, nothing) -> ask(event.sender()));
    }

    /** Answers none of the requests before the last is there, and then all in a random order. */
    private static <S extends IpcSender> void answerWhenAllAreThere(IpcReceiver<S> receiver) {
        List<Runnable> answers = new ArrayList<>();
        receiver.handleAsync("square", long.class, (event, number) -> {
            CompletableFuture<Long> square = new CompletableFuture<>();
            synchronized (answers) {
                answers.add(() -> square.complete(number * number));
                if (answers.size() == CALLS) {
                    Collections.shuffle(answers, new Random(3));
                    answers.forEach(Runnable::run);
                }
            }
            return square;
        });
    }

    /** Asks from many threads, and returns how many replies were right. */
    private static int ask(IpcSender to) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long first = (long) i * CALLS / THREADS;
                tasks.add(() -> ask(to, first, CALLS / THREADS));
            }
            int right = 0;
            for (Future<Integer> task : threads.invokeAll(tasks)) {
                right += task.get();
            }
            return right;
        } finally {
            threads.shutdown();
        }
    }

    private static int ask(IpcSender to, long first, int count) {
        List<Call<Long>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(to.invoke("square", first + i, long.class));
        }
        int right = 0;
        for (int i = 0; i < count; i++) {
            if (calls.get(i).join() == (first + i) * (first + i)) {
                right++;
            }
        }
        return right;
    }

    @Test
    void thousandRequestsEachWayAtTheSameTime_eachGetsItsReply() throws Exception {
        answerWhenAllAreThere(rig.main());
        Renderer renderer = rig.launch("concurrent-calls");

        Call<Integer> rightInRenderer = renderer.invoke("ask", null, int.class);
        int rightInMain = ask(renderer);

        assertThat(rightInMain).isEqualTo(CALLS);
        assertThat(Rig.await(rightInRenderer)).isEqualTo(CALLS);
    }
}
