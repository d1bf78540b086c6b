package dev.valence.main;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Permissions;
import dev.valence.Registration;
import dev.valence.call.Dispatcher;
import dev.valence.session.Registry;
import dev.valence.session.RuleSheet;
import dev.valence.session.Services;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The renderers of a main process, and what they share.
 *
 * <p><b>Threads.</b> Joining and leaving take the lock; look-ups take none.
 */
final class RendererTable implements RendererHost {

    private static final Logger LOG = LoggerFactory.getLogger(RendererTable.class);

    private final Services services;
    private final Set<String> declared;
    private final Reception reception;
    private final Registry<Renderer> registry;
    private final Subscriptions subscriptions;
    private final Broadcasts broadcasts;
    private final Launcher launcher = new Launcher(ArchiveStore.ofThisUser());
    private final Dispatcher.Inbox events;
    private final Queue<Consumer<RendererListener>> untold = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untoldCount = new AtomicInteger(); // those that listeners are being told of as well
    private final List<RendererListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<Integer, RendererPeer> byId = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private final Condition told = lock.newCondition();
    private int lastId; // guarded by lock
    private volatile boolean closing; // written with the lock held

    RendererTable(Services services, Set<String> declared, Reception reception) {
        this.services = services;
        this.declared = declared;
        this.registry = new Registry<>(services.maxListeners(), channel -> {}, channel -> {});
        this.reception = reception;
        this.subscriptions = new Subscriptions(services.limits().subscriptions());
        this.broadcasts = new Broadcasts(subscriptions, byId::get, services);
        this.events = services.dispatcher().newInbox();
        services.deadlines()
                .repeat(this::beat, services.limits().heartbeatInterval().toNanos());
    }

    private void beat() {
        for (RendererPeer renderer : byId.values()) {
            renderer.present().heartbeat().beat();
        }
    }

    /**
     * Adds a renderer, and tells that.
     *
     * @param socket where its processes connect; null if it is invited
     * @return its first incarnation, which is held
     * @throws IllegalArgumentException if its permissions and what main declared are more than a renderer can be told
     */
    Incarnation add(RendererSpec spec, Permissions permissions, Endpoint.@Nullable Unix socket) {
        RuleSheet rules = RuleSheet.of(permissions, declared);
        Incarnation first;
        lock.lock();
        try {
            checkOpen();
            RendererPeer renderer = new RendererPeer(++lastId, spec, rules, socket, this);
            first = renderer.present();
            note(listener -> listener.launched(renderer));
            byId.put(renderer.id(), renderer);
        } finally {
            lock.unlock();
        }
        tell();
        return first;
    }

    /** Throws if nothing new is taken. */
    void checkOpen() {
        if (closing) {
            throw new IpcException(ErrorCode.CLOSED, "main is closed");
        }
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    @Override
    public boolean rejoin(RendererPeer renderer) {
        lock.lock();
        try {
            if (!closing) {
                byId.put(renderer.id(), renderer);
            }
            return !closing;
        } finally {
            lock.unlock();
        }
    }

    Collection<RendererPeer> all() {
        return List.copyOf(byId.values());
    }

    MainSnapshot snapshot() {
        List<RendererSnapshot> snapshots = byId.values().stream()
                .sorted(Comparator.comparingInt(RendererPeer::id))
                .map(Checkup::of)
                .toList();
        return new MainSnapshot(snapshots, services.tally().counters());
    }

    @Nullable
    RendererPeer find(int id) {
        return byId.get(id);
    }

    Registration listen(RendererListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Takes nothing new and starts to close every renderer; true for the first caller. */
    boolean startClosing() {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            closing = true;
        } finally {
            lock.unlock();
        }
        launcher.close();
        all().forEach(RendererPeer::close);
        return true;
    }

    /** Waits until no renderer is left; false if some are. */
    boolean awaitEmpty(Duration patience) {
        long nanosLeft = patience.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (!byId.isEmpty() && nanosLeft > 0) {
                try {
                    nanosLeft = empty.awaitNanos(nanosLeft);
                } catch (InterruptedException e) {
                    interrupted = true; // closing goes on: what is left behind would be worse
                }
            }
            return byId.isEmpty();
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until listeners were told of all that has happened, unless their executor may need this very thread for it. */
    void awaitTold(Duration patience) {
        long nanosLeft = patience.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (untoldCount.get() > 0
                    && nanosLeft > 0
                    && services.dispatcher().hasOwnThreads()) {
                try {
                    nanosLeft = told.awaitNanos(nanosLeft);
                } catch (InterruptedException e) {
                    interrupted = true; // as above
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void remove(RendererPeer renderer) {
        lock.lock();
        try {
            if (renderer.isGone()) { // and was not reloaded since
                byId.remove(renderer.id());
            }
            empty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void note(Consumer<RendererListener> event) {
        untoldCount.incrementAndGet();
        untold.add(event);
    }

    @Override
    public void tell() {
        events.submit(this::tellNext);
    }

    private void tellNext() {
        Consumer<RendererListener> event = untold.remove(); // there are as many tasks as events
        for (RendererListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable t) {
                LOG.error("a renderer listener failed", t);
            }
        }
        if (untoldCount.decrementAndGet() == 0) {
            lock.lock();
            try {
                told.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public String expect(Incarnation incarnation) {
        return reception.expect(incarnation);
    }

    @Override
    public void forget(Incarnation incarnation) {
        reception.forget(incarnation);
    }

    @Override
    public Services services() {
        return services;
    }

    @Override
    public Registry<Renderer> registry() {
        return registry;
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Launcher launcher() {
        return launcher;
    }

    @Override
    public Broadcasts broadcasts() {
        return broadcasts;
    }
}
