package dev.valence.session;

import dev.valence.Counters;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a process drops and refuses, see {@link Counters}. */
public final class Tally {

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

    /** A message arrived that nobody listens to. */
    public void countUnhandledMessage() {
        unhandledMessages.increment();
    }

    /** A message was queued whose receiver ended before it was written. */
    public void countUndeliveredMessage() {
        undeliveredMessages.increment();
    }

    /** {@code trySend} returned false. */
    public void countRefusedSend() {
        refusedSends.increment();
    }

    /** Something failed with BACKPRESSURE. */
    public void countFullQueue() {
        fullQueues.increment();
    }

    /** A subscriber had no room for a broadcast. */
    public void countSkippedBroadcast() {
        skippedBroadcasts.increment();
    }

    /** A message of one renderer did not reach the other that it was meant for. */
    public void countDroppedRelay() {
        droppedRelays.increment();
    }

    /** A broadcast or relayed message was dropped of which its receiver is not told. */
    public void countUntoldGap() {
        untoldGaps.increment();
    }

    /** A frame came that its sender may not send. */
    public void countDeniedFrame() {
        deniedFrames.increment();
    }

    /** This process did not do what permissions forbid. */
    public void countDeniedUse() {
        deniedUses.increment();
    }

    /** A request went beyond the bound on unanswered ones. */
    public void countRefusedRequest() {
        refusedRequests.increment();
    }

    /** Nothing can complete the stage of a handler any more. */
    public void countDroppedReply() {
        droppedReplies.increment();
    }

    /** An answer came after its call had ended. */
    public void countLateAnswer() {
        lateAnswers.increment();
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
