package dev.valence.micrometer;

import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The meters of one main in one registry.
 *
 * <p><b>Threads.</b> Any. The lock keeps registering and removing apart; no meter is read under it.
 */
final class BoundMeters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Glance glance;
    private final ReentrantLock lock = new ReentrantLock();
    private final ProcessMeters process; // guarded by lock
    private final Map<String, NameMeters> byName = new HashMap<>(); // guarded by lock
    private boolean isClosed; // guarded by lock

    BoundMeters(MeterRegistry registry, Tags tags, Glance glance) {
        this.registry = registry;
        this.tags = tags;
        this.glance = glance;
        this.process = new ProcessMeters(new MeterGroup(registry, tags), glance);
    }

    /** Registers what is missing and removes what is too much, whatever happened since the last time. */
    void follow(IpcMain main) {
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            Set<String> present = main.renderers().stream().map(Renderer::name).collect(Collectors.toSet());
            present.forEach(name -> byName.computeIfAbsent(name, this::register));
            byName.entrySet().removeIf(entry -> removeUnless(present, entry));
        } finally {
            lock.unlock();
        }
    }

    private static boolean removeUnless(Set<String> present, Map.Entry<String, NameMeters> entry) {
        boolean isOver = !present.contains(entry.getKey());
        if (isOver) {
            entry.getValue().remove();
        }
        return isOver;
    }

    private NameMeters register(String name) {
        return new NameMeters(new MeterGroup(registry, tags.and("renderer", name)), glance, name);
    }

    /** A renderer of a name is started again. */
    void restarting(String name) {
        lock.lock();
        try {
            if (!isClosed) {
                byName.computeIfAbsent(name, this::register).restarting();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            byName.values().forEach(NameMeters::remove);
            byName.clear();
            process.remove();
        } finally {
            lock.unlock();
        }
    }
}
