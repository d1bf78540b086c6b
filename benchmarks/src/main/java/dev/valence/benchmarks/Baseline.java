package dev.valence.benchmarks;

import dev.valence.benchmarks.Criterion.Bound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ratios of a former run, which a later one is compared with. Ratios, not times: another machine, or a busy one, is slower
 * for all.
 *
 * @param ratios by promise
 */
record Baseline(List<Ratio> ratios) {

    /** A loss beyond the spread of the former run that is not taken for chance. */
    static final double TOLERATED_LOSS = 0.25;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * What was measured of a promise.
     *
     * @param title of the promise
     * @param median of the rounds
     * @param worst of the rounds
     */
    record Ratio(String title, double median, double worst) {}

    /** Returns what was measured of ratios; values without a counterpart are of one machine only and left out. */
    static Baseline of(Results results) {
        List<Ratio> ratios = new ArrayList<>();
        for (Criterion criterion : Criterion.all()) {
            Spread values = criterion.values(results);
            if (criterion.theirs() != null && !values.isEmpty()) {
                double worst = criterion.bound() == Bound.AT_MOST ? values.max() : values.min();
                ratios.add(new Ratio(criterion.title(), values.median(), worst));
            }
        }
        return new Baseline(ratios);
    }

    static Baseline read(Path file) throws IOException {
        return JSON.readValue(Files.readString(file), Baseline.class);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** Returns what has been lost since, a line each. */
    List<String> losses(Results results) {
        List<String> losses = new ArrayList<>();
        for (Criterion criterion : Criterion.all()) {
            Spread values = criterion.values(results);
            for (Ratio former : ratios) {
                if (former.title().equals(criterion.title()) && !values.isEmpty()) {
                    loss(criterion, former, values.median()).ifPresent(losses::add);
                }
            }
        }
        return losses;
    }

    private static Optional<String> loss(Criterion criterion, Ratio former, double median) {
        boolean isLow = criterion.bound() == Bound.AT_MOST;
        double limit = isLow ? former.worst() * (1 + TOLERATED_LOSS) : former.worst() / (1 + TOLERATED_LOSS);
        if (criterion.bound().holds(median, limit)) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "%s: %.2f (expected: %s %.2f; the median was %.2f)",
                criterion.title(),
                median,
                criterion.bound(),
                limit,
                former.median()));
    }
}
