package dev.valence.integration;

import static org.awaitility.Awaitility.await;

import dev.valence.ErrorCode;
import dev.valence.HandlerException;
import dev.valence.HandlerOptions;
import dev.valence.InvokeEvent;
import dev.valence.IpcEvent;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Listener;
import dev.valence.Registration;
import dev.valence.TypeRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One end of one connection in a soak: answers what the other end's {@link SoakVerb}s ask for, checks what comes, and runs
 * verbs of its own. Main has one for each renderer, a renderer one for main.
 *
 * @param <S> how the other end is seen
 */
final class SoakEnd<S extends IpcSender> {

    /** The stream of what listeners send: they have the turn, so there is one for all of them. */
    static final int TURN_STREAM = 1000;

    private static final int WAITING = 60; // below what is refused
    private static final int CALLS_PER_WORKER = 8;
    private static final int OPERATIONS_PER_SECOND = 1000; // at most
    private static final int PATIENCE_SECONDS = 60;

    final SoakRecord record;
    private final IpcReceiver<S> receiver;
    private final S peer;
    private final List<SoakVerb> verbs;
    private final List<Registration> registrations = new ArrayList<>(); // the thread that registers only
    private final AtomicInteger inside = new AtomicInteger(); // listeners that run
    private final Semaphore mayWait = new Semaphore(WAITING);
    private final Map<Integer, SoakItem> last = new ConcurrentHashMap<>(); // by stream; written inside the turn
    private final Map<Integer, Long> lastSent = new ConcurrentHashMap<>(); // by stream; messages only
    private final SoakItem.Stream turnStream = new SoakItem.Stream(TURN_STREAM); // inside the turn only
    private final Map<String, OnceProbe<S>> probes = new ConcurrentHashMap<>();
    private final List<Worker> workers = new ArrayList<>(); // guarded by this
    private final AtomicBoolean stopped = new AtomicBoolean();

    SoakEnd(IpcReceiver<S> receiver, S peer, SoakRecord record, List<SoakVerb> verbs) {
        this.receiver = receiver;
        this.peer = peer;
        this.record = record;
        this.verbs = verbs;
    }

    /** Registers listeners and handlers. */
    void register() {
        registrations.addAll(List.of(
                receiver.on("message", byte[].class, (event, bytes) -> inTurn(bytes, true, item -> react(event, item))),
                receiver.on("note", byte[].class, (event, bytes) -> inTurn(bytes, true, item -> {})),
                receiver.handle("echo", byte[].class, (event, bytes) -> {
                    checkHandler(SoakItem.of(bytes));
                    return bytes;
                }),
                receiver.handle(
                        "sequential", TypeRef.of(byte[].class), this::answerInTurn, HandlerOptions.sequential()),
                receiver.handle("failing", int.class, (event, number) -> {
                    throw new HandlerException("code-" + number, "on purpose");
                }),
                receiver.handle("fence", Void.class, (event, nothing) -> null),
                receiver.handleAsync("stuck", int.class, this::stay),
                receiver.handle("nested", int.class, SoakEnd::nested),
                SoakStream.handle(receiver, record),
                SoakPipe.answer(receiver, record)));
        registerProbes();
    }

    private static <S extends IpcSender> int nested(InvokeEvent<S> event, int depth) {
        return depth == 0 ? 1 : 1 + event.sender().invokeSync("nested", depth - 1, int.class);
    }

    private void registerProbes() {
        registrations.add(receiver.handleVoid("arm", String.class, (event, name) -> {
            receiver.handleOnce(name, int.class, (request, number) -> number);
            probes.put(name, new OnceProbe<>(receiver, name));
        }));
        registrations.add(receiver.handle(
                "disarm", String.class, (event, name) -> probes.get(name).disarm()));
        registrations.add(receiver.handle(
                "probe", String.class, (event, name) -> probes.remove(name).counts()));
    }

    /** Takes its listeners and handlers away. */
    void unregister() {
        registrations.forEach(Registration::close);
    }

    private Long answerInTurn(InvokeEvent<S> event, byte[] bytes) {
        inTurn(bytes, false, item -> {});
        return SoakItem.of(bytes).number();
    }

    /** Ends when it is cancelled, and not before: until it has ended it counts among the requests that may be pending. */
    private CompletableFuture<String> stay(InvokeEvent<S> event, int number) {
        CompletableFuture<String> end = new CompletableFuture<>();
        record.stuckStarted.incrementAndGet();
        event.onCancel(() -> {
            record.stuckCancelled.incrementAndGet();
            end.cancel(false);
        });
        return end;
    }

    private void inTurn(byte[] bytes, boolean isMessage, Reaction reaction) {
        enter();
        try {
            SoakItem item = SoakItem.of(bytes);
            SoakItem before = last.get(item.stream());
            long sentBefore = lastSent.getOrDefault(item.stream(), 0L);
            if (item.previous() != sentBefore || (before != null && item.number() <= before.number())) {
                record.violation(item + " came after " + sentBefore + " and " + before);
            }
            last.put(item.stream(), item);
            if (isMessage) {
                lastSent.put(item.stream(), item.number());
                record.heard.incrementAndGet();
            }
            reaction.to(item);
        } catch (IpcException e) {
            if (e.code() == ErrorCode.BACKPRESSURE) {
                record.refused.incrementAndGet();
            } else {
                record.failure("a listener", e);
            }
        } catch (Throwable t) {
            record.failure("a listener", t);
        } finally {
            inside.decrementAndGet();
        }
    }

    private void enter() {
        if (inside.incrementAndGet() != 1) {
            record.violation("two listeners at the same time");
        }
    }

    private void checkHandler(SoakItem item) {
        if (lastSent.getOrDefault(item.stream(), 0L) < item.previous()) {
            record.violation(item + " was handled after " + lastSent.get(item.stream()));
        }
    }

    /** What a listener does. The numbers of the item decide, so that both ends do a bit of everything. */
    private void react(IpcEvent<S> event, SoakItem item) {
        long dice = (item.number() * 31 + item.stream()) % 16;
        if (dice < 2 && mayWait.tryAcquire()) {
            int depth = (int) dice * 2;
            inside.decrementAndGet();
            try {
                record.await(
                        "nested call in a listener",
                        () -> event.sender().invokeSync("nested", depth, int.class),
                        (value, failure) -> failure == null && value == depth + 1);
            } finally {
                enter();
                mayWait.release();
            }
        } else if (dice < 5) {
            byte[] note = turnStream.next((int) item.number() % 512);
            event.reply("note", note);
            turnStream.wasSent();
            record.sent.incrementAndGet();
        }
    }

    /** Starts threads that run verbs for some time. */
    synchronized void start(int count, long seed, Duration time) {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            Worker worker = new Worker(i, random.nextLong(), time);
            workers.add(worker);
            worker.thread.start();
        }
    }

    /** Lets the threads stop. */
    void askToStop() {
        stopped.set(true);
    }

    /** Stops the threads, and waits until every call, stream and pipe has ended. */
    void stop() {
        stopThreads();
        try {
            await("calls to end")
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> record.callsMade.get() == record.callsEnded.get());
        } catch (ConditionTimeoutException e) {
            record.violation(record.callsMade + " calls, of which ended " + record.callsEnded);
        }
    }

    /** Stops the threads; what they began may still go on. */
    void stopThreads() {
        askToStop();
        for (Worker worker : workers()) {
            try {
                worker.thread.join(Duration.ofSeconds(PATIENCE_SECONDS).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (worker.thread.isAlive()) {
                record.violation(worker.thread.getName() + " hangs: " + List.of(worker.thread.getStackTrace()));
            }
        }
    }

    /** Waits until the handlers that wait for it were cancelled. */
    void awaitCancelled() {
        try {
            await("handlers to be cancelled")
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> record.stuckStarted.get() == record.stuckCancelled.get());
        } catch (ConditionTimeoutException e) {
            record.violation(record.stuckStarted + " handlers were stuck, cancelled " + record.stuckCancelled);
        }
    }

    private synchronized List<Worker> workers() {
        return List.copyOf(workers);
    }

    /** Returns the last number surely sent, by stream. After {@link #stop}. */
    Map<Integer, Long> sent() {
        Map<Integer, Long> sent = new ConcurrentHashMap<>();
        workers().forEach(worker -> sent.put(worker.number, worker.stream.sent()));
        sent.put(TURN_STREAM, turnStream.sent());
        return sent;
    }

    /** Compares what the other end sent with what came. Nothing may be under way. */
    void checkAllCame(Map<Integer, Long> sent) {
        sent.forEach((stream, number) -> {
            long came = lastSent.getOrDefault(stream, 0L);
            if (came != number) {
                record.violation("stream " + stream + " came to " + came + " (expected: " + number + ")");
            }
        });
    }

    private interface Reaction {
        void to(SoakItem item);
    }

    /** A thread that runs verbs: what they need. */
    final class Worker {

        final Random random;
        final SoakItem.Stream stream;
        final Semaphore calls = new Semaphore(CALLS_PER_WORKER);
        private final int number;
        private final long endNanos;
        private final long maxOperations;
        private final Thread thread;

        Worker(int number, long seed, Duration time) {
            this.number = number;
            this.random = new Random(seed);
            this.stream = new SoakItem.Stream(number);
            this.endNanos = System.nanoTime() + time.toNanos();
            this.maxOperations = time.toSeconds() * OPERATIONS_PER_SECOND;
            this.thread = new Thread(this::run, "soak-worker-" + number);
            this.thread.setDaemon(true);
        }

        IpcSender peer() {
            return peer;
        }

        int number() {
            return number;
        }

        SoakRecord record() {
            return record;
        }

        /** Follows a call that does not hold this thread up, unless many do. */
        <R> void follow(String what, CompletableFuture<R> call, SoakRecord.Expectation<R> expected) {
            record.follow(what, call, expected);
            calls.acquireUninterruptibly();
            var unused = call.whenComplete((value, failure) -> calls.release());
        }

        private void run() {
            int total = verbs.stream().mapToInt(SoakVerb::weight).sum();
            for (long i = 0; i < maxOperations && !isOver(); i++) {
                int dice = random.nextInt(total);
                int chosen = 0;
                while (dice >= verbs.get(chosen).weight()) {
                    dice -= verbs.get(chosen++).weight();
                }
                run(verbs.get(chosen));
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
        }

        private boolean isOver() {
            return stopped.get() || record.isDoomed() || System.nanoTime() > endNanos;
        }

        private void run(SoakVerb verb) {
            try {
                verb.action().run(this);
            } catch (IpcException e) {
                switch (e.code()) {
                    case BACKPRESSURE -> record.refused.incrementAndGet();
                    case CLOSED, PEER_GONE -> {
                        record.failure(verb.name(), e);
                        stopped.set(true);
                    }
                    default -> record.failure(verb.name(), e);
                }
            } catch (Throwable t) {
                record.failure(verb.name(), t);
            }
        }
    }

    /** A once listener and one that is taken away with {@code off}. */
    private static final class OnceProbe<S extends IpcSender> {

        private final IpcReceiver<S> receiver;
        private final String channel;
        private final AtomicInteger onceRuns = new AtomicInteger();
        private final AtomicInteger runs = new AtomicInteger();
        private final Listener<S, Integer> counting = (event, number) -> runs.incrementAndGet();

        OnceProbe(IpcReceiver<S> receiver, String channel) {
            this.receiver = receiver;
            this.channel = channel;
            receiver.once(channel, int.class, (event, number) -> onceRuns.incrementAndGet());
            receiver.on(channel, int.class, counting);
        }

        String disarm() {
            return counts() + " " + receiver.off(channel, counting) + " " + receiver.off(channel, counting);
        }

        String counts() {
            return onceRuns + " " + runs;
        }
    }
}
