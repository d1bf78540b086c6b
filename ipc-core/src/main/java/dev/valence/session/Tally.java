package dev.valence.session;

import dev.valence.Counters;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Counts what a process drops and refuses, or what it does so with one of its peers, see {@link Counters}. */
public final class Tally {

    private static final int UNHANDLED_MESSAGES = 0;
    private static final int UNDELIVERED_MESSAGES = 1;
    private static final int REFUSED_SENDS = 2;
    private static final int FULL_QUEUES = 3;
    private static final int SKIPPED_BROADCASTS = 4;
    private static final int DROPPED_RELAYS = 5;
    private static final int UNTOLD_GAPS = 6;
    private static final int DENIED_FRAMES = 7;
    private static final int DENIED_USES = 8;
    private static final int REFUSED_REQUESTS = 9;
    private static final int DROPPED_REPLIES = 10;
    private static final int LATE_ANSWERS = 11;
    private static final int KINDS = 12;

    private final @Nullable Tally whole; // null for that of a process
    private final AtomicLongArray counts = new AtomicLongArray(KINDS); // what is counted is rare

    /** Makes the tally of a process. */
    public Tally() {
        this(null);
    }

    private Tally(@Nullable Tally whole) {
        this.whole = whole;
    }

    /** Returns the tally of one peer: what it counts is counted here too. */
    public Tally part() {
        return new Tally(this);
    }

    private void count(int what) {
        for (Tally tally = this; tally != null; tally = tally.whole) {
            tally.counts.incrementAndGet(what);
        }
    }

    /** A message arrived that nobody listens to. */
    public void countUnhandledMessage() {
        count(UNHANDLED_MESSAGES);
    }

    /** A message was queued whose receiver ended before it was written. */
    public void countUndeliveredMessage() {
        count(UNDELIVERED_MESSAGES);
    }

    /** {@code trySend} returned false. */
    public void countRefusedSend() {
        count(REFUSED_SENDS);
    }

    /** Something failed with BACKPRESSURE. */
    public void countFullQueue() {
        count(FULL_QUEUES);
    }

    /** A subscriber had no room for a broadcast. */
    public void countSkippedBroadcast() {
        count(SKIPPED_BROADCASTS);
    }

    /** A message of one renderer did not reach the other that it was meant for. */
    public void countDroppedRelay() {
        count(DROPPED_RELAYS);
    }

    /** A broadcast or relayed message was dropped of which its receiver is not told. */
    public void countUntoldGap() {
        count(UNTOLD_GAPS);
    }

    /** A frame came that its sender may not send. */
    public void countDeniedFrame() {
        count(DENIED_FRAMES);
    }

    /** This process did not do what permissions forbid. */
    public void countDeniedUse() {
        count(DENIED_USES);
    }

    /** A request went beyond the bound on unanswered ones. */
    public void countRefusedRequest() {
        count(REFUSED_REQUESTS);
    }

    /** Nothing can complete the stage of a handler any more. */
    public void countDroppedReply() {
        count(DROPPED_REPLIES);
    }

    /** An answer came after its call had ended. */
    public void countLateAnswer() {
        count(LATE_ANSWERS);
    }

    /** Returns the counts of this moment. */
    public Counters counters() {
        return new Counters(
                read(UNHANDLED_MESSAGES),
                read(UNDELIVERED_MESSAGES),
                read(REFUSED_SENDS),
                read(FULL_QUEUES),
                read(SKIPPED_BROADCASTS),
                read(DROPPED_RELAYS),
                read(UNTOLD_GAPS),
                read(DENIED_FRAMES),
                read(DENIED_USES),
                read(REFUSED_REQUESTS),
                read(DROPPED_REPLIES),
                read(LATE_ANSWERS));
    }

    private long read(int what) {
        return counts.get(what);
    }
}
