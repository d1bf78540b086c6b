package dev.valence.main;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.Origin;
import dev.valence.Permissions;
import dev.valence.TypeRef;
import dev.valence.connection.Admitted;
import dev.valence.connection.Connection;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.proto.Report;
import dev.valence.proto.Rules;
import dev.valence.proto.Welcome;
import dev.valence.session.Registry;
import dev.valence.session.Role;
import dev.valence.session.Services;
import dev.valence.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One renderer: its process, if main started it, its session and its way through {@link RendererState}.
 *
 * <p>It is gone when its process has ended <em>and</em> everything the process had sent was read.
 *
 * <p><b>Threads.</b> State changes take the lock; nothing that runs user code is called under it.
 */
final class RendererPeer implements Renderer, Role {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    /** How long callers wait for the reason why a peer is gone. */
    private static final Duration REASON_PATIENCE = Duration.ofMillis(500);

    /** How long the bytes of an ended process, or the end of a disconnected one, are waited for. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(2);

    private final int id;
    private final RendererSpec spec;
    private final Permissions permissions;
    private final RendererHost host;
    private final Services services;
    private final Registry<Renderer> scope = new Registry<>(channel -> {}, channel -> {});
    private final Session<Renderer> session;
    private final CompletableFuture<Renderer> ready = new CompletableFuture<>();
    private final CompletableFuture<RendererExit> exit = new CompletableFuture<>();
    private final long startNanos = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();
    private RendererState state = RendererState.LAUNCHING; // guarded by lock
    private @Nullable ChildProcess child; // guarded by lock; null for an invited renderer
    private @Nullable Connection connection; // guarded by lock; null before the first and after the last frame
    private @Nullable RendererExit processExit; // guarded by lock; null while the process runs
    private @Nullable IpcException disconnection; // guarded by lock; why the connection ended
    private @Nullable String failedLaunch; // guarded by lock; why main gave the launch up

    RendererPeer(int id, RendererSpec spec, Permissions permissions, RendererHost host) {
        this.id = id;
        this.spec = spec;
        this.permissions = permissions;
        this.host = host;
        this.services = host.services();
        this.session = new Session<>(
                services,
                this,
                this,
                new Origin(id),
                Outbox.holdingData(services.limits()),
                List.of(scope, host.registry()));
    }

    // ---- The way through its life --------------------------------------------------------------------------------

    /**
     * Starts its process, unless it was closed or killed before. Holds the lock meanwhile, so that the process cannot
     * connect before it is known.
     */
    void start(Endpoint.Unix endpoint, String token) {
        ChildProcess started;
        lock.lock();
        try {
            if (state != RendererState.LAUNCHING || disconnection != null) {
                host.forget(this);
                return;
            }
            started = ChildProcess.start(spec, endpoint, token);
            child = started;
        } catch (Throwable t) { // no thread to be had, it seems
            failedLaunch = String.valueOf(t.getMessage());
            disconnection = new IpcException(ErrorCode.PEER_GONE, "not started", t);
            started = null;
        } finally {
            lock.unlock();
        }
        if (started == null) {
            checkGone();
            return;
        }
        watchLaunch();
        var unused = started.exit().thenAccept(this::onProcessExit);
    }

    /** Gives the launch up if it takes too long. */
    void watchLaunch() {
        Optional<Duration> timeout = spec.launchTimeout();
        if (timeout.isPresent()) {
            var unused = services.deadlines()
                    .schedule(
                            () -> onLaunchTimeout(timeout.get()), timeout.get().toNanos());
        }
    }

    private void onLaunchTimeout(Duration timeout) {
        lock.lock();
        try {
            if (state != RendererState.LAUNCHING && state != RendererState.CONNECTED) {
                return;
            }
            failedLaunch = "not ready within " + timeout.toMillis() + " ms";
        } finally {
            lock.unlock();
        }
        kill();
    }

    /** Its client has proved who it is. I/O thread. */
    Admitted connected(Connection accepted) {
        lock.lock();
        try {
            if (state != RendererState.LAUNCHING || disconnection != null) {
                throw new IpcException(ErrorCode.REJECTED, "renderer is " + state + " (expected: to be launching)");
            }
            connection = accepted;
            move(RendererState.CONNECTED);
        } finally {
            lock.unlock();
        }
        Welcome.Builder welcome = Welcome.newBuilder()
                .setRendererId(id)
                .setRendererName(spec.name())
                .setIncarnation(1)
                .setRules(rules());
        return new Admitted(session, welcome);
    }

    private Rules rules() {
        if (permissions == Permissions.OPEN) {
            return Rules.newBuilder().setOpen(true).build();
        }
        Set<String> declared = host.declared();
        return Rules.newBuilder()
                .addAllSend(declared)
                .addAllInvoke(declared)
                .addAllHandle(declared)
                .addAllSubscribe(declared)
                .addAllBroadcast(declared)
                .build();
    }

    @Override
    public void onReady() {
        lock.lock();
        try {
            if (state != RendererState.CONNECTED) {
                return;
            }
            move(RendererState.READY);
        } finally {
            lock.unlock();
        }
        services.dispatcher().execute(() -> ready.complete(this));
        host.publish(listener -> listener.ready(this));
    }

    @Override
    public void onDisconnected(IpcException reason) {
        boolean processRuns;
        ChildProcess process;
        lock.lock();
        try {
            disconnection = reason;
            connection = null;
            process = child;
            processRuns = process != null && processExit == null;
        } finally {
            lock.unlock();
        }
        host.subscriptions().removeAll(this);
        if (process == null || !processRuns) {
            checkGone();
            return;
        }
        process.closeStdin();
        // Those who wait are told why, if the reason comes soon; the process itself has a little longer to end.
        var untold = services.deadlines().schedule(this::tellThatItEnded, REASON_PATIENCE.toNanos());
        var unkilled = services.deadlines().schedule(process::kill, END_PATIENCE.toNanos());
        if (untold == null || unkilled == null) { // main is closing
            tellThatItEnded();
        }
    }

    private void tellThatItEnded() {
        IpcException reason;
        lock.lock();
        try {
            reason = goneException(
                    processExit == null ? "the connection ended" : describeEnd().describe());
        } finally {
            lock.unlock();
        }
        session.end(reason);
    }

    private void onProcessExit(RendererExit ended) {
        Connection open;
        lock.lock();
        try {
            processExit = ended;
            open = connection;
        } finally {
            lock.unlock();
        }
        if (open == null) {
            checkGone();
            return;
        }
        // What the process had sent is still being read; its end of the socket is closed, so the end comes by itself.
        var unused = services.deadlines()
                .schedule(
                        () -> open.close(new IpcException(ErrorCode.PEER_GONE, "the process has ended")),
                        END_PATIENCE.toNanos());
    }

    private void checkGone() {
        RendererExit end;
        IpcException reason;
        lock.lock();
        try {
            boolean isProcessOver = child == null ? disconnection != null : processExit != null;
            if (!isProcessOver || connection != null || state == RendererState.GONE) {
                return;
            }
            end = describeEnd();
            reason = goneException(end.describe());
            move(RendererState.GONE);
        } finally {
            lock.unlock();
        }
        host.forget(this);
        host.remove(this);
        session.end(reason);
        services.dispatcher().execute(() -> {
            ready.completeExceptionally(reason);
            exit.complete(end);
        });
        host.publish(listener -> listener.gone(this, end));
    }

    /** Says how it ended, from all that is known. The lock is held. */
    private RendererExit describeEnd() {
        return new EndSigns(state, processExit, disconnection, failedLaunch)
                .describe(spec.name(), Duration.ofNanos(System.nanoTime() - startNanos));
    }

    /** Says what callers are told from now on. The lock is held. */
    private IpcException goneException(String how) {
        ErrorCode code = state == RendererState.CLOSING ? ErrorCode.CLOSED : ErrorCode.PEER_GONE;
        return new IpcException(code, peerName() + " is gone: " + how);
    }

    /** Moves on. The lock is held. */
    private void move(RendererState to) {
        LIFECYCLE.info("{} {}: {} -> {}", peerName(), id, state, to);
        state = to;
    }

    @Override
    public void close() {
        Connection open;
        boolean wasConnected;
        lock.lock();
        try {
            if (state == RendererState.CLOSING || state == RendererState.GONE) {
                return;
            }
            move(RendererState.CLOSING);
            open = connection;
            wasConnected = open != null;
        } finally {
            lock.unlock();
        }
        Duration grace = services.limits().shutdownGrace();
        host.forget(this);
        if (wasConnected) {
            session.outbox().drain(grace);
            var terminate = services.deadlines().schedule(this::terminate, grace.toNanos());
            var kill = services.deadlines().schedule(this::kill, grace.toNanos() + TimeUnit.SECONDS.toNanos(1));
            if (terminate == null || kill == null) {
                kill();
            }
        } else {
            terminate();
            if (services.deadlines().schedule(this::kill, TimeUnit.SECONDS.toNanos(1)) == null) {
                kill();
            }
        }
    }

    private void terminate() {
        ChildProcess process = process();
        if (process == null) {
            kill();
        } else {
            process.terminate();
        }
    }

    @Override
    public void kill() {
        host.forget(this);
        ChildProcess process = process();
        if (process != null) {
            process.kill();
            return;
        }
        Connection open;
        lock.lock();
        try {
            open = connection;
            if (open == null && disconnection == null) { // an invitation that nobody took
                disconnection = new IpcException(ErrorCode.CLOSED, "the invitation was withdrawn");
            }
        } finally {
            lock.unlock();
        }
        if (open == null) {
            checkGone();
        } else {
            open.close(new IpcException(ErrorCode.CLOSED, "closed by main"));
        }
    }

    /** Main closes and no longer waits for its end. */
    void abandon(IpcException reason) {
        session.end(reason);
        services.dispatcher().execute(() -> {
            ready.completeExceptionally(reason);
            exit.completeExceptionally(reason);
        });
    }

    private @Nullable ChildProcess process() {
        lock.lock();
        try {
            return child;
        } finally {
            lock.unlock();
        }
    }

    // ---- What it says --------------------------------------------------------------------------------------------

    @Override
    public String peerName() {
        return "renderer '" + spec.name() + "'";
    }

    @Override
    public boolean permits(String channel) {
        return permissions == Permissions.OPEN || host.declared().contains(channel);
    }

    @Override
    public void onSubscribe(String channel) {
        host.subscriptions().add(channel, this);
    }

    @Override
    public void onUnsubscribe(String channel) {
        host.subscriptions().remove(channel, this);
    }

    @Override
    public boolean relay(Incoming message) {
        if (message.destination() != 0) {
            host.broadcasts().passOn(message, id);
            return false;
        }
        if (message.isBroadcast()) {
            Report report = host.broadcasts().publish(message.channel(), message.payload(), id);
            session.sendReport(report.toBuilder().setId(message.id()).build());
        }
        return true;
    }

    Session<Renderer> session() {
        return session;
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
    public OptionalLong pid() {
        ChildProcess process = process();
        return process == null ? OptionalLong.empty() : process.pid();
    }

    @Override
    public RendererState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Renderer> ready() {
        return ready.copy();
    }

    @Override
    public CompletableFuture<RendererExit> exit() {
        return exit.copy();
    }

    @Override
    public IpcReceiver<Renderer> ipc() {
        return scope;
    }

    @Override
    public boolean isSubscribed(String channel) {
        return host.subscriptions().of(channel).contains(this);
    }

    @Override
    public void send(String channel, @Nullable Object payload) {
        session.send(channel, payload);
    }

    @Override
    public boolean trySend(String channel, @Nullable Object payload) {
        return session.trySend(channel, payload);
    }

    @Override
    public <R> Call<R> invoke(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return session.invoke(channel, payload, replyType, options);
    }

    @Override
    public <R> @Nullable R invokeSync(
            String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return session.invokeSync(channel, payload, replyType, options);
    }

    @Override
    public <T> Flow.Publisher<T> stream(
            String channel, @Nullable Object payload, TypeRef<T> itemType, CallOptions options) {
        return session.stream(channel, payload, itemType, options);
    }

    @Override
    public String toString() {
        return peerName() + " (" + id + ", " + state() + ")";
    }
}
