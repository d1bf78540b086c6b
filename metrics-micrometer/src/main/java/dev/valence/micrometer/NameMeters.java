package dev.valence.micrometer;

import dev.valence.Counters;
import dev.valence.main.RendererSnapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The meters of all renderers of one name in one registry. */
final class NameMeters {

    private final MeterGroup group;
    private final Glance glance;
    private final String name;
    private final Counter restarts;

    /**
     * Registers them.
     *
     * @param group an empty one, with the name as a tag
     */
    NameMeters(MeterGroup group, Glance glance, String name) {
        this.group = group;
        this.glance = glance;
        this.name = name;
        this.restarts = group.add(Counter.builder("valence.renderer.restarts")
                .description("Processes that took the place of another")
                .tags(group.tags())
                .register(group.registry()));
        group.add(TimeGauge.builder("valence.renderer.uptime", this::youngestNanos, TimeUnit.NANOSECONDS)
                .description("Uptime of the youngest process")
                .tags(group.tags())
                .register(group.registry()));
        gauge(
                "valence.renderer.memory.resident",
                "What their processes have in RAM",
                BaseUnits.BYTES,
                renderer -> renderer.residentBytes().orElse(0));
        gauge(
                "valence.renderer.queued",
                "What waits in main to be sent",
                BaseUnits.BYTES,
                renderer -> renderer.data().queuedBytes(),
                "lane",
                "data");
        gauge(
                "valence.renderer.credit",
                "What the renderers still have room for",
                BaseUnits.BYTES,
                renderer -> renderer.data().creditBytes(),
                "lane",
                "data");
        gauge(
                "valence.renderer.queued",
                "What waits in main to be sent",
                BaseUnits.BYTES,
                renderer -> renderer.replies().queuedBytes(),
                "lane",
                "replies");
        gauge(
                "valence.renderer.credit",
                "What the renderers still have room for",
                BaseUnits.BYTES,
                renderer -> renderer.replies().creditBytes(),
                "lane",
                "replies");
        gauge(
                "valence.renderer.requests",
                "Requests without an answer",
                null,
                renderer -> renderer.toRenderer().requests(),
                "direction",
                "to");
        gauge(
                "valence.renderer.streams",
                "Streams without an end",
                null,
                renderer -> renderer.toRenderer().streams(),
                "direction",
                "to");
        gauge(
                "valence.renderer.requests",
                "Requests without an answer",
                null,
                renderer -> renderer.fromRenderer().requests(),
                "direction",
                "from");
        gauge(
                "valence.renderer.streams",
                "Streams without an end",
                null,
                renderer -> renderer.fromRenderer().streams(),
                "direction",
                "from");
        gauge("valence.renderer.ports", "Open ports", null, RendererSnapshot::ports);
        gauge(
                "valence.renderer.lost",
                "Messages that did not reach the renderers",
                BaseUnits.MESSAGES,
                NameMeters::lost);
    }

    private void gauge(
            String meter,
            String description,
            @Nullable String unit,
            ToLongFunction<RendererSnapshot> number,
            String... further) {
        group.gauge(
                meter,
                description,
                unit,
                () -> glance.named(name).mapToLong(number).sum(),
                further);
    }

    private long youngestNanos() {
        return glance.named(name)
                .mapToLong(renderer -> renderer.uptime().toNanos())
                .min()
                .orElse(0);
    }

    private static long lost(RendererSnapshot renderer) {
        Counters counters = renderer.counters();
        return counters.undeliveredMessages() + counters.skippedBroadcasts() + counters.droppedRelays();
    }

    void restarting() {
        restarts.increment();
    }

    void remove() {
        group.remove();
    }
}
