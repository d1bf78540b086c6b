package dev.valence.micrometer;

import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one main in one registry.
 *
 * <p><b>Threads.</b> Any. What is to be done is done one at a time and in order, by whoever finds nobody at it; no lock is
 * held meanwhile, for a registry is code of the application.
 */
final class BoundMeters {

    private static final Logger LOG = LoggerFactory.getLogger(BoundMeters.class);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Glance glance;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger undone = new AtomicInteger(); // tasks; who makes it 1 does them, until it is 0
    private final MeterGroup process; // by tasks only
    private final Map<String, NameMeters> byName = new HashMap<>(); // by tasks only
    private boolean isClosed; // by tasks only

    /** Registers the meters of main as a whole. */
    BoundMeters(MeterRegistry registry, Tags tags, Glance glance) {
        this.registry = registry;
        this.tags = tags;
        this.glance = glance;
        this.process = ProcessMeters.register(new MeterGroup(registry, tags), glance);
    }

    /** Registers what is missing and removes what is too much, whatever happened since the last time. */
    void follow(IpcMain main) {
        submit(() -> {
            if (!isClosed) {
                keepOnly(main.renderers().stream().map(Renderer::name).collect(Collectors.toSet()));
            }
        });
    }

    private void keepOnly(Set<String> names) {
        names.forEach(this::named);
        byName.entrySet().removeIf(entry -> {
            boolean isOver = !names.contains(entry.getKey());
            if (isOver) {
                entry.getValue().remove();
            }
            return isOver;
        });
    }

    private NameMeters named(String name) {
        return byName.computeIfAbsent(
                name, key -> new NameMeters(new MeterGroup(registry, tags.and("renderer", key)), glance, key));
    }

    /** A renderer of a name is started again. */
    void restarting(String name) {
        submit(() -> {
            if (!isClosed) {
                named(name).restarting();
            }
        });
    }

    void close() {
        submit(() -> {
            isClosed = true;
            keepOnly(Set.of());
            process.remove();
        });
    }

    private void submit(Runnable task) {
        tasks.add(task);
        if (undone.getAndIncrement() > 0) {
            return;
        }
        do {
            try {
                tasks.remove().run();
            } catch (RuntimeException e) {
                LOG.error("{} did not take the meters of renderers", registry, e);
            }
        } while (undone.decrementAndGet() > 0);
    }
}
