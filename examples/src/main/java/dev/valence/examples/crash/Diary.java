package dev.valence.examples.crash;

import dev.valence.main.GaveUp;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what main is told of a renderer until somebody wants to know. */
final class Diary implements RendererListener {

    /**
     * What main was told.
     *
     * @param event name of the method of the listener
     * @param what came with it
     */
    private record Entry(String event, Object what) {}

    private final BlockingQueue<Entry> unread = new LinkedBlockingQueue<>();

    @Override
    public void ready(Renderer renderer) {
        unread.add(new Entry("ready", renderer));
    }

    @Override
    public void bootstrapError(Renderer renderer, RendererExit exit) {
        unread.add(new Entry("bootstrapError", exit));
    }

    @Override
    public void restarting(Renderer renderer) {
        unread.add(new Entry("restarting", renderer));
    }

    @Override
    public void gaveUp(Renderer renderer, GaveUp why) {
        unread.add(new Entry("gaveUp", why));
    }

    @Override
    public void gone(Renderer renderer, RendererExit exit) {
        unread.add(new Entry("gone", exit));
    }

    /** Returns what came with the next event, which should be this one, and waits for it if it is not there yet. */
    <T> T read(String event, Class<T> type) throws InterruptedException {
        Entry next = unread.poll(30, TimeUnit.SECONDS);
        if (next == null || !next.event.equals(event)) {
            throw new IllegalStateException("next event: " + next + " (expected: " + event + ")");
        }
        return type.cast(next.what);
    }
}
