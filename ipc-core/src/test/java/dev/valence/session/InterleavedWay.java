package dev.valence.session;

import dev.valence.session.Interleaved.Kind;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The model of one direction of a connection: what was handed over and what may start now, and who has the turn.
 *
 * <p><b>Threads.</b> {@link #handOver} by senders; everything else by what receives.
 */
final class InterleavedWay {

    private final boolean oneAtATime; // the executor runs one callback
    private final Consumer<String> violations;
    private final ReentrantLock handingOver = new ReentrantLock();
    private long lastPlace; // guarded by handingOver
    private final ConcurrentSkipListMap<Long, Interleaved> notStarted = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, Interleaved> inTheWay = new ConcurrentSkipListMap<>(); // of handlers
    private final AtomicInteger inside = new AtomicInteger();
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet(); // listeners that wait for a reply
    private final Set<Thread> comeFirst = new HashSet<>(); // inside the turn only; have their reply
    private long lastStarted; // inside the turn only
    private boolean isLooking; // inside the turn only; stacks are slow to look at
    private long lastPlain; // one handler at a time, if there is only one thread
    final AtomicInteger comebacks = new AtomicInteger(); // how often comeFirst was not empty

    InterleavedWay(boolean oneAtATime, Consumer<String> violations) {
        this.oneAtATime = oneAtATime;
        this.violations = violations;
    }

    /** Hands something over so that its place is known. */
    void handOver(Interleaved item, Runnable action) {
        handingOver.lock();
        try {
            item.place = ++lastPlace;
            item.after = lastPlace - 1;
            if (item.kind().takesTheTurn() && !item.plan.isCancelled()) {
                notStarted.put(item.place, item);
                inTheWay.put(item.place, item);
            }
            action.run();
        } finally {
            handingOver.unlock();
        }
    }

    /** Notes what was handed over before something whose own place is not known. */
    void goesAfter(Interleaved item) {
        handingOver.lock();
        try {
            item.after = lastPlace;
        } finally {
            handingOver.unlock();
        }
    }

    /** A listener or handler was called. */
    void started(Interleaved item) {
        if (item.starts.incrementAndGet() != 1) {
            violations.accept(item + " came again");
        }
        if (item.kind() == Kind.PLAIN) {
            startedPlain(item);
            return;
        }
        enter(item);
        if (!comeFirst.isEmpty()) {
            violations.accept(item + " started before " + comeFirst + ", which had their replies");
        }
        notStarted.remove(item.place);
        checkNothingBefore(item, notStarted, "has not started");
        if (item.place != 0) {
            if (item.place < lastStarted) {
                violations.accept(item + " started after " + lastStarted);
            }
            lastStarted = item.place;
            inTheWay.putIfAbsent(item.place, item);
        }
    }

    private void startedPlain(Interleaved item) {
        checkNothingBefore(item, inTheWay, "has neither returned nor waited");
        if (oneAtATime && item.place != 0) {
            if (item.place < lastPlain) {
                violations.accept(item + " was handed over after " + lastPlain);
            }
            lastPlain = item.place;
        }
    }

    private void checkNothingBefore(Interleaved item, ConcurrentSkipListMap<Long, Interleaved> open, String how) {
        Map.Entry<Long, Interleaved> first = open.firstEntry();
        if (first != null && first.getKey() <= item.after) {
            violations.accept(item + " started though " + first.getValue() + " " + how);
        }
    }

    /** Runs code of a listener in addition to what has started. */
    void alone(Interleaved item, Runnable code) {
        enter(item);
        code.run();
        inside.decrementAndGet();
    }

    private void enter(Interleaved item) {
        if (inside.incrementAndGet() != 1) {
            violations.accept(item + " was not alone");
        }
    }

    /** Stays in the turn until somebody else has its reply, if that happens soon. */
    void stay() {
        isLooking = true;
        for (int i = 0; i < 5 && !waiting.isEmpty() && withReply().findAny().isEmpty(); i++) {
            LockSupport.parkNanos(100_000);
        }
    }

    /** A listener returns. */
    void returns(Interleaved item) {
        if (item.kind().takesTheTurn()) {
            leave(item);
        }
    }

    /** A listener is about to wait. */
    void waits(Interleaved item) {
        if (item.kind().takesTheTurn()) {
            waiting.add(Thread.currentThread());
            leave(item);
        }
    }

    /** A listener has its reply and the turn. */
    void goesOn(Interleaved item) {
        if (item.kind().takesTheTurn()) {
            enter(item);
            waiting.remove(Thread.currentThread());
            comeFirst.remove(Thread.currentThread());
        }
    }

    private void leave(Interleaved item) {
        if (isLooking) {
            isLooking = false;
            withReply().forEach(comeFirst::add);
            comebacks.addAndGet(comeFirst.isEmpty() ? 0 : 1);
        }
        inTheWay.remove(item.place);
        inside.decrementAndGet();
    }

    /** Returns the listeners that have their reply and wait for the turn, which shows in their stacks only. */
    private Stream<Thread> withReply() {
        return waiting.stream().filter(InterleavedWay::waitsForTheTurn);
    }

    private static boolean waitsForTheTurn(Thread thread) {
        if (thread == Thread.currentThread()) {
            return false;
        }
        boolean isParked = false;
        for (StackTraceElement frame : thread.getStackTrace()) {
            isParked |= frame.getClassName().endsWith("CountDownLatch");
            if (frame.getMethodName().equals("takeAgain")) {
                return isParked;
            }
        }
        return false;
    }

    /** Returns what should have started and has not. */
    Iterable<Interleaved> missing() {
        return notStarted.values();
    }
}
