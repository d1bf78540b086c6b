package dev.valence.benchmarks;

/**
 * What is done, and what counts of it.
 *
 * @param name short, without spaces
 * @param command of the end that works, where {@code CALLS} stands for how the contender calls
 * @param metric what counts
 */
record Workload(String name, String command, Metric metric) {

    /** What counts of a measurement. */
    enum Metric {
        /** Half of the calls take no longer. */
        LATENCY("µs") {
            @Override
            double of(Measured measured) {
                return measured.get("p50.0") / 1000;
            }
        },
        /** Calls that ended. */
        CALLS("k/s") {
            @Override
            double of(Measured measured) {
                return measured.get("calls") / measured.get("nanos") * 1e6;
            }
        };

        private final String unit;

        Metric(String unit) {
            this.unit = unit;
        }

        abstract double of(Measured measured);

        String unit() {
            return unit;
        }
    }

    static Workload roundTrip(String name, int bytes) {
        return new Workload(name, "start CALLS " + bytes + " 1", Metric.LATENCY);
    }

    String command(Contender contender) {
        return command.replace("CALLS", contender.calls());
    }
}
