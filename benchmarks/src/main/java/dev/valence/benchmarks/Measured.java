package dev.valence.benchmarks;

import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers of one measurement.
 *
 * @param values by name
 */
record Measured(Map<String, Double> values) {

    /** Returns what an answer says as {@code name=value}, with spaces between. */
    static Measured parse(String answer) {
        Map<String, Double> values = new TreeMap<>();
        for (String word : answer.trim().split(" ")) {
            int equals = word.indexOf('=');
            values.put(word.substring(0, equals), Double.parseDouble(word.substring(equals + 1)));
        }
        return new Measured(values);
    }

    static Measured of(double value) {
        return new Measured(Map.of("value", value));
    }

    Measured with(String name, double value) {
        Map<String, Double> more = new TreeMap<>(values);
        more.put(name, value);
        return new Measured(more);
    }

    double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalStateException(name + ": not measured (expected: one of " + values.keySet() + ")");
        }
        return value;
    }
}
