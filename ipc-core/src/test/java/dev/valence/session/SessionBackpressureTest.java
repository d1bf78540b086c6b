package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A receiver that is slower than its sender: nothing is lost, nothing grows without bound, other lanes go on. */
@Timeout(60)
class SessionBackpressureTest {

    private static final int KIB = 1024;
    private static final long WINDOW = 1024 * KIB;
    private static final long SOFT = 128 * KIB;
    private static final long HARD = 512 * KIB;
    private static final int SIZE = 16 * KIB;
    private static final int CHARGE = SIZE + 256;

    private static final Limits NARROW = Limits.defaults()
            .withQueueBytes(SOFT, HARD)
            .withWindowBytes(WINDOW)
            .withSendTimeout(Duration.ofMillis(250));

    /** A channel whose listener waits for a gate. */
    private static final class Dam implements AutoCloseable {
        final CountDownLatch gate = new CountDownLatch(1);
        final List<Integer> passed = new ArrayList<>(); // guarded by the turn
        final CompletableFuture<Integer> last = new CompletableFuture<>();

        Dam(PairedEnd end) {
            end.receiver().on("m", byte[].class, (event, bytes) -> {
                Patience.await(gate);
                passed.add(first(bytes));
            });
            end.receiver().on("last", Integer.class, (event, number) -> last.complete(number));
        }

        @Override
        public void close() {
            gate.countDown();
        }
    }

    @Test
    void slowReceiver_makesSendWaitAndThenFailAndLosesNothing() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            int sent = fill(pair.client());
            assertThat((long) sent * CHARGE).isBetween(WINDOW / 2, WINDOW + SOFT);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> pair.client().send("m", numbered(-1, SIZE)))
                        .satisfies(code(ErrorCode.BACKPRESSURE))
                        .hasMessage("no room in the queue for 250 ms (expected: a receiver that keeps up; limit 131072"
                                + " bytes)");
            }
            dam.gate.countDown();
            sendPatiently(pair.client(), "last", 1);
            assertThat(Patience.get(dam.last)).isEqualTo(1);
            assertThat(dam.passed).isEqualTo(IntStream.range(0, sent).boxed().toList());
        }
    }

    @Test
    void trySend_isFalseAtTheSoftLimitAndCounted() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            fill(pair.client());
            assertThat(pair.client().trySend("m", numbered(-1, SIZE))).isFalse();
            assertThat(pair.client().trySend("m", numbered(-1, SIZE))).isFalse();
            assertThat(pair.client().counters().refusedSends()).isEqualTo(2);
        }
    }

    @Test
    void callback_goesToTheHardLimitBeforeItWaits() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            fill(pair.client());
            CompletableFuture<Integer> sent = new CompletableFuture<>();
            pair.client().receiver().on("go", Object.class, (event, payload) -> sent.complete(fill(pair.client())));
            pair.server().send("go", null);
            assertThat((long) Patience.get(sent) * CHARGE).isBetween(HARD - SOFT - CHARGE, HARD - SOFT + CHARGE);
        }
    }

    @Test
    void senderThatWaits_goesOnWhenThereIsRoom() {
        try (SessionPair pair = SessionPair.open(NARROW.withSendTimeout(Duration.ofSeconds(30)));
                Dam dam = new Dam(pair.server())) {
            int count = 1000; // ten times what queue and window hold
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread sender = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    pair.client().send("m", numbered(i, SIZE));
                }
                done.complete(null);
            });
            sender.start();
            awaitState(sender, Thread.State.TIMED_WAITING);
            dam.gate.countDown();
            Patience.get(done);
            pair.client().send("last", 1);
            Patience.get(dam.last);
            assertThat(dam.passed).isEqualTo(IntStream.range(0, count).boxed().toList());
        }
    }

    @Test
    void senderThatIsInterruptedWhileItWaits_sendsNothingAndKeepsTheFlag() {
        try (SessionPair pair = SessionPair.open(NARROW.withSendTimeout(Duration.ofSeconds(30)));
                Dam dam = new Dam(pair.server())) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            Thread sender = new Thread(() -> {
                try {
                    fill(pair.client());
                } catch (IpcException e) {
                    thrown.complete(e);
                }
                flag.complete(Thread.currentThread().isInterrupted());
            });
            sender.start();
            awaitState(sender, Thread.State.TIMED_WAITING);
            sender.interrupt();
            assertThat(Patience.get(thrown)).satisfies(code(ErrorCode.INTERRUPTED));
            assertThat(Patience.get(flag)).isTrue();
        }
    }

    @Test
    void senderThatWaits_isToldWhenTheConnectionEnds() {
        try (SessionPair pair = SessionPair.open(NARROW.withSendTimeout(Duration.ofSeconds(30)));
                Dam dam = new Dam(pair.server())) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread sender = new Thread(() -> {
                try {
                    fill(pair.client());
                } catch (IpcException e) {
                    thrown.complete(e);
                }
            });
            sender.start();
            awaitState(sender, Thread.State.TIMED_WAITING);
            pair.client().connection().close(new IpcException(ErrorCode.CLOSED, "bye"));
            assertThat(Patience.get(thrown)).satisfies(code(ErrorCode.CLOSED)).hasMessage("bye");
        }
    }

    @Test
    void invokeWithoutRoom_endsWithBackpressure() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            fill(pair.client());
            Call<String> call = pair.client().invoke("h", numbered(0, SIZE), String.class);
            assertThat(Patience.failure(call)).satisfies(code(ErrorCode.BACKPRESSURE));
            assertThat(pair.client().session().pendingCalls()).isZero();
        }
    }

    @Test
    void requestsThatEndInAFullQueue_leaveItsRoomToOthers() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            int sent = fill(pair.client());
            CallOptions shortly = CallOptions.withDeadline(Duration.ofSeconds(20));
            while (pair.client().trySend("m", numbered(sent, 100))) {
                sent++;
            }
            dam.gate.countDown();
            Call<Object> call = pair.client().invoke("h", numbered(0, SIZE), Object.class, shortly);
            assertThat(Patience.failure(call)).satisfies(code(ErrorCode.NO_HANDLER));
        }
    }

    @Test
    void blockedDataLane_doesNotHoldUpRepliesAndCredit() {
        try (SessionPair pair = SessionPair.open(NARROW);
                Dam dam = new Dam(pair.server())) {
            pair.client().receiver().handle("echo", byte[].class, (event, bytes) -> bytes);
            fill(pair.client()); // nothing of data leaves the client any more
            for (int i = 0; i < 20; i++) { // more than a window in both directions
                byte[] bytes = numbered(i, 100 * KIB);
                assertThat(pair.server().invokeSync("echo", bytes, byte[].class))
                        .isEqualTo(bytes);
            }
            assertThat(pair.server().invokeSync("echo", numbered(0, 5000 * KIB), byte[].class))
                    .hasSize(5000 * KIB);
        }
    }

    @Test
    void listenerThatWaitsForAReply_givesRoomBack() {
        int size = 100 * KIB;
        try (SessionPair pair = SessionPair.open(NARROW.withSendTimeout(Duration.ofSeconds(20)))) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            AtomicInteger waiting = new AtomicInteger();
            pair.client().receiver().handleAsync("ask", Object.class, (event, request) -> answer);
            pair.server().receiver().on("m", byte[].class, (event, bytes) -> {
                if (waiting.incrementAndGet() == 40) { // four windows
                    answer.complete("x");
                }
                event.sender().invokeSync("ask", null, String.class);
            });
            for (int i = 0; i < 40; i++) {
                pair.client().send("m", numbered(i, size));
            }
            Patience.get(answer);
        }
    }

    @Test
    void payloadLargerThanTheWindow_passesAndKeepsItsPlace() {
        try (SessionPair pair = SessionPair.open()) {
            List<Integer> order = new ArrayList<>(); // guarded by the turn
            pair.server().receiver().on("m", byte[].class, (event, bytes) -> order.add(bytes.length));
            pair.server().receiver().handle("done", Object.class, (event, request) -> order.size());
            pair.client().send("m", new byte[7]);
            pair.client().send("m", new byte[32 * KIB * KIB]);
            for (int i = 0; i < 100; i++) {
                pair.client().send("m", new byte[i]);
            }
            assertThat(pair.client().invokeSync("done", null, int.class)).isEqualTo(102);
            assertThat(order.subList(0, 2)).containsExactly(7, 32 * KIB * KIB);
            assertThat(order.subList(2, 102))
                    .isEqualTo(IntStream.range(0, 100).boxed().toList());
        }
    }

    @Test
    void payloadsOfAllSizesThroughTheSmallestWindow_allPass() {
        try (SessionPair pair = SessionPair.open(NARROW.withSendTimeout(Duration.ofSeconds(20)))) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            List<Integer> order = new ArrayList<>(); // guarded by the turn
            List<Integer> sizes = new ArrayList<>();
            for (int size = 1; size < 3 * WINDOW; size = size * 3 / 2 + 1) {
                sizes.add(size);
            }
            for (int size : new int[] {262144, 524288, 524289, 786432, 1048576, 1048577, 1310720}) {
                sizes.add(size);
                sizes.add(size);
            }
            pair.server().receiver().on("m", byte[].class, (event, bytes) -> {
                order.add(bytes.length);
                if (order.size() == sizes.size()) {
                    done.complete(null);
                }
            });
            sizes.forEach(size -> pair.client().send("m", new byte[size]));
            Patience.get(done);
            assertThat(order).isEqualTo(sizes);
        }
    }

    @Test
    void requestsThatRun_holdNoMoreThanThePayloadLimit() {
        Limits limits = NARROW.withPayloadBytes(200 * KIB);
        try (SessionPair pair = SessionPair.open(limits)) {
            CountDownLatch gate = new CountDownLatch(1);
            AtomicInteger running = new AtomicInteger();
            pair.server().receiver().handle("h", byte[].class, (event, bytes) -> {
                running.incrementAndGet();
                Patience.await(gate);
                return 1;
            });
            List<Call<Integer>> calls = new ArrayList<>();
            while (calls.size() == pair.client().session().pendingCalls()) { // until one finds no room
                calls.add(pair.client().invoke("h", new byte[100 * KIB], int.class));
            }
            Call<Integer> refused = calls.remove(calls.size() - 1);
            assertThat(Patience.failure(refused)).satisfies(code(ErrorCode.BACKPRESSURE));
            // What runs free of charge, a window, a queue, and what is just being written.
            assertThat(calls).hasSizeBetween(10, (int) ((200 * KIB + WINDOW + SOFT) / (100 * KIB)) + 2);
            assertThat(running).hasValueLessThan(calls.size());
            gate.countDown();
            calls.forEach(Patience::get);
            assertThat(pair.client().invokeSync("h", new byte[100 * KIB], int.class))
                    .isOne();
        }
    }

    @Test
    void clientWithALargerWindowThanMain_isServedToo() {
        Limits wide = NARROW.withWindowBytes(16 * WINDOW);
        try (SessionPair pair = SessionPair.join(
                PairedEnd.server(NARROW, CallbackExecutor.elastic()),
                PairedEnd.client(wide, CallbackExecutor.elastic()))) {
            pair.server().receiver().handle("size", byte[].class, (event, bytes) -> bytes.length);
            pair.client().receiver().handle("size", byte[].class, (event, bytes) -> bytes.length);
            byte[] bytes = new byte[(int) (5 * WINDOW)];
            assertThat(pair.client().invokeSync("size", bytes, int.class)).isEqualTo(bytes.length);
            assertThat(pair.server().invokeSync("size", bytes, int.class)).isEqualTo(bytes.length);
        }
    }

    /** Sends until there is no room; returns how many messages were taken. */
    private static int fill(PairedEnd sender) {
        for (int i = 0; i < 10_000; i++) {
            try {
                sender.send("m", numbered(i, SIZE));
            } catch (IpcException e) {
                if (e.code() == ErrorCode.BACKPRESSURE) {
                    return i;
                }
                throw e;
            }
        }
        throw new AssertionError("there is always room");
    }

    private static void sendPatiently(PairedEnd sender, String channel, Object payload) {
        for (int i = 0; i < 100; i++) {
            try {
                sender.send(channel, payload);
                return;
            } catch (IpcException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BACKPRESSURE);
            }
        }
        throw new AssertionError("there is never room");
    }

    private static byte[] numbered(int number, int size) {
        byte[] bytes = new byte[size];
        bytes[0] = (byte) (number >> 16);
        bytes[1] = (byte) (number >> 8);
        bytes[2] = (byte) number;
        return bytes;
    }

    private static int first(byte[] bytes) {
        return bytes[0] << 16 | (bytes[1] & 255) << 8 | bytes[2] & 255;
    }

    private static void awaitState(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
            Thread.onSpinWait();
        }
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(((IpcException) thrown).code()).isEqualTo(code);
    }
}
