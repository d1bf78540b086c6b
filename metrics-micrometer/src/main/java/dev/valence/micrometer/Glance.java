package dev.valence.micrometer;

import dev.valence.main.IpcMain;
import dev.valence.main.MainSnapshot;
import dev.valence.main.RendererSnapshot;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The latest snapshot of a main. All meters that are read within a second see the same one.
 *
 * <p><b>Threads.</b> Any. Whoever finds it too old takes the next; others that come meanwhile wait for that.
 */
final class Glance {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IpcMain main;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable MainSnapshot latest; // guarded by lock
    private long takenNanos; // guarded by lock

    Glance(IpcMain main) {
        this.main = main;
    }

    MainSnapshot latest() {
        lock.lock();
        try {
            MainSnapshot snapshot = latest;
            if (snapshot == null || System.nanoTime() - takenNanos > MAX_AGE_NANOS) {
                snapshot = main.snapshot();
                latest = snapshot;
                takenNanos = System.nanoTime();
            }
            return snapshot;
        } finally {
            lock.unlock();
        }
    }

    /** Returns all renderers of a name. */
    Stream<RendererSnapshot> named(String name) {
        return latest().renderers().stream().filter(renderer -> renderer.name().equals(name));
    }
}
