package dev.valence.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints what was measured. */
final class Table {

    private final Results results;
    private final PrintStream out;

    Table(Results results, PrintStream out) {
        this.results = results;
        this.out = out;
    }

    void print() {
        String heading = "";
        for (Series series : sorted()) {
            String next = series.workload() + ", " + series.cores();
            if (!next.equals(heading)) {
                heading = next;
                out.printf(
                        "%n%-34s %10s %-24s rounds%n",
                        heading,
                        "median",
                        "      min .. max, " + results.workload(series).metric().unit());
            }
            Spread values = results.values(series);
            out.printf(
                    Locale.ROOT,
                    "  %-32s %10.2f %10.2f .. %-10.2f",
                    series.contender(),
                    values.median(),
                    values.min(),
                    values.max());
            for (double value : values.values()) {
                out.printf(Locale.ROOT, " %.2f", value);
            }
            out.println();
        }
        out.printf("%n%-52s %8s %9s %18s%n", "promise", "limit", "measured", "min .. max");
        for (Criterion criterion : Criterion.all()) {
            Spread ratio = criterion.values(results);
            if (!ratio.isEmpty()) {
                out.printf(
                        Locale.ROOT,
                        "%-52s %2s %5.2f %9.2f %9.2f .. %-5.2f  %s%n",
                        criterion.title(),
                        criterion.bound(),
                        criterion.limit(),
                        ratio.median(),
                        ratio.min(),
                        ratio.max(),
                        criterion.bound().holds(ratio.median(), criterion.limit()) ? "held" : "NOT HELD");
            }
        }
    }

    private List<Series> sorted() {
        return results.series().stream()
                .sorted((a, b) -> {
                    int byWorkload = a.workload().compareTo(b.workload());
                    return byWorkload != 0 ? byWorkload : a.cores().compareTo(b.cores());
                })
                .toList(); // stable: contenders in the order in which they worked
    }
}
