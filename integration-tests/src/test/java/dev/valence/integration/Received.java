package dev.valence.integration;

import dev.valence.IpcEvent;
import dev.valence.IpcSender;
import dev.valence.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A listener that keeps what comes, for a test to take in order.
 *
 * @param <S> the sender
 * @param <T> the payload, never null
 */
final class Received<S extends IpcSender, T> implements Listener<S, T> {

    private final BlockingQueue<T> items = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(IpcEvent<S> event, T payload) {
        add(payload);
    }

    /** Adds one that did not come as a message. */
    void add(T item) {
        items.add(item);
    }

    /** Waits for the next one. */
    T next() throws InterruptedException {
        T item = items.poll(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (item == null) {
            throw new AssertionError("nothing came within " + Rig.PATIENCE_SECONDS + " s");
        }
        return item;
    }

    /** Waits for the next ones. */
    List<T> next(int count) throws InterruptedException {
        List<T> taken = new ArrayList<>(count);
        while (taken.size() < count) {
            taken.add(next());
        }
        return taken;
    }

    /** Takes what is there. */
    List<T> soFar() {
        List<T> taken = new ArrayList<>();
        items.drainTo(taken);
        return taken;
    }
}
