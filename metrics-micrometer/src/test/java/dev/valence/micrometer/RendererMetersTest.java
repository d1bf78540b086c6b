package dev.valence.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Counters;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Meters of a real main, whose renderers are invited and never come. */
class RendererMetersTest {

    private final IpcMain main = IpcMain.open();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final RendererMeters meters = new RendererMeters(main);

    @AfterEach
    void close() {
        meters.close();
        main.close();
    }

    private Renderer invite(String name) {
        return main.invite(RendererSpec.named(name)).renderer();
    }

    private Set<String> names() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getTag("renderer"))
                .filter(name -> name != null)
                .collect(Collectors.toSet());
    }

    private double queued(String name) {
        return registry.get("valence.renderer.queued")
                .tags("renderer", name, "lane", "data")
                .gauge()
                .value();
    }

    @Test
    void renderersBeforeAndAfterTheBinding_haveMetersUntilTheyAreGone() {
        Renderer before = invite("before");
        meters.bindTo(registry);
        await().untilAsserted(() -> assertThat(names()).containsExactly("before"));
        Renderer after = invite("after");
        await().untilAsserted(() -> assertThat(names()).containsExactlyInAnyOrder("before", "after"));

        before.close();
        await().untilAsserted(() -> assertThat(names()).containsExactly("after"));
        after.close();
        await().untilAsserted(() -> assertThat(names()).isEmpty());
    }

    @Test
    void renderersOfOneName_shareMetersThatAddUp() {
        Renderer first = invite("worker");
        Renderer second = invite("worker");
        first.send("note", "text");
        second.send("note", "text");
        long one = main.snapshot().renderers().get(0).data().queuedBytes();
        meters.bindTo(registry);

        assertThat(one).isPositive();
        assertThat(queued("worker")).isEqualTo(2.0 * one);
        first.close();
        await().untilAsserted(() -> assertThat(queued("worker")).isEqualTo(one));
        assertThat(names()).containsExactly("worker");
    }

    @Test
    void renderers_areCountedByState() {
        invite("guest");
        meters.bindTo(registry);

        assertThat(registry.get("valence.renderers")
                        .tag("state", "launching")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("valence.renderers")
                        .tag("state", "ready")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void everyCounter_hasAMeter() {
        Renderer guest = invite("guest");
        guest.send("note", "never delivered");
        guest.close();
        await().until(() -> main.counters().undeliveredMessages() == 1);
        meters.bindTo(registry);

        assertThat(registry.get("valence.dropped").functionCounters())
                .hasSameSizeAs(Counters.class.getRecordComponents());
        assertThat(registry.get("valence.dropped")
                        .tag("what", "undelivered.messages")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void severalMainsInOneRegistry_areToldApartByATag() {
        invite("guest");
        meters.bindTo(registry);
        try (IpcMain other = IpcMain.open();
                RendererMeters others = new RendererMeters(other, Tags.of("main", "other"))) {
            others.bindTo(registry);
            assertThat(registry.get("valence.renderers").gauges().stream().mapToDouble(gauge -> gauge.value()))
                    .contains(1.0);
            assertThat(registry.get("valence.renderers").tag("main", "other").gauges())
                    .isNotEmpty()
                    .allSatisfy(gauge -> assertThat(gauge.value()).isZero());
        }
        assertThat(registry.getMeters().stream().map(Meter::getId))
                .isNotEmpty()
                .noneMatch(id -> id.getTag("main") != null);
    }

    @Test
    void close_removesAllMetersAndRegistersNoMore() {
        invite("guest");
        meters.bindTo(registry);
        meters.close();
        await().untilAsserted(() -> assertThat(registry.getMeters()).isEmpty());

        meters.bindTo(registry);
        assertThat(registry.getMeters()).isEmpty();
    }
}
