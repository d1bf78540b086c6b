package dev.valence.integration;

import dev.valence.IpcException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What one end of a connection did in a soak, and what went wrong. Used by any thread. */
final class SoakRecord {

    private static final int MAX_VIOLATIONS = 50; // the first ones tell the most

    final AtomicLong callsMade = new AtomicLong();
    final AtomicLong callsEnded = new AtomicLong();
    final AtomicLong callsAnswered = new AtomicLong();
    final AtomicLong sent = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong heard = new AtomicLong();
    final AtomicLong missed = new AtomicLong();
    final AtomicLong streamed = new AtomicLong();
    final AtomicLong piped = new AtomicLong();
    final AtomicLong stuckStarted = new AtomicLong();
    final AtomicLong stuckCancelled = new AtomicLong();
    private final String name;
    private final AtomicBoolean doomed = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final Consumer<String> onViolation;

    SoakRecord(String name, Consumer<String> onViolation) {
        this.name = name;
        this.onViolation = onViolation;
    }

    /**
     * What a renderer tells main at the end.
     *
     * @param streams the last number surely sent, by stream
     * @param news what was heard last, by channel
     */
    record Summary(
            List<String> violations,
            Map<Integer, Long> streams,
            Map<String, Long> news,
            long published,
            long callsMade,
            long callsEnded,
            long callsAnswered,
            long sent,
            long refused,
            long heard,
            long missed,
            long streamed,
            long piped,
            long stuckStarted,
            long stuckCancelled) {}

    Summary summary(Map<Integer, Long> streams, Map<String, Long> news, long published) {
        return new Summary(
                List.copyOf(violations),
                streams,
                news,
                published,
                callsMade.get(),
                callsEnded.get(),
                callsAnswered.get(),
                sent.get(),
                refused.get(),
                heard.get(),
                missed.get(),
                streamed.get(),
                piped.get(),
                stuckStarted.get(),
                stuckCancelled.get());
    }

    /** Adds up what several ends did. */
    static Summary sum(List<SoakRecord> records) {
        SoakRecord all = new SoakRecord("all", text -> {});
        for (SoakRecord one : records) {
            all.callsMade.addAndGet(one.callsMade.get());
            all.callsEnded.addAndGet(one.callsEnded.get());
            all.callsAnswered.addAndGet(one.callsAnswered.get());
            all.sent.addAndGet(one.sent.get());
            all.refused.addAndGet(one.refused.get());
            all.heard.addAndGet(one.heard.get());
            all.missed.addAndGet(one.missed.get());
            all.streamed.addAndGet(one.streamed.get());
            all.piped.addAndGet(one.piped.get());
            all.stuckStarted.addAndGet(one.stuckStarted.get());
            all.stuckCancelled.addAndGet(one.stuckCancelled.get());
        }
        return all.summary(Map.of(), Map.of(), 0);
    }

    /** Notes what must not be, unless this end is meant to die. */
    void violation(String what) {
        String text = name + ": " + what;
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(text);
            onViolation.accept(text);
        }
    }

    /** From now on anything may fail, but all of it must still end. */
    void doom() {
        doomed.set(true);
    }

    boolean isDoomed() {
        return doomed.get();
    }

    /** Notes a failure that was not expected, unless this end is meant to die. */
    void failure(String what, Throwable failure) {
        if (!isDoomed()) {
            violation(what + " failed: " + failure);
        }
    }

    /** Follows a call to its end. */
    <R> void follow(String what, CompletableFuture<R> call, Expectation<R> expected) {
        callsMade.incrementAndGet();
        var unused = call.whenComplete((value, failure) -> ended(what, value, failure, expected));
    }

    /** Makes a call and waits for it. */
    <R> void await(String what, Blocking<R> call, Expectation<R> expected) {
        callsMade.incrementAndGet();
        R value = null;
        Throwable failure = null;
        try {
            value = call.call();
        } catch (IpcException e) {
            failure = e;
        }
        ended(what, value, failure, expected);
    }

    private <R> void ended(String what, R value, Throwable failure, Expectation<R> expected) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean isFailureOfPeer = cause instanceof IpcException || cause instanceof CancellationException;
        try {
            if (expected.isMet(value, cause)) {
                callsAnswered.incrementAndGet();
            } else if (!isDoomed() || !isFailureOfPeer) {
                violation(what + " ended with " + describe(value) + ", " + cause);
            }
        } finally {
            callsEnded.incrementAndGet();
        }
    }

    private static String describe(Object value) {
        return value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value);
    }

    /** Whether a call ended as it should have. */
    interface Expectation<R> {
        boolean isMet(R value, Throwable failure);
    }

    /** A call that waits. */
    interface Blocking<R> {
        R call();
    }
}
