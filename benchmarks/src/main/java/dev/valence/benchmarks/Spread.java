package dev.valence.benchmarks;

import java.util.Arrays;

/** Values of rounds: a median and what is around it. */
final class Spread {

    private final double[] values;

    Spread(double... values) {
        this.values = values;
    }

    boolean isEmpty() {
        return values.length == 0;
    }

    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double min() {
        return sorted()[0];
    }

    double max() {
        return sorted()[values.length - 1];
    }

    /** Returns the quotients, round by round. */
    Spread dividedBy(Spread other) {
        double[] quotients = new double[Math.min(values.length, other.values.length)];
        Arrays.setAll(quotients, i -> values[i] / other.values[i]);
        return new Spread(quotients);
    }

    double[] values() {
        return values.clone();
    }

    private double[] sorted() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
