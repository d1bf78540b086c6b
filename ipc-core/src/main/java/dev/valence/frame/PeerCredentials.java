package dev.valence.frame;

/**
 * Whom the kernel says the peer of a Unix socket is.
 *
 * @param userId numeric user, {@link #SOMEBODY_ELSE}, or -1 if the platform does not tell
 * @param processId process, or -1 if the platform does not tell
 */
public record PeerCredentials(long userId, long processId) {

    /** The number of no user: the peer is certainly not the user of this process, and the platform does not say who. */
    public static final long SOMEBODY_ELSE = Long.MAX_VALUE;
}
