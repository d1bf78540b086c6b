package dev.valence.benchmarks;

import java.util.List;

/**
 * What is done, and what counts of it.
 *
 * @param name short, without spaces
 * @param command of the end that works, where {@code CALLS} stands for how the contender calls
 * @param bytes of a message
 * @param subscribers how many there are together; 0 if nothing is published
 * @param metric what counts
 */
record Workload(String name, String command, int bytes, int subscribers, Metric metric) {

    /** What counts of a measurement. */
    enum Metric {
        /** Half of the calls take no longer. */
        LATENCY("µs"),
        /** One call in a hundred takes longer. */
        TAIL("µs at p99"),
        /** Calls that ended. */
        CALLS("k/s"),
        /** Messages that listeners got. */
        MESSAGES("k/s"),
        /** Bytes that listeners got. */
        BANDWIDTH("MB/s"),
        /** A time that was taken once. */
        MILLIS("ms"),
        /** A time of the processors. */
        CPU_SECONDS("s"),
        /** Memory. */
        BYTES("B");

        private final String unit;

        Metric(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }

        /** Returns whether messages are counted where they arrive. */
        boolean isOfReceiver() {
            return this == MESSAGES || this == BANDWIDTH;
        }
    }

    static Workload roundTrip(String name, int bytes) {
        return new Workload(name, "start CALLS " + bytes + " 1", bytes, 0, Metric.LATENCY);
    }

    static Workload pipelined(String name, int bytes, int inFlight) {
        return new Workload(name, "start async " + bytes + " " + inFlight, bytes, 0, Metric.CALLS);
    }

    static Workload mixed(String name, int bytes, int largeBytes) {
        return new Workload(name, "start mixed " + bytes + " " + largeBytes, bytes, 0, Metric.TAIL);
    }

    static Workload oneWay(String name, int bytes) {
        return new Workload(name, "start flood " + bytes, bytes, 0, Metric.MESSAGES);
    }

    static Workload bandwidth(String name, int bytes) {
        return new Workload(name, "start flood " + bytes, bytes, 0, Metric.BANDWIDTH);
    }

    static Workload broadcast(String name, int bytes, int subscribers) {
        return new Workload(name, "start publish " + bytes + " " + subscribers, bytes, subscribers, Metric.MESSAGES);
    }

    /** What is not done by commands. */
    static Workload probe(String name, Metric metric) {
        return new Workload(name, "", 0, 0, metric);
    }

    String command(Contender contender) {
        return command.replace("CALLS", contender.calls());
    }

    /** Returns what counts of a measurement, in the unit of the metric. */
    double value(Measured measured) {
        return switch (metric) {
            case LATENCY -> measured.get("p50.0") / 1000;
            case TAIL -> measured.get("p99.0") / 1000;
            case CALLS -> measured.get("calls") / measured.get("nanos") * 1e6;
            case MESSAGES -> measured.get("bytesPerNano") / bytes * 1e6;
            case BANDWIDTH -> measured.get("bytesPerNano") * 1e3;
            case MILLIS, CPU_SECONDS, BYTES -> measured.get("value");
        };
    }

    /** Returns how much was done in a time, whatever counts: more is faster. */
    double rate(Measured measured) {
        return metric.isOfReceiver() ? measured.get("bytesPerNano") : measured.get("calls") / measured.get("nanos");
    }

    /** Makes one measurement of those of all receivers. */
    static Measured together(List<Measured> ends) {
        double sum = 0;
        for (Measured end : ends) {
            double nanos = end.get("receiptNanos");
            sum += nanos > 0 ? end.get("receivedBytes") / nanos : 0;
        }
        return ends.get(0).with("bytesPerNano", sum);
    }
}
