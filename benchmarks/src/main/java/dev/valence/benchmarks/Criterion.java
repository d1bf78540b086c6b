package dev.valence.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A promise about a ratio, or about a value.
 *
 * @param title what is compared
 * @param ours of Valence
 * @param theirs of another; null if the value itself is limited
 * @param bound whether the ratio is to be low or high
 * @param limit of the median of the rounds
 */
record Criterion(String title, Series ours, @Nullable Series theirs, Bound bound, double limit) {

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

    /** Returns what is limited, of every round; empty if it was not measured. */
    Spread values(Results results) {
        Spread values = results.values(ours);
        return theirs == null ? values : values.dividedBy(results.values(theirs));
    }

    /** Returns whether a promise is about a workload. */
    static boolean isAbout(String workload) {
        return all().stream().anyMatch(criterion -> criterion.ours.workload().equals(workload));
    }

    /** Returns all promises. */
    static List<Criterion> all() {
        List<Criterion> all = new ArrayList<>();
        roundTrips(all);
        throughput(all, "pipelined-64", "rsocket", 2);
        throughput(all, "pipelined-64", "grpc", 5);
        throughput(all, "pipelined-64", "node", 1);
        throughput(all, "oneway-64", "netty", 1);
        throughput(all, "oneway-64", "rsocket", 2.5);
        throughput(all, "oneway-64", "grpc", 4);
        throughput(all, "oneway-1k", "rsocket", 2);
        for (String size : List.of("1m", "64m")) {
            throughput(all, "bandwidth-" + size, "netty", 0.7);
            throughput(all, "bandwidth-" + size, "grpc", 3);
            throughput(all, "bandwidth-" + size, "node", 1);
        }
        for (int subscribers : new int[] {16, 64}) {
            throughput(all, "broadcast-" + subscribers, "grpc", 2);
            throughput(all, "broadcast-" + subscribers, "netty", 0.9);
        }
        value(all, new Series("garbage-sender", "valence-default", Cores.PINNED), 200);
        value(all, new Series("garbage-receiver", "valence-default", Cores.PINNED), 200);
        value(all, new Series("connection-heap", "valence", Cores.UNPINNED), 8 * 1024);
        for (int jdk : new int[] {17, 25}) {
            String launch = "launch-" + jdk;
            add(all, new Series(launch, "cold", Cores.UNPINNED), "bare", Bound.AT_MOST, 5);
            add(all, new Series(launch, "archive", Cores.UNPINNED), "bare", Bound.AT_MOST, 3);
            value(all, new Series(launch, "spare", Cores.UNPINNED), 30);
        }
        value(all, new Series("idle-cpu", "above-bare", Cores.UNPINNED), 1);
        return all;
    }

    private static void value(List<Criterion> all, Series ours, double limit) {
        all.add(new Criterion(ours.workload() + " " + ours.contender(), ours, null, Bound.AT_MOST, limit));
    }

    private static void roundTrips(List<Criterion> all) {
        roundTrip(all, Cores.PINNED, "valence-async", "netty", 1.25);
        roundTrip(all, Cores.PINNED, "valence-async", "rsocket", 1);
        roundTrip(all, Cores.PINNED, "valence-async", "grpc-async", 0.4);
        roundTrip(all, Cores.PINNED, "valence-sync", "c", 1.6);
        roundTrip(all, Cores.PINNED, "valence-sync", "rsocket-blocking", 0.7);
        roundTrip(all, Cores.PINNED, "valence-sync", "grpc-blocking", 0.25);
        roundTrip(all, Cores.PINNED, "valence-default", "grpc-default", 0.35);
        roundTrip(all, Cores.PINNED, "valence-default", "rmi", 1.25);
        // Ahead, wherever the system lets the threads run, of those that do the same: answer on the I/O thread, or not.
        roundTrip(all, Cores.UNPINNED, "valence-async", "rsocket", 1);
        roundTrip(all, Cores.UNPINNED, "valence-async", "node", 1);
        roundTrip(all, Cores.UNPINNED, "valence-sync", "rsocket-blocking", 1);
        roundTrip(all, Cores.UNPINNED, "valence-sync", "node", 1);
        roundTrip(all, Cores.UNPINNED, "valence-default", "grpc-default", 1);
    }

    private static void roundTrip(List<Criterion> all, Cores cores, String ours, String theirs, double limit) {
        add(all, new Series("rtt-64", ours, cores), theirs, Bound.AT_MOST, limit);
    }

    private static void throughput(List<Criterion> all, String workload, String theirs, double limit) {
        add(all, new Series(workload, "valence", Cores.PINNED), theirs, Bound.AT_LEAST, limit);
    }

    private static void add(List<Criterion> all, Series ours, String theirs, Bound bound, double limit) {
        String title = ours.workload() + " " + ours.contender() + " / " + theirs + ", " + ours.cores();
        all.add(new Criterion(title, ours, new Series(ours.workload(), theirs, ours.cores()), bound, limit));
    }
}
