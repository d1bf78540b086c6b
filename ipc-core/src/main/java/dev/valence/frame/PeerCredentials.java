package dev.valence.frame;

/**
 * Whom the kernel says the peer of a Unix socket is.
 *
 * @param userId numeric user, or -1 if the platform does not tell
 * @param processId process, or -1 if the platform does not tell
 */
public record PeerCredentials(long userId, long processId) {}
