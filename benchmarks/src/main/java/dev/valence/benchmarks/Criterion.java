package dev.valence.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * A promise about a ratio.
 *
 * @param title what is compared
 * @param ours of Valence
 * @param theirs of another
 * @param bound whether the ratio is to be low or high
 * @param limit of the median of the ratios of the rounds
 */
record Criterion(String title, Series ours, Series theirs, Bound bound, double limit) {

    /** Which side of the limit is good. */
    enum Bound {
        AT_MOST("<="),
        AT_LEAST(">=");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }

        boolean holds(double value, double limit) {
            return this == AT_MOST ? value <= limit : value >= limit;
        }

        @Override
        public String toString() {
            return sign;
        }
    }

    /** Returns the ratio of every round; empty if one of the two was not measured. */
    Spread ratio(Results results) {
        return results.values(ours).dividedBy(results.values(theirs));
    }

    /** Returns all promises. */
    static List<Criterion> all() {
        List<Criterion> all = new ArrayList<>();
        for (Cores cores : Cores.values()) {
            boolean pinned = cores == Cores.PINNED; // else ahead is enough
            roundTrip(all, cores, "valence-async", "netty", pinned ? 1.25 : 1);
            roundTrip(all, cores, "valence-async", "rsocket", 1);
            roundTrip(all, cores, "valence-async", "grpc-async", pinned ? 0.4 : 1);
            if (pinned) {
                roundTrip(all, cores, "valence-sync", "c", 1.6);
            }
            roundTrip(all, cores, "valence-sync", "rsocket-blocking", pinned ? 0.7 : 1);
            roundTrip(all, cores, "valence-sync", "grpc-blocking", pinned ? 0.25 : 1);
            roundTrip(all, cores, "valence-default", "grpc-default", pinned ? 0.35 : 1);
            roundTrip(all, cores, "valence-default", "rmi", pinned ? 1.25 : 1);
        }
        return all;
    }

    private static void roundTrip(List<Criterion> all, Cores cores, String ours, String theirs, double limit) {
        String workload = "rtt-64";
        all.add(new Criterion(
                workload + " " + ours + " / " + theirs,
                new Series(workload, ours, cores),
                new Series(workload, theirs, cores),
                Bound.AT_MOST,
                limit));
    }
}
