package dev.valence.session;

import dev.valence.call.Deadlines;
import dev.valence.call.Dispatcher;
import dev.valence.call.IncomingCall;
import dev.valence.connection.Outbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory that the answers to one peer take: they are encoded one at a time and only while the reply lane has
 * room, and no further request starts while one of them waits. So a peer that does not read costs its lane and two
 * payloads, however much it asks.
 *
 * <p>Requests that waited start a few at a time, and so do all while a large answer is being sent: at first one, twice as many
 * after each answer that left room, and more after a while without one. So a large answer stops those behind it before all of them
 * make theirs, small ones hardly wait, and handlers that wait for each other go on. (TCP's slow start, RFC 5681.)
 *
 * <pre>
 *   request ──▶ start, or parked ──▶ handler ──▶ answer ──▶ placed at once, or waiting ──▶ reply lane
 *                    ▲                                               │
 *                    └──────────── no start while one waits ─────────┘
 * </pre>
 *
 * <p><b>Threads.</b> Any; none waits here. Code of the application runs only in {@link #answer} and on callback threads,
 * without the lock.
 *
 * <p><b>Order.</b> Parked requests start, and answers are placed, first in, first out.
 */
final class ReplyGate {

    /** How long those that were started are waited for before more are: time to show how large their answers are. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** So often one more is started, and only then twice as many: a large answer takes its handler a while to make. */
    private static final int CAREFUL_TICKS = 5;

    private static final int MOST_PROBES = 256; // as many as callbacks run at a time

    private final long patienceNanos;
    private final Dispatcher dispatcher;
    private final Deadlines deadlines;
    private final Outbox outbox;
    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private final ArrayDeque<Waiting> answers = new ArrayDeque<>(); // guarded by lock
    private final ArrayDeque<Parked> parked = new ArrayDeque<>(); // guarded by lock
    private boolean placing; // guarded by lock; a thread encodes, or one was asked for
    private boolean watching; // guarded by lock; the clock will look for answers that waited too long
    private final Set<IncomingCall> probes = new HashSet<>(); // guarded by lock; started here and not answered
    private int mostProbes = 1; // guarded by lock
    private boolean starting; // guarded by lock; a thread starts some
    private boolean ticking; // guarded by lock; the clock will let more start
    private int ticks; // guarded by lock; since there was an answer, or no room
    private volatile boolean isBusy; // written with the lock held: there is an answer, a parked request or a probe

    ReplyGate(Services services, Outbox outbox) {
        this.patienceNanos = services.limits().sendTimeout().toNanos();
        this.dispatcher = services.dispatcher();
        this.deadlines = services.deadlines();
        this.outbox = outbox;
    }

    /**
     * An answer on its way.
     *
     * @param place encodes and queues it; throws nothing
     * @param giveUp ends the call without it: there was no room in time, or nobody wants it any more
     */
    record Answer(IncomingCall call, Runnable place, Runnable giveUp) {}

    /** Whether an answer may wait for room. */
    enum Patience {
        /** Up to the send timeout. */
        SEND_TIMEOUT,
        /** No: the executor keeps everything in order and waits for nothing. */
        NONE
    }

    /** Returns whether a request may start now. */
    boolean isOpen() {
        if (!isBusy) {
            return !outbox.isSendingMuch();
        }
        lock.lock();
        try {
            return parked.isEmpty() && hasRoom() && !outbox.isSendingMuch();
        } finally {
            lock.unlock();
        }
    }

    /** The lock is held. */
    private boolean hasRoom() {
        return answers.isEmpty() && outbox.hasRoomForReply();
    }

    /**
     * Keeps a request until there is room for its answer.
     *
     * @param start called once, on any thread: there is room, or the call was cancelled or is out of time. Must not wait
     */
    void park(IncomingCall call, Runnable start) {
        Parked request = new Parked(call, start);
        lock.lock();
        try {
            parked.add(request);
            isBusy = true;
        } finally {
            lock.unlock();
        }
        request.endsAt(deadlines.schedule(() -> leave(call), call.remaining().toNanos()));
        if (call.isCancelled()) {
            leave(call);
        }
        advance();
    }

    /**
     * Places an answer: on this thread if nothing is before it, else later on another.
     *
     * @return false if there is no room and it may not wait; nothing was called
     */
    boolean answer(Answer answer, Patience patience) {
        boolean isFirst;
        lock.lock();
        try {
            boolean hasRoom = hasRoom();
            if (!hasRoom && patience == Patience.NONE) {
                return false;
            }
            isFirst = hasRoom && !placing;
            if (isFirst) {
                placing = true;
            } else {
                answers.add(new Waiting(answer, System.nanoTime() + patienceNanos));
                isBusy = true;
            }
        } finally {
            lock.unlock();
        }
        if (isFirst) {
            place(answer);
        } else {
            if (answer.call.isCancelled()) {
                leave(answer.call);
            }
            advance();
        }
        return true;
    }

    private void place(@Nullable Answer first) {
        try {
            for (Answer next = first; next != null; next = nextAnswer()) {
                next.place.run();
            }
        } finally {
            lock.lock();
            try {
                placing = false;
            } finally {
                lock.unlock();
            }
            advance();
        }
    }

    private @Nullable Answer nextAnswer() {
        lock.lock();
        try {
            Waiting next = outbox.hasRoomForReply() ? answers.poll() : null;
            noteBusy();
            return next == null ? null : next.answer;
        } finally {
            lock.unlock();
        }
    }

    /** Lets a call go that is cancelled or out of time, if it is parked or its answer waits. */
    void leave(IncomingCall call) {
        List<Parked> requests;
        List<Waiting> dropped;
        lock.lock();
        try {
            requests = take(parked, request -> request.call == call);
            dropped = take(answers, waiting -> waiting.answer.call == call && call.isCancelled());
            noteBusy();
        } finally {
            lock.unlock();
        }
        requests.forEach(Parked::start);
        dropped.forEach(waiting -> waiting.answer.giveUp.run());
        if (!requests.isEmpty() || !dropped.isEmpty()) {
            advance();
        }
    }

    private static <T> List<T> take(ArrayDeque<T> queue, Predicate<T> wanted) {
        List<T> taken = List.of();
        for (Iterator<T> all = queue.iterator(); all.hasNext(); ) {
            T next = all.next();
            if (wanted.test(next)) {
                all.remove();
                taken = taken.isEmpty() ? new ArrayList<>() : taken;
                taken.add(next);
            }
        }
        return taken;
    }

    /** Goes on with what waits as far as there is room; called whenever there may be. Any thread. */
    void advance() {
        if (!isBusy) {
            return;
        }
        boolean mayPlace;
        boolean mayWatch;
        long untilNanos = 0;
        lock.lock();
        try {
            mayPlace = !answers.isEmpty() && !placing && outbox.hasRoomForReply();
            placing |= mayPlace;
            mayWatch = !answers.isEmpty() && !placing && !watching;
            if (mayWatch) {
                watching = true;
                untilNanos = answers.element().untilNanos;
            }
        } finally {
            lock.unlock();
        }
        if (mayPlace) {
            dispatcher.resume(() -> place(nextAnswer()));
        }
        if (mayWatch) {
            var unused = deadlines.schedule(this::expire, untilNanos - System.nanoTime());
        }
        startProbes();
    }

    /**
     * Starts what may start. One thread at a time: others that come meanwhile, this one among them when a request fails at
     * once, leave it to that one.
     */
    private void startProbes() {
        List<Parked> next = nextProbes(Starter.NEWCOMER);
        while (!next.isEmpty()) {
            next.forEach(Parked::start);
            next = nextProbes(Starter.PRESENT);
        }
    }

    private enum Starter {
        NEWCOMER,
        PRESENT
    }

    /** A call was answered, or has ended without an answer; may be told twice. */
    void answered(IncomingCall call) {
        if (!isBusy) {
            return;
        }
        lock.lock();
        try {
            if (!probes.remove(call)) {
                return;
            }
            ticks = 0;
            allowMore();
            noteBusy();
        } finally {
            lock.unlock();
        }
        advance();
    }

    /** The lock is held. */
    private void noteBusy() {
        isBusy = !parked.isEmpty() || !answers.isEmpty() || !probes.isEmpty();
    }

    private void allowMore() {
        mostProbes = Math.min(2 * mostProbes, MOST_PROBES);
    }

    /** Returns the requests that start now; with none, this thread no longer is the one that starts. */
    private List<Parked> nextProbes(Starter starter) {
        List<Parked> next = new ArrayList<>();
        boolean mayTick;
        lock.lock();
        try {
            if (starting && starter == Starter.NEWCOMER) {
                return List.of();
            }
            boolean hasRoom = hasRoom();
            if (!hasRoom) {
                mostProbes = 1;
                ticks = 0;
            }
            while (hasRoom && probes.size() < mostProbes && !parked.isEmpty()) {
                Parked request = parked.remove();
                probes.add(request.call);
                next.add(request);
            }
            starting = !next.isEmpty();
            mayTick = hasRoom && !parked.isEmpty() && !ticking;
            ticking |= mayTick;
        } finally {
            lock.unlock();
        }
        if (mayTick) {
            var unused = deadlines.schedule(this::tick, TICK_NANOS);
        }
        return next;
    }

    private void tick() {
        lock.lock();
        try {
            ticking = false;
            if (placing) { // what takes so long is to encode the answer
                ticks = 0;
            } else if (++ticks > CAREFUL_TICKS) {
                allowMore();
            } else {
                mostProbes = Math.min(mostProbes + 1, MOST_PROBES);
            }
        } finally {
            lock.unlock();
        }
        advance();
    }

    private void expire() {
        long now = System.nanoTime();
        List<Waiting> expired;
        lock.lock();
        try {
            watching = false;
            expired = take(answers, waiting -> waiting.untilNanos - now <= 0);
            noteBusy();
        } finally {
            lock.unlock();
        }
        expired.forEach(waiting -> waiting.answer.giveUp.run());
        advance();
    }

    private record Waiting(Answer answer, long untilNanos) {}

    /** A request that has not started. */
    private static final class Parked {

        private final IncomingCall call;
        private final Runnable start;
        private volatile boolean isStarted;
        private volatile @Nullable Future<?> timer;

        Parked(IncomingCall call, Runnable start) {
            this.call = call;
            this.start = start;
        }

        void endsAt(@Nullable Future<?> deadline) {
            timer = deadline;
            if (isStarted) {
                stopTimer();
            }
        }

        /** Whoever took it out of the queue calls this, once. */
        void start() {
            isStarted = true;
            stopTimer();
            start.run();
        }

        private void stopTimer() {
            Future<?> deadline = timer;
            if (deadline != null) {
                deadline.cancel(false);
            }
        }
    }
}
