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
    private final ConcurrentHashMap<String, List<Incarnation>> byChannel = new ConcurrentHashMap<>();
    private final Map<Incarnation, Set<String>> bySubscriber = new HashMap<>(); // guarded by lock

    Subscriptions(int maxPerRenderer) {
        this.maxPerRenderer = maxPerRenderer;
    }

    /** Returns the subscribers of a channel, in the order in which they came. */
    List<Incarnation> of(String channel) {
        return byChannel.getOrDefault(channel, List.of());
    }

    /**
     * Adds a subscription; a second one of the same renderer and channel changes nothing.
     *
     * @throws IpcException with LIMIT if the renderer has too many
     */
    void add(String channel, Incarnation subscriber) {
        lock.lock();
        try {
            Set<String> channels = bySubscriber.computeIfAbsent(subscriber, key -> new HashSet<>(2));
            if (channels.size() >= maxPerRenderer && !channels.contains(channel)) {
                throw new IpcException(
                        ErrorCode.LIMIT,
                        "subscriptions: " + (channels.size() + 1) + " (expected: at most " + maxPerRenderer + ")");
            }
            if (channels.add(channel)) {
                List<Incarnation> subscribers = new ArrayList<>(of(channel));
                subscribers.add(subscriber);
                byChannel.put(channel, List.copyOf(subscribers));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes a subscription if it is there. */
    void remove(String channel, Incarnation subscriber) {
        lock.lock();
        try {
            Set<String> channels = bySubscriber.get(subscriber);
            if (channels != null && channels.remove(channel)) {
                removeFromChannel(channel, subscriber);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes every subscription of a renderer. */
    void removeAll(Incarnation subscriber) {
        lock.lock();
        try {
            Set<String> channels = bySubscriber.remove(subscriber);
            if (channels != null) {
                channels.forEach(channel -> removeFromChannel(channel, subscriber));
            }
        } finally {
            lock.unlock();
        }
    }

    private void removeFromChannel(String channel, Incarnation subscriber) {
        List<Incarnation> subscribers = new ArrayList<>(of(channel));
        subscribers.remove(subscriber);
        if (subscribers.isEmpty()) {
            byChannel.remove(channel);
        } else {
            byChannel.put(channel, List.copyOf(subscribers));
        }
    }
}
