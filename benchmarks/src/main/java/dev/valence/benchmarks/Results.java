package dev.valence.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured, by series and round. */
final class Results {

    private final Map<Series, List<Measured>> rounds = new LinkedHashMap<>();
    private final Map<String, Workload> workloads = new LinkedHashMap<>();

    void add(Workload workload, String contender, Cores cores, Measured measured) {
        workloads.put(workload.name(), workload);
        rounds.computeIfAbsent(new Series(workload.name(), contender, cores), key -> new ArrayList<>())
                .add(measured);
    }

    /** Returns all that was measured, in the order in which it was first. */
    List<Series> series() {
        return List.copyOf(rounds.keySet());
    }

    /** Returns the work of a series that was measured. */
    Workload workload(Series series) {
        Workload workload = workloads.get(series.workload());
        if (workload == null) {
            throw new IllegalArgumentException(series + " (expected: one that was measured)");
        }
        return workload;
    }

    /** Returns what counts, of every round; empty if it was not measured. */
    Spread values(Series series) {
        List<Measured> details = details(series);
        return details.isEmpty()
                ? new Spread()
                : new Spread(
                        details.stream().mapToDouble(workload(series)::value).toArray());
    }

    /** Returns all that was measured, of every round. */
    List<Measured> details(Series series) {
        return rounds.getOrDefault(series, List.of());
    }
}
