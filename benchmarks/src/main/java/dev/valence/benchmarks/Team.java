package dev.valence.benchmarks;

import java.util.List;

/**
 * Contenders that do the same work, one after the other, and what they do.
 *
 * @param name short, without spaces
 * @param contenders whose processes live as long as the team works
 * @param workloads done in this order
 */
record Team(String name, List<Contender> contenders, List<Workload> workloads) {

    boolean isPublishing() {
        return workloads.stream().anyMatch(workload -> workload.subscribers() > 0);
    }
}
