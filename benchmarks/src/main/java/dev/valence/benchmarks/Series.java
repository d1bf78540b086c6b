package dev.valence.benchmarks;

/**
 * What is measured once a round.
 *
 * @param workload its name
 * @param contender its name
 * @param cores where
 */
record Series(String workload, String contender, Cores cores) {}
