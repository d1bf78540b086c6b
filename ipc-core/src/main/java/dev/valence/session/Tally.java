package dev.valence.session;

import dev.valence.Counters;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counts what a process drops and refuses, or what it does so with one of its peers, see {@link Counters}. */
public final class Tally {

    private final @Nullable Tally whole; // null for that of a process
    private final LongAdder unhandledMessages = new LongAdder();
    private final LongAdder undeliveredMessages = new LongAdder();
    private final LongAdder refusedSends = new LongAdder();
    private final LongAdder fullQueues = new LongAdder();
    private final LongAdder skippedBroadcasts = new LongAdder();
    private final LongAdder droppedRelays = new LongAdder();
    private final LongAdder untoldGaps = new LongAdder();
    private final LongAdder deniedFrames = new LongAdder();
    private final LongAdder deniedUses = new LongAdder();
    private final LongAdder refusedRequests = new LongAdder();
    private final LongAdder droppedReplies = new LongAdder();
    private final LongAdder lateAnswers = new LongAdder();

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

    private void count(Function<Tally, LongAdder> what) {
        for (Tally tally = this; tally != null; tally = tally.whole) {
            what.apply(tally).increment();
        }
    }

    /** A message arrived that nobody listens to. */
    public void countUnhandledMessage() {
        count(tally -> tally.unhandledMessages);
    }

    /** A message was queued whose receiver ended before it was written. */
    public void countUndeliveredMessage() {
        count(tally -> tally.undeliveredMessages);
    }

    /** {@code trySend} returned false. */
    public void countRefusedSend() {
        count(tally -> tally.refusedSends);
    }

    /** Something failed with BACKPRESSURE. */
    public void countFullQueue() {
        count(tally -> tally.fullQueues);
    }

    /** A subscriber had no room for a broadcast. */
    public void countSkippedBroadcast() {
        count(tally -> tally.skippedBroadcasts);
    }

    /** A message of one renderer did not reach the other that it was meant for. */
    public void countDroppedRelay() {
        count(tally -> tally.droppedRelays);
    }

    /** A broadcast or relayed message was dropped of which its receiver is not told. */
    public void countUntoldGap() {
        count(tally -> tally.untoldGaps);
    }

    /** A frame came that its sender may not send. */
    public void countDeniedFrame() {
        count(tally -> tally.deniedFrames);
    }

    /** This process did not do what permissions forbid. */
    public void countDeniedUse() {
        count(tally -> tally.deniedUses);
    }

    /** A request went beyond the bound on unanswered ones. */
    public void countRefusedRequest() {
        count(tally -> tally.refusedRequests);
    }

    /** Nothing can complete the stage of a handler any more. */
    public void countDroppedReply() {
        count(tally -> tally.droppedReplies);
    }

    /** An answer came after its call had ended. */
    public void countLateAnswer() {
        count(tally -> tally.lateAnswers);
    }

    /** Returns the counts of this moment. */
    public Counters counters() {
        return new Counters(
                unhandledMessages.sum(),
                undeliveredMessages.sum(),
                refusedSends.sum(),
                fullQueues.sum(),
                skippedBroadcasts.sum(),
                droppedRelays.sum(),
                untoldGaps.sum(),
                deniedFrames.sum(),
                deniedUses.sum(),
                refusedRequests.sum(),
                droppedReplies.sum(),
                lateAnswers.sum());
    }
}
