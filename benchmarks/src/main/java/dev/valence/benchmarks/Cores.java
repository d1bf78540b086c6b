package dev.valence.benchmarks;

import java.util.Locale;

/** Where processes run. */
enum Cores {
    /** All threads of all processes of a contender on one core. */
    PINNED,
    /** Where the system puts them. */
    UNPINNED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
