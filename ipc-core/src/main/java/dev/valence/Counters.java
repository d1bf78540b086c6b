package dev.valence;

/**
 * What a process dropped since it started, so that nothing is lost silently.
 *
 * @param unhandledMessages messages that arrived and nobody listened to
 * @param refusedSends {@code trySend} that returned false
 * @param skippedBroadcasts broadcasts, counted by subscriber, for which a subscriber had no room
 * @param deniedFrames frames that the sender's permissions forbid
 */
public record Counters(long unhandledMessages, long refusedSends, long skippedBroadcasts, long deniedFrames) {}
