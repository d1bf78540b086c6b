package dev.valence.main;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.Endpoint;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.MessagePort;
import dev.valence.TypeRef;
import dev.valence.call.Dispatcher;
import dev.valence.session.Registry;
import dev.valence.session.RuleSheet;
import dev.valence.session.Session;
import dev.valence.session.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One renderer: what stays while its processes come and go, and which {@link Incarnation} is the present one.
 *
 * <p>A reload makes the next incarnation the present one at once. That one is held until the one before it is gone, so
 * that a renderer never has two processes. A restart does so when the one before is gone, and holds it for the backoff.
 *
 * <p><b>Threads.</b> State changes take the lock, which its incarnations share; nothing that runs user code is called
 * under it.
 */
final class RendererPeer implements Renderer {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final int id;
    private final RendererSpec spec;
    private final RuleSheet rules;
    private final Endpoint.@Nullable Unix socket; // where its processes connect; null for an invited renderer
    private final RendererHost host;
    private final Registry<Renderer> scope;
    private final Tally tally; // one for all incarnations
    private final Dispatcher.Inbox inbox; // one for all incarnations: they are one sender

    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private volatile Incarnation present; // written with the lock held
    private volatile boolean isGone; // written with the lock held; the present incarnation has ended
    private @Nullable Incarnation ending; // guarded by lock; the one whose end the present one waits for
    private volatile boolean isFinal; // written with the lock held; closed or killed: no further incarnation
    private boolean isBackingOff; // guarded by lock; the present incarnation waits for its time
    private final Restarts restarts; // guarded by lock

    /**
     * Makes a renderer, whose first incarnation is held.
     *
     * @param socket where its processes connect; null if it is invited
     */
    RendererPeer(int id, RendererSpec spec, RuleSheet rules, Endpoint.@Nullable Unix socket, RendererHost host) {
        this.id = id;
        this.spec = spec;
        this.rules = rules;
        this.socket = socket;
        this.host = host;
        this.scope = new Registry<>(host.services().maxListeners(), channel -> {}, channel -> {});
        this.tally = host.services().tally().part();
        this.inbox = host.services().dispatcher().newInbox();
        this.restarts = new Restarts(
                spec.restart(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextDouble());
        this.present = new Incarnation(this, 1, null);
    }

    // ---- From one process to the next ----------------------------------------------------------------------------

    @Override
    public void reload() {
        if (isInvited()) {
            throw new UnsupportedOperationException(
                    "reload of " + peerName() + ", which was invited (expected: one that main launched)");
        }
        if (endBackoff(null)) {
            present.launch();
            return;
        }
        Incarnation before;
        Incarnation next;
        boolean wasGone;
        lock.lock();
        try {
            if (isFinal || host.isClosing() || present.state() == RendererState.RESTARTING) {
                return;
            }
            restarts.forget();
            before = present;
            next = new Incarnation(this, before.number() + 1, null);
            wasGone = isGone;
            ending = wasGone ? null : before;
            present = next;
            isGone = false;
            host.note(listener -> listener.restarting(this));
        } finally {
            lock.unlock();
        }
        host.tell();
        if (!wasGone) {
            before.retire();
            return;
        }
        if (!host.rejoin(this)) { // main was closed at this moment
            close();
        }
        next.launch();
    }

    /** One of its processes is no more. The lock is held; what is returned is to be done without it. */
    Runnable ended(Incarnation incarnation, RendererExit end) {
        Incarnation next = present;
        if (next != incarnation) {
            ending = null;
            return () -> launchAside(next);
        }
        Restarts.Decision decision = new Restarts.Decision.Leave();
        int events = 1;
        if (!isFinal && !host.isClosing() && !isInvited()) {
            if (incarnation.failedToStart()) {
                events += note(listener -> listener.bootstrapError(this, end));
            }
            decision = restarts.after(end, incarnation.stayedReady());
        }
        if (decision instanceof Restarts.Decision.Restart restart) {
            return succeed(incarnation, restart.backoff(), events);
        }
        if (decision instanceof Restarts.Decision.GiveUp giveUp) {
            LIFECYCLE.warn(
                    "{} {}: gave up after {}", peerName(), id, giveUp.why().describe());
            events += note(listener -> listener.gaveUp(this, giveUp.why()));
        }
        isGone = true;
        note(listener -> listener.gone(this, end));
        int untold = events;
        return () -> {
            host.remove(this);
            tell(untold);
        };
    }

    /** Makes the next incarnation the present one, to be launched after the backoff. The lock is held. */
    private Runnable succeed(Incarnation before, Duration backoff, int events) {
        Incarnation next = new Incarnation(this, before.number() + 1, before.wasConnected() ? null : before);
        present = next;
        isBackingOff = true;
        LIFECYCLE.info("{} {}: restarts in {} ms", peerName(), id, backoff.toMillis());
        note(listener -> listener.restarting(this));
        return () -> {
            tell(events);
            Runnable start = () -> {
                if (endBackoff(next)) {
                    launchAside(next);
                }
            };
            if (host.services().deadlines().schedule(start, backoff.toNanos()) == null) { // main is closed
                close();
            }
        };
    }

    /** Ends the backoff of an incarnation, or of whichever waits for its time; true for the one that is to launch it. */
    private boolean endBackoff(@Nullable Incarnation waiting) {
        lock.lock();
        try {
            if (!isBackingOff || (waiting != null && waiting != present)) {
                return false;
            }
            isBackingOff = false;
            if (waiting == null) {
                restarts.forget();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private int note(Consumer<RendererListener> event) {
        host.note(event);
        return 1;
    }

    private void tell(int events) {
        for (int i = 0; i < events; i++) {
            host.tell();
        }
    }

    /** Launches on a thread of its own: an I/O thread, which may be the present one, has no time for that. */
    private void launchAside(Incarnation next) {
        try {
            Thread launcher = new Thread(next::launch, "valence-launch-" + name());
            launcher.setDaemon(true);
            launcher.start();
        } catch (OutOfMemoryError e) { // no thread to be had; the launch will say so
            next.launch();
        }
    }

    @Override
    public void close() {
        endForGood(Incarnation::close);
    }

    @Override
    public void kill() {
        endForGood(Incarnation::kill);
    }

    private void endForGood(Consumer<Incarnation> how) {
        Incarnation last;
        Incarnation before;
        boolean wasBackingOff;
        lock.lock();
        try {
            isFinal = true;
            last = present;
            before = ending;
            wasBackingOff = isBackingOff;
            isBackingOff = false;
        } finally {
            lock.unlock();
        }
        how.accept(last);
        if (before != null) {
            how.accept(before);
        }
        if (wasBackingOff) { // there is no process whose end lets it go
            last.close();
            last.launch();
        }
    }

    /** Main closes and no longer waits for its end. */
    void abandon(IpcException reason) {
        endForGood(incarnation -> incarnation.abandon(reason));
    }

    // ---- What its incarnations share -----------------------------------------------------------------------------

    Incarnation present() {
        return present;
    }

    RendererHost host() {
        return host;
    }

    RendererSpec spec() {
        return spec;
    }

    ReentrantLock lock() {
        return lock;
    }

    Tally tally() {
        return tally;
    }

    Dispatcher.Inbox inbox() {
        return inbox;
    }

    /** Returns where listeners and handlers are looked up, in this order. */
    List<Registry<Renderer>> registries() {
        return List.of(scope, host.registry());
    }

    boolean isInvited() {
        return socket == null;
    }

    /** Returns where its processes connect, if it was not invited. */
    Endpoint.Unix socket() {
        return Objects.requireNonNull(socket);
    }

    /** Returns what it is called in error texts. */
    String peerName() {
        return "renderer '" + spec.name() + "'";
    }

    /** Returns what its processes may do. */
    RuleSheet rules() {
        return rules;
    }

    // ---- What it is ----------------------------------------------------------------------------------------------

    @Override
    public int id() {
        return id;
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public IpcReceiver<Renderer> ipc() {
        return scope;
    }

    /** Returns whether it has no process and none is to come, as far as is known now. */
    boolean isGone() {
        return isGone;
    }

    @Override
    public String toString() {
        return peerName() + " (" + id + ", " + state() + ")";
    }

    // ---- What its present incarnation is and does ----------------------------------------------------------------

    Session<Renderer> session() {
        return present.session();
    }

    @Override
    public int incarnation() {
        return present.number();
    }

    @Override
    public RendererState state() {
        return present.state();
    }

    @Override
    public OptionalLong pid() {
        return present.pid();
    }

    @Override
    public Optional<Startup> startup() {
        return present.startup();
    }

    @Override
    public CompletableFuture<Renderer> ready() {
        return present.ready();
    }

    @Override
    public CompletableFuture<RendererExit> exit() {
        return present.exit();
    }

    @Override
    public CompletableFuture<String> threadDump() {
        return present.heartbeat().threadDump();
    }

    @Override
    public boolean isSubscribed(String channel) {
        return host.subscriptions().of(channel).contains(present);
    }

    @Override
    public void send(String channel, @Nullable Object payload) {
        session().send(channel, payload);
    }

    @Override
    public boolean trySend(String channel, @Nullable Object payload) {
        return session().trySend(channel, payload);
    }

    @Override
    public void postMessage(String channel, @Nullable Object payload, MessagePort... ports) {
        session().postMessage(channel, payload, ports);
    }

    @Override
    public <R> Call<R> invoke(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return session().invoke(channel, payload, replyType, options);
    }

    @Override
    public <R> @Nullable R invokeSync(
            String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return session().invokeSync(channel, payload, replyType, options);
    }

    @Override
    public <T> Flow.Publisher<T> stream(
            String channel, @Nullable Object payload, TypeRef<T> itemType, CallOptions options) {
        return session().stream(channel, payload, itemType, options);
    }
}
