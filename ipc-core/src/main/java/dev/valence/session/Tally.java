package dev.valence.session;

import dev.valence.Counters;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a process drops. */
public final class Tally {

    private final LongAdder unhandledMessages = new LongAdder();
    private final LongAdder refusedSends = new LongAdder();
    private final LongAdder skippedBroadcasts = new LongAdder();
    private final LongAdder deniedFrames = new LongAdder();

    /** A message arrived that nobody listens to. */
    public void countUnhandledMessage() {
        unhandledMessages.increment();
    }

    /** {@code trySend} returned false. */
    public void countRefusedSend() {
        refusedSends.increment();
    }

    /** A subscriber had no room for a broadcast. */
    public void countSkippedBroadcast() {
        skippedBroadcasts.increment();
    }

    /** A frame came that its sender may not send. */
    public void countDeniedFrame() {
        deniedFrames.increment();
    }

    /** Returns the counts of this moment. */
    public Counters counters() {
        return new Counters(unhandledMessages.sum(), refusedSends.sum(), skippedBroadcasts.sum(), deniedFrames.sum());
    }
}
