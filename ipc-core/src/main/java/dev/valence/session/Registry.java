package dev.valence.session;

import dev.valence.ChannelName;
import dev.valence.Handler;
import dev.valence.HandlerOptions;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Listener;
import dev.valence.Registration;
import dev.valence.StreamHandler;
import dev.valence.TypeRef;
import dev.valence.call.LateMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners and handlers of one receiver.
 *
 * <p><b>Threads.</b> Changes are made with the lock held; look-ups take none.
 *
 * @param <S> how the other side is seen from here
 */
public final class Registry<S extends IpcSender> implements IpcReceiver<S> {

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final int maxListeners;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Set<String> crowded; // guarded by lock; channels that were warned of
    private final LateMap<String, List<ListenerEntry<S, ?>>> listeners = new LateMap<>();
    private final LateMap<String, Answering<S>> handlers = new LateMap<>();
    private final Consumer<String> onFirst;
    private final Consumer<String> onLast;

    /**
     * Makes an empty registry.
     *
     * @param maxListeners of one channel; with more it looks as if somebody forgot to close registrations, and is logged
     * @param onFirst told, with the lock held, when a channel gets its first listener
     * @param onLast told, with the lock held, when a channel has lost its last one
     */
    public Registry(int maxListeners, Consumer<String> onFirst, Consumer<String> onLast) {
        this.maxListeners = maxListeners;
        this.onFirst = onFirst;
        this.onLast = onLast;
    }

    /** One listener. */
    static final class ListenerEntry<S extends IpcSender, T> {
        final TypeRef<T> type;
        final Listener<S, T> listener;
        private final @Nullable AtomicBoolean onlyRun; // of a listener for one message
        private final Runnable removal;
        volatile boolean removed;

        ListenerEntry(Registry<S> registry, String channel, TypeRef<T> type, Listener<S, T> listener, boolean once) {
            this.type = Objects.requireNonNull(type, "type");
            this.listener = Objects.requireNonNull(listener, "listener");
            this.onlyRun = once ? new AtomicBoolean() : null;
            this.removal = () -> registry.remove(channel, this);
        }

        /** Whether the listener is to run for a message; for a once listener true only once. */
        boolean claim() {
            if (removed) {
                return false;
            }
            if (onlyRun == null) {
                return true;
            }
            boolean isFirst = onlyRun.compareAndSet(false, true);
            removal.run();
            return isFirst;
        }

        /** From now on it does not run. */
        void close() {
            removed = true;
            removal.run();
        }
    }

    /** What answers the requests of a channel. */
    private sealed interface Answering<S extends IpcSender> {}

    /** One handler; like a listener, equal to itself only. */
    static final class HandlerEntry<S extends IpcSender, Q, R> implements Answering<S> {
        final TypeRef<Q> type;
        final Handler<S, Q, R> handler;
        final HandlerOptions options;
        final boolean once;

        HandlerEntry(TypeRef<Q> type, Handler<S, Q, R> handler, HandlerOptions options, boolean once) {
            this.type = Objects.requireNonNull(type, "type");
            this.handler = Objects.requireNonNull(handler, "handler");
            this.options = Objects.requireNonNull(options, "options");
            this.once = once;
        }
    }

    /** One handler of streams; equal to itself only. */
    static final class StreamEntry<S extends IpcSender, Q, T> implements Answering<S> {
        final TypeRef<Q> type;
        final StreamHandler<S, Q, T> handler;

        StreamEntry(TypeRef<Q> type, StreamHandler<S, Q, T> handler) {
            this.type = Objects.requireNonNull(type, "type");
            this.handler = Objects.requireNonNull(handler, "handler");
        }
    }

    /** Returns the listeners of a channel at this moment. */
    List<ListenerEntry<S, ?>> listeners(String channel) {
        List<ListenerEntry<S, ?>> entries = listeners.get(channel);
        return entries == null ? List.of() : entries;
    }

    /** Returns the handler for a request, and removes it if it serves one only; null if there is none. */
    @Nullable
    HandlerEntry<S, ?, ?> claimHandler(String channel) {
        HandlerEntry<S, ?, ?> entry = requestHandler(channel);
        while (entry != null && entry.once && !handlers.remove(channel, entry)) {
            entry = requestHandler(channel);
        }
        return entry;
    }

    /** Returns the handler for a request without a claim on it; null if there is none. */
    @Nullable
    HandlerEntry<S, ?, ?> requestHandler(String channel) {
        return handlers.get(channel) instanceof HandlerEntry<S, ?, ?> entry ? entry : null;
    }

    /** Returns the handler for a stream; null if there is none. */
    @Nullable
    StreamEntry<S, ?, ?> streamHandler(String channel) {
        return handlers.get(channel) instanceof StreamEntry<S, ?, ?> entry ? entry : null;
    }

    @Override
    public <T> Registration on(String channel, TypeRef<T> type, Listener<S, T> listener) {
        return add(channel, new ListenerEntry<>(this, channel, type, listener, false));
    }

    @Override
    public <T> Registration once(String channel, TypeRef<T> type, Listener<S, T> listener) {
        return add(channel, new ListenerEntry<>(this, channel, type, listener, true));
    }

    private Registration add(String channel, ListenerEntry<S, ?> entry) {
        ChannelName.check(channel);
        boolean isCrowded;
        lock.lock();
        try {
            List<ListenerEntry<S, ?>> before = listeners(channel);
            if (before.isEmpty()) {
                onFirst.accept(channel);
            }
            List<ListenerEntry<S, ?>> after = new ArrayList<>(before);
            after.add(entry);
            listeners.put(channel, List.copyOf(after));
            isCrowded = after.size() > maxListeners && noteCrowded(channel);
        } finally {
            lock.unlock();
        }
        if (isCrowded) {
            warnOfLeak(channel);
        }
        return entry::close;
    }

    /** The lock is held. */
    private boolean noteCrowded(String channel) {
        if (crowded == null) {
            crowded = new HashSet<>();
        }
        return crowded.add(channel);
    }

    private void warnOfLeak(String channel) {
        LOG.warn(
                "more than {} listeners of '{}', perhaps a leak (expected: registrations that are closed, or a higher"
                        + " maxListeners); the last one comes from",
                maxListeners,
                channel,
                new Throwable("place of registration"));
    }

    private void remove(String channel, ListenerEntry<S, ?> entry) {
        lock.lock();
        try {
            List<ListenerEntry<S, ?>> after = new ArrayList<>(listeners(channel));
            if (!after.remove(entry)) {
                return;
            }
            if (after.isEmpty()) {
                listeners.remove(channel);
                onLast.accept(channel);
            } else {
                listeners.put(channel, List.copyOf(after));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean off(String channel, Listener<S, ?> listener) {
        ChannelName.check(channel);
        lock.lock();
        try {
            List<ListenerEntry<S, ?>> entries = listeners(channel);
            for (int i = entries.size() - 1; i >= 0; i--) {
                if (entries.get(i).listener == listener) {
                    entries.get(i).close();
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <Q, R> Registration handle(
            String channel, TypeRef<Q> type, Handler<S, Q, R> handler, HandlerOptions options) {
        return add(channel, new HandlerEntry<>(type, handler, options, false));
    }

    @Override
    public <Q, R> Registration handleOnce(String channel, TypeRef<Q> type, Handler<S, Q, R> handler) {
        HandlerOptions options = HandlerOptions.defaults();
        return add(channel, new HandlerEntry<>(type, handler, options, true));
    }

    @Override
    public <Q, T> Registration handleStream(String channel, TypeRef<Q> type, StreamHandler<S, Q, T> handler) {
        return add(channel, new StreamEntry<>(type, handler));
    }

    private Registration add(String channel, Answering<S> entry) {
        ChannelName.check(channel);
        if (!handlers.putIfAbsent(channel, entry)) {
            throw new IllegalStateException("Attempted to register a second handler for '" + channel + "'");
        }
        return () -> handlers.remove(channel, entry);
    }

    @Override
    public boolean removeHandler(String channel) {
        return handlers.remove(ChannelName.check(channel)) != null;
    }

    @Override
    public void removeAllListeners(String channel) {
        ChannelName.check(channel);
        lock.lock();
        try {
            listeners(channel).forEach(ListenerEntry::close);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void removeAllListeners() {
        lock.lock();
        try {
            channelNames().forEach(this::removeAllListeners);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Set<String> channelNames() {
        return Set.copyOf(listeners.keys());
    }

    @Override
    public int listenerCount(String channel) {
        return listeners(ChannelName.check(channel)).size();
    }
}
