package dev.valence.integration;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One of the things that the threads of a soak do, at both ends. Whatever the library learns to do gets a line in {@link
 * #all} and what answers it in {@link SoakEnd#register}.
 *
 * @param weight how often, compared with the others
 */
record SoakVerb(String name, int weight, Action action) {

    private static final int FLOOD = 64;
    private static final int FLOOD_BYTES = 256 << 10;

    /** What it does; an IpcException is a failure, but for BACKPRESSURE. */
    interface Action {
        void run(SoakEnd<?>.Worker worker) throws Exception;
    }

    /** Returns the verbs that every end knows, and further ones. */
    static List<SoakVerb> all(SoakVerb... further) {
        List<SoakVerb> all = new ArrayList<>(List.of(
                new SoakVerb("send", 24, SoakVerb::send),
                new SoakVerb("trySend", 8, SoakVerb::trySend),
                new SoakVerb("flood", 1, SoakVerb::flood),
                new SoakVerb("invoke", 12, SoakVerb::echo),
                new SoakVerb("invokeSync", 6, SoakVerb::echoSync),
                new SoakVerb("sequential", 8, SoakVerb::sequential),
                new SoakVerb("failing", 3, SoakVerb::failing),
                new SoakVerb("no handler", 2, SoakVerb::noHandler),
                new SoakVerb("deadline", 3, SoakVerb::deadline),
                new SoakVerb("cancel", 4, SoakVerb::cancel),
                new SoakVerb("nested", 4, SoakVerb::nested),
                new SoakVerb("once", 2, SoakVerb::once),
                new SoakVerb("stream", 4, SoakStream::subscribe),
                new SoakVerb("pipe", 2, SoakPipe::open)));
        all.addAll(List.of(further));
        return all;
    }

    private static void send(SoakEnd<?>.Worker worker) {
        worker.peer().send("message", worker.stream.next(SoakItem.randomBytes(worker.random)));
        worker.stream.wasSent();
        worker.record().sent.incrementAndGet();
    }

    private static void trySend(SoakEnd<?>.Worker worker) {
        trySend(worker, worker.random.nextInt(1 << 16));
    }

    private static boolean trySend(SoakEnd<?>.Worker worker, int bytes) {
        boolean isSent = worker.peer().trySend("note", worker.stream.next(bytes));
        if (isSent) {
            worker.stream.wasSent();
            worker.record().sent.incrementAndGet();
        } else {
            worker.record().refused.incrementAndGet();
        }
        return isSent;
    }

    /** Sends until there is no more room, or it has gone well for long. */
    private static void flood(SoakEnd<?>.Worker worker) {
        for (int i = 0; i < FLOOD && trySend(worker, FLOOD_BYTES); i++) {
            Thread.onSpinWait();
        }
    }

    /** Whether a call failed for want of room, which a busy receiver explains. */
    private static boolean isRefused(Throwable failure) {
        return failure instanceof IpcException e && e.code() == ErrorCode.BACKPRESSURE;
    }

    private static boolean isCode(Throwable failure, ErrorCode code) {
        return failure instanceof IpcException e && (e.code() == code || isRefused(e));
    }

    private static void echo(SoakEnd<?>.Worker worker) {
        byte[] item = worker.stream.next(SoakItem.randomBytes(worker.random));
        worker.follow(
                "invoke",
                worker.peer().invoke("echo", item, byte[].class),
                (value, failure) -> Arrays.equals(value, item) || isRefused(failure));
    }

    private static void echoSync(SoakEnd<?>.Worker worker) {
        byte[] item = worker.stream.next(SoakItem.randomBytes(worker.random));
        worker.record()
                .await(
                        "invokeSync",
                        () -> worker.peer().invokeSync("echo", item, byte[].class),
                        (value, failure) -> Arrays.equals(value, item) || isRefused(failure));
    }

    private static void sequential(SoakEnd<?>.Worker worker) {
        byte[] item = worker.stream.next(worker.random.nextInt(1 << 12));
        long number = worker.stream.number();
        worker.follow(
                "sequential",
                worker.peer().invoke("sequential", item, Long.class),
                (value, failure) -> (value != null && value == number) || isRefused(failure));
    }

    private static void failing(SoakEnd<?>.Worker worker) {
        int number = worker.random.nextInt();
        worker.follow(
                "failing",
                worker.peer().invoke("failing", number, String.class),
                (value, failure) -> isRefused(failure)
                        || (isCode(failure, ErrorCode.HANDLER_FAILED)
                                && ((IpcException) failure)
                                        .remote()
                                        .applicationCode()
                                        .equals("code-" + number)));
    }

    private static void noHandler(SoakEnd<?>.Worker worker) {
        worker.follow(
                "no handler",
                worker.peer().invoke("nobody", null, String.class),
                (value, failure) -> isCode(failure, ErrorCode.NO_HANDLER));
    }

    private static void deadline(SoakEnd<?>.Worker worker) {
        Duration time = Duration.ofMillis(1 + worker.random.nextInt(50));
        worker.follow(
                "deadline",
                worker.peer().invoke("stuck", 1, String.class, CallOptions.withDeadline(time)),
                (value, failure) -> isCode(failure, ErrorCode.DEADLINE_EXCEEDED));
    }

    private static void cancel(SoakEnd<?>.Worker worker) throws InterruptedException {
        boolean isEchoed = worker.random.nextBoolean(); // and if so, it may be answered first
        Call<byte[]> call = isEchoed
                ? worker.peer().invoke("echo", worker.stream.next(SoakItem.randomBytes(worker.random)), byte[].class)
                : worker.peer().invoke("stuck", 1, byte[].class);
        worker.follow(
                "cancel",
                call,
                (value, failure) -> failure instanceof CancellationException
                        || isRefused(failure)
                        || (isEchoed && failure == null));
        for (int i = worker.random.nextInt(20); i > 0; i--) {
            Thread.yield();
        }
        call.cancel(worker.random.nextBoolean());
    }

    private static void nested(SoakEnd<?>.Worker worker) {
        int depth = worker.random.nextInt(6);
        worker.record()
                .await(
                        "nested",
                        () -> worker.peer().invokeSync("nested", depth, int.class),
                        (value, failure) -> (failure == null && value == depth + 1) || isRefused(failure));
    }

    /** A handler and a listener for one message, and one that is taken away. */
    private static void once(SoakEnd<?>.Worker worker) {
        worker.stream.next(0);
        String name = "once " + Thread.currentThread().getName() + " " + worker.random.nextLong();
        worker.peer().invokeSync("arm", name, Void.class);
        AtomicInteger answers = new AtomicInteger();
        List<Call<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Call<Integer> call = worker.peer().invoke(name, 7, int.class);
            calls.add(call);
            worker.follow(
                    "handleOnce",
                    call,
                    (value, failure) -> isCode(failure, ErrorCode.NO_HANDLER)
                            || (failure == null && value == 7 && answers.incrementAndGet() == 1));
        }
        for (int i = 0; i < 3; i++) {
            worker.peer().send(name, i);
        }
        expect(worker, "disarm", name, "1 3 true false");
        worker.peer().send(name, 3);
        expect(worker, "probe", name, "1 3");
        if (answers.get() == 0 && calls.stream().allMatch(call -> isFailed(call, ErrorCode.NO_HANDLER))) {
            worker.record().failure("handleOnce", new AssertionError("no call was answered"));
        }
    }

    private static boolean isFailed(Call<?> call, ErrorCode code) {
        return call.handle((value, failure) -> failure instanceof IpcException e && e.code() == code)
                .join();
    }

    private static void expect(SoakEnd<?>.Worker worker, String channel, String name, String expected) {
        String answer = worker.peer().invokeSync(channel, name, String.class);
        if (!expected.equals(answer)) {
            worker.record().violation(channel + ": " + answer + " (expected: " + expected + ")");
        }
    }
}
