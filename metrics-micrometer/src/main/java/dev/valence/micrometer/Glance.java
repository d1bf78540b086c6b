package dev.valence.micrometer;

import dev.valence.main.IpcMain;
import dev.valence.main.MainSnapshot;
import dev.valence.main.RendererSnapshot;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The latest snapshot of a main, which is at most a second old: meters that are read together see the same one.
 *
 * <p><b>Threads.</b> Any. Whoever finds it too old takes the next; several at once may each take one.
 */
final class Glance {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IpcMain main;
    private volatile @Nullable Taken taken; // any of those that are taken at once will do

    private record Taken(MainSnapshot snapshot, long nanos) {}

    Glance(IpcMain main) {
        this.main = main;
    }

    MainSnapshot latest() {
        Taken last = taken;
        if (last == null || System.nanoTime() - last.nanos() > MAX_AGE_NANOS) {
            last = new Taken(main.snapshot(), System.nanoTime());
            taken = last;
        }
        return last.snapshot();
    }

    /** Returns all renderers of a name. */
    Stream<RendererSnapshot> named(String name) {
        return latest().renderers().stream().filter(renderer -> renderer.name().equals(name));
    }
}
