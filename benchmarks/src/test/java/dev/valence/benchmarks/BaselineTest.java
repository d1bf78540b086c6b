package dev.valence.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {

    private static final String WORK = "rtt-64";

    @TempDir
    private Path directory;

    /** Round trips of Valence of so many microseconds, beside those of Netty of 10. */
    private static Results roundTrips(double... micros) {
        Results results = new Results();
        for (double each : micros) {
            add(results, "valence-async", each);
            add(results, "netty", 10);
        }
        return results;
    }

    private static void add(Results results, String contender, double micros) {
        Measured measured = Measured.parse("p50.0=" + 1000 * micros);
        results.add(Workload.roundTrip(WORK, 64), contender, Cores.PINNED, measured);
    }

    private static Results oneWay(double ours) {
        Results results = new Results();
        Workload workload = Workload.oneWay("oneway-64", 64);
        results.add(workload, "valence", Cores.PINNED, Measured.of(0).with("bytesPerNano", ours));
        results.add(workload, "netty", Cores.PINNED, Measured.of(0).with("bytesPerNano", 1));
        return results;
    }

    @Test
    void ratioWithinTheSpreadAndAQuarter_isNoLoss() {
        Baseline baseline = Baseline.of(roundTrips(10, 11, 12)); // at worst 1.2
        assertThat(baseline.losses(roundTrips(14.9, 14.9, 14.9))).isEmpty();
    }

    @Test
    void ratioBeyondThat_isALossThatIsExplained() {
        Baseline baseline = Baseline.of(roundTrips(10, 11, 12));
        assertThat(baseline.losses(roundTrips(15.1, 9, 15.1)))
                .containsExactly("rtt-64 valence-async / netty, pinned: 1.51 (expected: <= 1.50; the median was 1.10)");
    }

    @Test
    void whereMoreIsBetter_lessIsALoss() {
        Baseline baseline = Baseline.of(oneWay(1));
        assertThat(baseline.losses(oneWay(0.81))).isEmpty();
        assertThat(baseline.losses(oneWay(0.79))).hasSize(1);
        assertThat(baseline.losses(oneWay(100))).isEmpty();
    }

    @Test
    void whatWasNotMeasured_isNoLoss() {
        assertThat(Baseline.of(roundTrips(10)).losses(new Results())).isEmpty();
        assertThat(Baseline.of(new Results()).losses(roundTrips(10))).isEmpty();
    }

    @Test
    void file_keepsWhatIsCompared() throws Exception {
        Path file = directory.resolve("baseline.json");
        Baseline baseline = Baseline.of(roundTrips(10, 12));
        baseline.write(file);
        assertThat(Baseline.read(file)).isEqualTo(baseline);
    }

    @Test
    void report_keepsAllRoundsAndTakesWhatIsNew() throws Exception {
        Path file = directory.resolve("report.json");
        Report.of(roundTrips(10, 12)).with(Report.of(oneWay(2))).write(file);

        Results read = Report.of(oneWay(3)).with(Report.read(file)).results();

        Series roundTrip = new Series(WORK, "valence-async", Cores.PINNED);
        assertThat(read.values(roundTrip).values()).containsExactly(10, 12);
        assertThat(read.values(new Series("oneway-64", "valence", Cores.PINNED)).median())
                .isEqualTo(3 * 1e6 / 64);
    }

    @Test
    void promises_haveTitlesOfTheirOwn() {
        List<String> titles = Criterion.all().stream().map(Criterion::title).toList();
        assertThat(titles).doesNotHaveDuplicates().hasSizeGreaterThan(30);
    }
}
