package dev.valence;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A broadcast that was published.
 *
 * @param report who got it; complete at once in main, and after main has answered in a renderer. Fails with {@link
 *     ErrorCode#PEER_GONE} or {@link ErrorCode#CLOSED} if main's answer can no longer come
 */
public record Delivery(CompletableFuture<Report> report) {

    /**
     * Who got a broadcast.
     *
     * @param accepted ids of the renderers in whose queue it is
     * @param skipped ids of the subscribed renderers that had no room for it; each is told in its place
     */
    public record Report(Set<Integer> accepted, Set<Integer> skipped) {
        /** Copies the sets. */
        public Report {
            accepted = Set.copyOf(accepted);
            skipped = Set.copyOf(skipped);
        }
    }
}
