package dev.valence.micrometer;

import dev.valence.Registration;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Meters of a main and its renderers, from {@link IpcMain#snapshot}.
 *
 * <pre>{@code
 * new RendererMeters(main).bindTo(registry);
 * }</pre>
 *
 * <p>Meters of a renderer have its name as the tag {@code renderer}; those of several with the same name are added up. They
 * are registered when the first renderer of a name is launched and removed when the last one is gone, so there are never
 * more of them than renderers. {@code docs/health.md} lists all.
 *
 * <p><b>Threads.</b> Any. Meters may be read on any thread; those that are read within a second see the same snapshot.
 *
 * <p><b>Lifetime.</b> Until {@link #close}; the end of main removes only the meters of its renderers.
 */
public final class RendererMeters implements MeterBinder, AutoCloseable {

    private final IpcMain main;
    private final Tags tags;
    private final Glance glance;
    private final List<BoundMeters> bound = new CopyOnWriteArrayList<>();
    private final Registration listening;
    private volatile boolean isClosed; // set before the bound ones are closed, read after one is added

    /** Makes meters that are in no registry yet. */
    public RendererMeters(IpcMain main) {
        this(main, Tags.empty());
    }

    /**
     * Makes meters that are in no registry yet.
     *
     * @param tags of all meters; when several mains share a registry, one that tells them apart
     */
    public RendererMeters(IpcMain main, Iterable<Tag> tags) {
        this.tags = Tags.of(tags);
        this.main = Objects.requireNonNull(main, "main");
        this.glance = new Glance(main);
        this.listening = main.listen(new Follower());
    }

    /**
     * Registers the meters of main and of the renderers that there are; those of others follow. Once for each registry. Does
     * nothing after {@link #close}.
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        BoundMeters meters = new BoundMeters(registry, tags, glance);
        bound.add(meters);
        meters.follow(main);
        if (isClosed) {
            meters.close();
        }
    }

    /** Removes all meters from every registry, at the latest when a registration that is under way is done. Idempotent. */
    @Override
    public void close() {
        isClosed = true;
        listening.close();
        bound.forEach(BoundMeters::close);
    }

    private final class Follower implements RendererListener {
        @Override
        public void launched(Renderer renderer) {
            follow();
        }

        @Override
        public void ready(Renderer renderer) { // perhaps after a reload, when it was gone
            follow();
        }

        @Override
        public void gone(Renderer renderer, RendererExit exit) {
            follow();
        }

        @Override
        public void restarting(Renderer renderer) {
            bound.forEach(meters -> meters.restarting(renderer.name()));
        }

        private void follow() {
            bound.forEach(meters -> meters.follow(main));
        }
    }
}
