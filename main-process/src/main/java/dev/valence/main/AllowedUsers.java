package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.PeerCredentials;
import java.util.Set;
import java.util.TreeSet;

/**
 * The users whose processes may connect, by number.
 *
 * @param own user of this process, -1 if the platform does not tell
 * @param further those that the options name
 */
record AllowedUsers(long own, Set<Long> further) {

    /** The kernel counts in 32 bits and keeps the last number for "no user". */
    private static final long LAST = 0xFFFF_FFFEL;

    /** Returns the user of this process and further ones. */
    static AllowedUsers ownAnd(Set<Long> further) {
        return new AllowedUsers(OwnUser.id(), further);
    }

    /** Throws if no user can have this number. */
    static void checkNumber(long userId) {
        if (userId < 0 || userId > LAST) {
            throw new IllegalArgumentException("user id: " + userId + " (expected: 0 to " + LAST + ")");
        }
    }

    /**
     * Lets a peer pass, or does not. One of whom the platform tells no user passes: the directory of the socket and the
     * token are what keeps others out there.
     *
     * @throws IpcException with REJECTED if it is of another user
     */
    void check(PeerCredentials peer) {
        long userId = peer.userId();
        if (own < 0 || userId < 0 || userId == own || further.contains(userId)) {
            return;
        }
        String shown = userId == PeerCredentials.SOMEBODY_ELSE ? "not that of main" : Long.toString(userId);
        throw new IpcException(ErrorCode.REJECTED, "user id: " + shown + " (expected: " + expected() + ")");
    }

    private String expected() {
        if (further.isEmpty()) {
            return Long.toString(own);
        }
        Set<Long> all = new TreeSet<>(further);
        all.add(own);
        return "one of " + all;
    }
}
