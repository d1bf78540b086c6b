package dev.valence;

/**
 * What a process dropped and refused since it started, so that nothing is lost silently. {@code docs/errors.md} says what
 * each points to.
 *
 * @param unhandledMessages messages that arrived and nobody listened to
 * @param undeliveredMessages messages and broadcasts in a queue when the process they were for ended, or was closed before
 *     it was ready
 * @param refusedSends {@code trySend} that returned false
 * @param fullQueues sends, broadcasts, calls and replies of this process that failed with {@link ErrorCode#BACKPRESSURE}
 * @param skippedBroadcasts broadcasts, counted by subscriber, for which a subscriber had no room
 * @param droppedRelays messages of one renderer to another for which that one had no room, or that had nowhere to go
 * @param untoldGaps those among the skipped and dropped ones that their receiver is not told of
 * @param deniedFrames frames of a peer that its permissions forbid
 * @param deniedUses sends, calls, handlers and subscriptions of this process that permissions forbid
 * @param refusedRequests requests beyond the bound on unanswered ones, of this process and of its peers
 * @param droppedReplies requests whose handler returned a stage that nothing can complete any more
 * @param lateAnswers answers that came when their call was over
 */
public record Counters(
        long unhandledMessages,
        long undeliveredMessages,
        long refusedSends,
        long fullQueues,
        long skippedBroadcasts,
        long droppedRelays,
        long untoldGaps,
        long deniedFrames,
        long deniedUses,
        long refusedRequests,
        long droppedReplies,
        long lateAnswers) {}
