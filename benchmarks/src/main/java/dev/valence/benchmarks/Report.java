package dev.valence.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run leaves in a file.
 *
 * @param about machine, JDK and date
 * @param series what was measured
 */
record Report(Map<String, String> about, List<Entry> series) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * A series.
     *
     * @param workload what was done
     * @param contender by whom
     * @param cores where
     * @param values what counts, of every round, in the unit of the metric
     * @param details all that was measured, of every round
     */
    record Entry(
            Workload workload, String contender, Cores cores, List<Double> values, List<Map<String, Double>> details) {}

    static Report of(Results results) throws IOException {
        List<Entry> series = new ArrayList<>();
        for (Series each : results.series()) {
            List<Measured> details = results.details(each);
            Workload workload = results.workload(each);
            series.add(new Entry(
                    workload,
                    each.contender(),
                    each.cores(),
                    details.stream().map(workload::value).toList(),
                    details.stream().map(Measured::values).toList()));
        }
        return new Report(machine(), series);
    }

    private static Map<String, String> machine() throws IOException {
        Map<String, String> about = new TreeMap<>();
        about.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        about.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        about.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        about.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        Path cpu = Path.of("/proc/cpuinfo");
        if (Files.exists(cpu)) {
            Files.readAllLines(cpu).stream()
                    .filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .ifPresent(line -> about.put(
                            "cpu", line.substring(line.indexOf(':') + 1).trim()));
        }
        return about;
    }

    static Report read(Path file) throws IOException {
        return JSON.readValue(Files.readString(file), Report.class);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** Returns a copy with what another has and this has not. */
    Report with(Report other) {
        Map<Series, Entry> all = new LinkedHashMap<>();
        other.series.forEach(entry -> all.put(key(entry), entry));
        series.forEach(entry -> all.put(key(entry), entry));
        return new Report(about, List.copyOf(all.values()));
    }

    private static Series key(Entry entry) {
        return new Series(entry.workload().name(), entry.contender(), entry.cores());
    }

    Results results() {
        Results results = new Results();
        for (Entry entry : series) {
            for (Map<String, Double> values : entry.details()) {
                results.add(entry.workload(), entry.contender(), entry.cores(), new Measured(values));
            }
        }
        return results;
    }
}
