package dev.valence.session;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.TypeRef;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.SessionPair;
import dev.valence.session.Interleaved.Kind;
import dev.valence.session.Interleaved.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Two connected ends whose listeners and handlers do at random what callbacks may do, and a model that watches. */
final class InterleavedPair implements AutoCloseable {

    /** Below the listeners of a sender that may wait: what is refused would have to be expected. */
    private static final int WAITING = 60;

    private static final int ONCE = 3;
    private static final int LARGE_BYTES = 300_000; // more than a chunk
    private static final long PATIENCE_SECONDS = 30;

    private final Queue<String> violations;
    private final AtomicInteger budget; // messages and requests
    private final AtomicInteger largeBudget = new AtomicInteger(10); // less than a queue takes without waiting
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Interleaved> items = new ConcurrentHashMap<>();
    private final Phaser busy = new Phaser(1); // a party for everything under way
    private final SessionPair pair;
    private final List<End> ends;

    InterleavedPair(Random random, int budget, Queue<String> violations) {
        this.violations = violations;
        this.budget = new AtomicInteger(budget);
        int ofServer = executorSize(random);
        int ofClient = executorSize(random);
        pair = SessionPair.join(
                PairedEnd.server(Limits.defaults(), CallbackExecutor.elastic(ofServer)),
                PairedEnd.client(Limits.defaults(), CallbackExecutor.elastic(ofClient)));
        InterleavedWay toServer = new InterleavedWay(ofServer == 1, violations::add);
        InterleavedWay toClient = new InterleavedWay(ofClient == 1, violations::add);
        ends = List.of(new End(pair.server(), toServer, toClient), new End(pair.client(), toClient, toServer));
        ends.forEach(End::register);
    }

    private static int executorSize(Random random) {
        return List.of(1, 1, 2, 3, 8, 256).get(random.nextInt(6));
    }

    /** Lets several threads at both ends send. */
    void start(Random random, int threads, int actions) {
        for (End end : ends) {
            for (int i = 0; i < threads; i++) {
                long seed = random.nextLong();
                busy.register();
                new Thread(() -> end.act(seed, actions), "interleaving-" + i).start();
            }
        }
    }

    /** Waits until nothing is under way, and looks at what has become of everything. Returns how much there was. */
    int awaitEnd() throws InterruptedException {
        awaitQuiet();
        for (End end : ends) { // cancelled requests may be on their way still
            end.self.invokeSync("fence", null, Object.class);
        }
        awaitQuiet();
        ends.forEach(End::checkEnd);
        items.values().forEach(this::checkEnd);
        return items.size();
    }

    /** Returns how often a listener came back while others waited. */
    int comebacks() {
        return ends.stream().mapToInt(end -> end.in.comebacks.get()).sum();
    }

    private void awaitQuiet() throws InterruptedException {
        try {
            busy.awaitAdvanceInterruptibly(busy.arrive(), PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            violations.add("still under way: " + busy.getUnarrivedParties());
            for (End end : ends) {
                end.in.missing().forEach(item -> violations.add("lost: " + item));
            }
        }
    }

    private void checkEnd(Interleaved item) {
        boolean isOnce = item.starts.get() == 1 || (item.plan.isCancelled() && item.starts.get() == 0);
        if (!isOnce) {
            violations.add(item + " was received " + item.starts + " times");
        }
        if (item.ends.get() != (item.kind() == Kind.MESSAGE ? 0 : 1)) {
            violations.add(item + " ended " + item.ends + " times");
        }
    }

    @Override
    public void close() {
        pair.close();
    }

    /** One end: how it sends, and how it receives. */
    private final class End {

        final PairedEnd self;
        final InterleavedWay in;
        final InterleavedWay out;
        private final Semaphore mayWait = new Semaphore(WAITING);
        private final AtomicInteger thrown = new AtomicInteger(); // by listeners
        private final List<AtomicInteger> onceRuns = new ArrayList<>();
        private final AtomicInteger closedOnceRuns = new AtomicInteger();
        private final AtomicInteger messages = new AtomicInteger();

        End(PairedEnd self, InterleavedWay in, InterleavedWay out) {
            this.self = self;
            this.in = in;
            this.out = out;
        }

        void register() {
            self.scope().on(Kind.MESSAGE.channel, byte[].class, (event, payload) -> {
                Interleaved item = itemOf(payload);
                in.alone(item, () -> item.seenByScope = true);
            });
            self.receiver().on(Kind.MESSAGE.channel, byte[].class, (event, payload) -> {
                Interleaved item = itemOf(payload);
                if (!item.seenByScope) {
                    violations.add(item + " came to the global listener before that of the scope");
                }
                messages.incrementAndGet();
                receive(item);
            });
            TypeRef<byte[]> bytes = TypeRef.of(byte[].class);
            self.receiver().handle(Kind.PLAIN.channel, bytes, (event, payload) -> receive(itemOf(payload)), plain());
            self.receiver()
                    .handle(
                            Kind.SEQUENTIAL.channel,
                            bytes,
                            (event, payload) -> receive(itemOf(payload)),
                            HandlerOptions.sequential());
            self.receiver().handle("fence", Object.class, (event, payload) -> null);
            for (int i = 0; i < ONCE; i++) {
                addOnce();
                self.receiver()
                        .once(Kind.MESSAGE.channel, byte[].class, (event, payload) -> closedOnceRuns.incrementAndGet())
                        .close();
            }
        }

        private static HandlerOptions plain() {
            return HandlerOptions.defaults();
        }

        private void addOnce() {
            AtomicInteger runs = new AtomicInteger();
            synchronized (onceRuns) {
                onceRuns.add(runs);
            }
            self.receiver()
                    .once(
                            Kind.MESSAGE.channel,
                            byte[].class,
                            (event, payload) -> in.alone(itemOf(payload), runs::incrementAndGet));
        }

        private Interleaved itemOf(byte[] payload) {
            return items.get(Interleaved.idOf(payload));
        }

        private long receive(Interleaved item) {
            busy.register();
            in.started(item);
            try {
                Random random = new Random(item.plan.seed());
                if (random.nextInt(16) == 0 && self.receiver().listenerCount(Kind.MESSAGE.channel) < 10) {
                    addOnce();
                }
                int actions = item.plan.depth() == 0 ? 0 : random.nextInt(4);
                for (int i = 0; i < actions; i++) {
                    act(random, item);
                }
                if (item.kind().takesTheTurn() && random.nextInt(16) == 0) {
                    in.stay();
                }
                if (item.isThrowing()) {
                    thrown.addAndGet(item.kind() == Kind.MESSAGE ? 1 : 0);
                    throw new IllegalStateException("on purpose");
                }
                return item.reply();
            } finally {
                in.returns(item);
                if (item.kind() == Kind.MESSAGE) {
                    busy.arriveAndDeregister(); // what was registered when it was sent
                }
                busy.arriveAndDeregister();
            }
        }

        void act(long seed, int actions) {
            try {
                Random random = new Random(seed);
                for (int i = 0; i < actions; i++) {
                    act(random, null);
                    if (random.nextInt(8) == 0) {
                        Thread.yield();
                    }
                }
            } catch (Throwable t) {
                violations.add("an action failed: " + t);
            } finally {
                busy.arriveAndDeregister();
            }
        }

        /** Sends something. In a callback, {@code within} is what it received. */
        private void act(Random random, Interleaved within) {
            if (budget.getAndDecrement() <= 0) {
                return;
            }
            int depth = within == null ? 3 : within.plan.depth() - 1;
            int way = random.nextInt(8);
            boolean isCancelled = way == 7;
            Kind kind = way < 2 ? Kind.MESSAGE : random.nextBoolean() ? Kind.PLAIN : Kind.SEQUENTIAL;
            Plan plan = new Plan(kind, isCancelled ? 0 : depth, random.nextLong(), isCancelled);
            Interleaved item = new Interleaved(ids.incrementAndGet(), plan);
            items.put(item.id, item);
            busy.register();
            boolean isLarge = random.nextInt(40) == 0 && largeBudget.getAndDecrement() > 0;
            byte[] payload = item.payload(isLarge ? LARGE_BYTES : random.nextInt(64));
            if (kind == Kind.MESSAGE) {
                out.handOver(item, () -> self.send(kind.channel, payload));
            } else if (way < 4) {
                Call<Long> call = invoke(item, payload);
                var unused = call.whenComplete((reply, failure) -> ended(item, reply, failure));
            } else if (isCancelled) {
                Call<Long> call = invoke(item, payload);
                var unused = call.whenComplete((reply, failure) -> ended(item, reply, failure));
                for (int i = random.nextInt(5); i > 0; i--) {
                    Thread.yield();
                }
                call.cancel(false);
            } else {
                invokeAndWait(item, payload, way, within);
            }
        }

        private Call<Long> invoke(Interleaved item, byte[] payload) {
            List<Call<Long>> call = new ArrayList<>(1);
            out.handOver(item, () -> call.add(self.invoke(item.kind().channel, payload, long.class)));
            return call.get(0);
        }

        private void invokeAndWait(Interleaved item, byte[] payload, int way, Interleaved within) {
            boolean hasTurn = within != null && within.kind().takesTheTurn();
            if (hasTurn && !mayWait.tryAcquire()) {
                Call<Long> call = invoke(item, payload);
                var unused = call.whenComplete((reply, failure) -> ended(item, reply, failure));
                return;
            }
            Call<Long> call = null;
            if (way == 4) {
                out.goesAfter(item);
            } else {
                call = invoke(item, payload);
            }
            if (within != null) {
                in.waits(within);
            }
            Long reply = null;
            Throwable failure = null;
            try {
                reply = switch (way) {
                    case 4 -> self.invokeSync(item.kind().channel, payload, long.class);
                    case 5 -> call.join();
                    default -> call.thenApply(value -> value).join();
                };
            } catch (IpcException | CompletionException e) {
                failure = e;
            }
            if (within != null) {
                in.goesOn(within);
            }
            if (hasTurn) {
                mayWait.release();
            }
            ended(item, reply, failure);
        }

        private void ended(Interleaved item, Long reply, Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            boolean isExpected;
            if (cause instanceof CancellationException) {
                isExpected = item.plan.isCancelled();
            } else if (item.isThrowing()) {
                isExpected = cause instanceof IpcException && cause.getMessage().endsWith("on purpose");
            } else {
                isExpected = reply != null && reply == item.reply();
            }
            if (!isExpected) {
                violations.add(item + " ended with " + reply + ", " + failure);
            }
            item.ends.incrementAndGet();
            busy.arriveAndDeregister();
        }

        void checkEnd() {
            if (self.uncaught().size() != thrown.get()) {
                violations.add("listeners threw " + thrown + ", the hook was told " + self.uncaught());
            }
            if (self.session().pendingCalls() != 0) {
                violations.add("requests that wait: " + self.session().pendingCalls());
            }
            if (closedOnceRuns.get() != 0) {
                violations.add("listeners that were closed ran " + closedOnceRuns + " times");
            }
            for (int i = 0; i < onceRuns.size(); i++) {
                int runs = onceRuns.get(i).get();
                if (runs > 1 || (i < ONCE && runs != Math.min(1, messages.get()))) {
                    violations.add("a once listener ran " + runs + " times, of " + messages + " messages");
                }
            }
        }
    }
}
