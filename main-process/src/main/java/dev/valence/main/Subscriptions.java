package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which renderer is subscribed to which channel.
 *
 * <p><b>Threads.</b> Changes take the lock; a broadcast reads an unchanging list.
 */
final class Subscriptions {

    private final int maxPerRenderer;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, List<RendererPeer>> byChannel = new ConcurrentHashMap<>();
    private final Map<RendererPeer, Set<String>> byRenderer = new HashMap<>(); // guarded by lock

    Subscriptions(int maxPerRenderer) {
        this.maxPerRenderer = maxPerRenderer;
    }

    /** Returns the subscribers of a channel, in the order in which they came. */
    List<RendererPeer> of(String channel) {
        return byChannel.getOrDefault(channel, List.of());
    }

    /**
     * Adds a subscription; a second one of the same renderer and channel changes nothing.
     *
     * @throws IpcException with LIMIT if the renderer has too many
     */
    void add(String channel, RendererPeer renderer) {
        lock.lock();
        try {
            Set<String> channels = byRenderer.computeIfAbsent(renderer, key -> new HashSet<>());
            if (channels.size() >= maxPerRenderer && !channels.contains(channel)) {
                throw new IpcException(
                        ErrorCode.LIMIT,
                        "subscriptions: " + (channels.size() + 1) + " (expected: at most " + maxPerRenderer + ")");
            }
            if (channels.add(channel)) {
                List<RendererPeer> renderers = new ArrayList<>(of(channel));
                renderers.add(renderer);
                byChannel.put(channel, List.copyOf(renderers));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes a subscription if it is there. */
    void remove(String channel, RendererPeer renderer) {
        lock.lock();
        try {
            Set<String> channels = byRenderer.get(renderer);
            if (channels != null && channels.remove(channel)) {
                removeFromChannel(channel, renderer);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes every subscription of a renderer. */
    void removeAll(RendererPeer renderer) {
        lock.lock();
        try {
            Set<String> channels = byRenderer.remove(renderer);
            if (channels != null) {
                channels.forEach(channel -> removeFromChannel(channel, renderer));
            }
        } finally {
            lock.unlock();
        }
    }

    private void removeFromChannel(String channel, RendererPeer renderer) {
        List<RendererPeer> renderers = new ArrayList<>(of(channel));
        renderers.remove(renderer);
        if (renderers.isEmpty()) {
            byChannel.remove(channel);
        } else {
            byChannel.put(channel, List.copyOf(renderers));
        }
    }
}
