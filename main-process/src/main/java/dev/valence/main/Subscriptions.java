package dev.valence.main;

import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.session.Session;
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

    private static final Subscribers NOBODY = Subscribers.of(List.of());

    private final int maxPerRenderer;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, Subscribers> byChannel = new ConcurrentHashMap<>();
    private final Map<Incarnation, Set<String>> bySubscriber = new HashMap<>(); // guarded by lock

    Subscriptions(int maxPerRenderer) {
        this.maxPerRenderer = maxPerRenderer;
    }

    /**
     * Who listens to a channel at one moment.
     *
     * @param all in the order in which they came
     * @param everybody what is reported of a broadcast that all of them got: as a rule all do
     */
    record Subscribers(List<Subscriber> all, Delivery.Report everybody) {
        private static Subscribers of(List<Subscriber> all) {
            Set<Integer> ids = new HashSet<>();
            all.forEach(subscriber -> ids.add(subscriber.id()));
            return new Subscribers(List.copyOf(all), new Delivery.Report(ids, Set.of()));
        }

        boolean contains(Incarnation incarnation) {
            return all.contains(Subscriber.of(incarnation));
        }
    }

    /**
     * Who listens, with what a broadcast needs of it.
     *
     * @param id of its renderer
     */
    record Subscriber(int id, Session<Renderer> session) {
        private static Subscriber of(Incarnation incarnation) {
            return new Subscriber(incarnation.renderer().id(), incarnation.session());
        }
    }

    /** Returns the subscribers of a channel. */
    Subscribers of(String channel) {
        return byChannel.getOrDefault(channel, NOBODY);
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
                List<Subscriber> subscribers = new ArrayList<>(of(channel).all());
                subscribers.add(Subscriber.of(subscriber));
                byChannel.put(channel, Subscribers.of(subscribers));
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
        List<Subscriber> subscribers = new ArrayList<>(of(channel).all());
        subscribers.remove(Subscriber.of(subscriber));
        if (subscribers.isEmpty()) {
            byChannel.remove(channel);
        } else {
            byChannel.put(channel, Subscribers.of(subscribers));
        }
    }
}
