package dev.valence.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Meters that come and go together.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class MeterGroup {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();

    /**
     * Makes a group without meters.
     *
     * @param tags of all its meters
     */
    MeterGroup(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    MeterRegistry registry() {
        return registry;
    }

    Tags tags() {
        return tags;
    }

    <M extends Meter> M add(M meter) {
        meters.add(meter);
        return meter;
    }

    /**
     * Adds a gauge.
     *
     * @param unit null for a plain number
     * @param further keys and values of tags
     */
    void gauge(String name, String description, @Nullable String unit, LongSupplier value, String... further) {
        add(Gauge.builder(name, value::getAsLong)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .tags(further)
                .register(registry));
    }

    void remove() {
        meters.forEach(registry::remove);
    }
}
