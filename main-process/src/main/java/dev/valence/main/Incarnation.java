package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Permissions.Use;
import dev.valence.call.Dispatcher;
import dev.valence.connection.Admitted;
import dev.valence.connection.Connection;
import dev.valence.connection.Incoming;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.Frame.Welcome;
import dev.valence.session.Services;
import dev.valence.session.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of a renderer, or one invitation: its session and its way through {@link RendererState}.
 *
 * <p>It begins held: what is sent to it waits. {@link #launch} or {@link #invite} lets it go, also after it was closed. It
 * is gone when it was let go, its process has ended <em>and</em> everything the process had sent was read.
 *
 * <p><b>Threads.</b> State changes take the lock of the renderer; nothing that runs user code is called under it.
 */
final class Incarnation {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    /** How long callers wait for the reason why a peer is gone. */
    private static final Duration REASON_PATIENCE = Duration.ofMillis(500);

    /** How long the bytes of an ended process, or the end of a disconnected one, are waited for. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(2);

    private final RendererPeer renderer;
    private final int number;
    private final RendererHost host;
    private final Services services;
    private final Conversation conversation;
    private final Session<Renderer> session; // of the conversation
    private final Gate gate;
    private final Heartbeat heartbeat;
    private final StartupClock startup = new StartupClock();
    private final CompletableFuture<Renderer> ready = new CompletableFuture<>();
    private final CompletableFuture<RendererExit> exit = new CompletableFuture<>();

    private final ReentrantLock lock; // of the renderer
    private final Life life; // guarded by lock
    private @Nullable ChildProcess child; // guarded by lock; null for an invited renderer
    private @Nullable Connection connection; // guarded by lock; null before the first and after the last frame
    private volatile @Nullable Future<?> launchTimer; // null when it need not run any more, as a rule

    /**
     * Makes an incarnation.
     *
     * @param number 1 for the first of the renderer
     * @param before whose conversation it goes on with, which was never connected; null to begin one
     */
    Incarnation(RendererPeer renderer, int number, @Nullable Incarnation before) {
        this.renderer = renderer;
        this.number = number;
        this.lock = renderer.lock();
        this.life = new Life(renderer.name(), renderer.id(), number);
        this.host = renderer.host();
        this.services = host.services();
        this.gate = new Gate(renderer.rules(), this::onFirstDenial);
        this.conversation = before == null ? new Conversation(this) : before.conversation.passTo(this);
        this.session = conversation.session();
        this.heartbeat = new Heartbeat(this, life);
    }

    // ---- The way in ----------------------------------------------------------------------------------------------

    /**
     * Starts its process, unless it was closed or killed before. Holds the lock meanwhile, so that the process cannot
     * connect before it is known.
     */
    void launch() {
        ChildProcess started = null;
        startup.began();
        Launcher.Plan plan = host.launcher().plan(renderer.spec());
        String token = host.expect(this);
        lock.lock();
        try {
            if (life.letGo()) {
                started = host.launcher().start(plan, renderer.socket(), token);
                child = started;
                startup.started(started.kind());
                life.started();
            }
        } catch (Throwable t) { // no thread to be had, it seems
            life.notStarted(t);
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

    /** Expects a process that somebody else starts; returns its token. */
    String invite() {
        boolean isWanted;
        String token = host.expect(this);
        lock.lock();
        try {
            isWanted = life.letGo();
        } finally {
            lock.unlock();
        }
        if (isWanted) {
            watchLaunch();
        } else {
            checkGone();
        }
        return token;
    }

    /** Gives the launch up if it takes too long. */
    private void watchLaunch() {
        Optional<Duration> timeout = renderer.spec().launchTimeout();
        if (timeout.isPresent()) {
            launchTimer = services.deadlines()
                    .schedule(
                            () -> onLaunchTimeout(timeout.get()), timeout.get().toNanos());
        }
    }

    private void stopLaunchTimer() {
        Future<?> timer = launchTimer;
        if (timer != null) {
            timer.cancel(false);
            launchTimer = null;
        }
    }

    private void onLaunchTimeout(Duration timeout) {
        lock.lock();
        try {
            if (!life.overdue("not ready within " + timeout.toMillis() + " ms")) {
                return;
            }
        } finally {
            lock.unlock();
        }
        kill();
    }

    /** Its client has proved who it is. I/O thread. */
    Admitted connected(Connection accepted) {
        lock.lock();
        try {
            life.connected();
            heartbeat.connected(accepted);
            startup.connected();
            connection = accepted;
        } finally {
            lock.unlock();
        }
        Welcome welcome = Welcome.of(
                renderer.id(), renderer.name(), number, renderer.rules().toWire());
        return new Admitted(session, welcome);
    }

    void onReady() {
        lock.lock();
        try {
            if (!life.ready()) {
                return;
            }
            startup.ready();
            host.note(listener -> listener.ready(renderer));
        } finally {
            lock.unlock();
        }
        stopLaunchTimer();
        services.dispatcher().execute(() -> ready.complete(renderer));
        host.tell();
        if (!renderer.isInvited()) {
            host.launcher().prepare(renderer.spec(), renderer.socket());
        }
    }

    // ---- The way out ---------------------------------------------------------------------------------------------

    /** Starts the ladder that ends at {@link #kill}. Callers are told CLOSED, also if {@link #retire} was first. */
    void close() {
        leave(new IpcException(ErrorCode.CLOSED, "closing: nothing new is sent"));
    }

    /** Does as {@link #close} does for one whose place another takes. Callers are told PEER_GONE. */
    void retire() {
        leave(new IpcException(ErrorCode.PEER_GONE, peerName() + " is being reloaded"));
    }

    private void leave(IpcException reason) {
        boolean isConnected;
        lock.lock();
        try {
            if (!life.leave(reason.code())) {
                return;
            }
            isConnected = connection != null;
        } finally {
            lock.unlock();
        }
        host.forget(this);
        ShutdownLadder ladder = new ShutdownLadder(life.toString(), services.deadlines(), this::isOver);
        exit.whenComplete((end, abandoned) -> ladder.ended());
        Duration grace = isConnected ? services.limits().shutdownGrace() : Duration.ZERO;
        if (isConnected) {
            ladder.now("asked to drain and to end", () -> session.drain(grace, reason));
        }
        boolean isInvited = renderer.isInvited();
        boolean isClimbing = ladder.later(grace, isInvited ? "disconnected" : "SIGTERM", this::terminate)
                && ladder.later(grace.plusSeconds(1), isInvited ? "disconnected" : "SIGKILL", this::kill);
        if (!isClimbing) {
            kill();
        }
    }

    private boolean isOver() {
        ChildProcess process = process();
        boolean isProcessOver = process != null && process.pid().isEmpty();
        return isProcessOver || life.state() == RendererState.GONE;
    }

    private void terminate() {
        ChildProcess process = process();
        if (process == null) {
            kill();
        } else {
            process.terminate();
        }
    }

    /** Kills its process; disconnects an invited one; sees to it that one which is held never starts. */
    void kill() {
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
            if (open == null) {
                life.withdrawn(renderer.isInvited() ? "the invitation was withdrawn" : "ended before it was started");
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

    // ---- The end -------------------------------------------------------------------------------------------------

    void onDisconnected(IpcException reason) {
        host.subscriptions().removeAll(this); // first: once the lock is free, its exit can be told
        ChildProcess process;
        lock.lock();
        try {
            life.disconnected(reason);
            connection = null;
            process = life.isProcessRunning() ? child : null;
        } finally {
            lock.unlock();
        }
        if (process == null) {
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
            if (!life.isProcessRunning()) {
                return; // whoever noticed its end tells more
            }
            reason = life.reason("the connection ended");
        } finally {
            lock.unlock();
        }
        session.end(reason);
    }

    private void onProcessExit(RendererExit ended) {
        Connection open;
        lock.lock();
        try {
            life.exited(ended);
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
        Runnable whatFollows;
        boolean isConversationOver;
        lock.lock();
        try {
            end = life.end();
            if (end == null) {
                return;
            }
            reason = life.reason(end.describe());
            whatFollows = renderer.ended(this, end);
            isConversationOver = conversation.isOf(this); // and not of the next one
        } finally {
            lock.unlock();
        }
        stopLaunchTimer();
        host.forget(this);
        whatFollows.run();
        if (isConversationOver) {
            session.end(reason);
        }
        services.dispatcher().execute(() -> {
            ready.completeExceptionally(reason);
            exit.complete(end);
        });
    }

    // ---- What comes from it --------------------------------------------------------------------------------------

    String peerName() {
        return renderer.peerName();
    }

    Dispatcher.Inbox inbox(Dispatcher dispatcher) {
        return renderer.inbox();
    }

    boolean permits(Use use, String channel) {
        return gate.lets(use, channel);
    }

    boolean mayUse(Use use, String channel) {
        return use != Use.INVOKE || renderer.rules().permits(Use.HANDLE, channel);
    }

    private void onFirstDenial(Use use, String channel) {
        LIFECYCLE.warn(
                "{} {}: {} on '{}' was forbidden; further ones are only counted",
                peerName(),
                renderer.id(),
                use,
                channel);
        host.note(listener -> listener.denied(renderer, use, channel));
        host.tell();
    }

    void onPong(Pong pong) {
        heartbeat.onPong(pong);
    }

    void onSubscribe(String channel) {
        host.subscriptions().add(channel, this);
    }

    void onUnsubscribe(String channel) {
        host.subscriptions().remove(channel, this);
    }

    boolean relay(Incoming message) {
        if (message.destination() != 0) {
            host.broadcasts().passOn(message, renderer.id());
            return false;
        }
        if (message.isBroadcast()) {
            session.sendReport(host.broadcasts().passToAll(message, renderer.id()));
        }
        return true;
    }

    // ---- What it is ----------------------------------------------------------------------------------------------

    /** See {@link Life#failedToStart}. The lock is held. */
    boolean failedToStart() {
        return life.failedToStart();
    }

    /** See {@link Life#wasConnected}: if it was not, the next one can go on with its conversation. The lock is held. */
    boolean wasConnected() {
        return life.wasConnected();
    }

    /** See {@link Life#stayedReady}. The lock is held. */
    Duration stayedReady() {
        return life.stayedReady();
    }

    RendererPeer renderer() {
        return renderer;
    }

    int number() {
        return number;
    }

    RendererState state() {
        return life.state();
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    Session<Renderer> session() {
        return session;
    }

    CompletableFuture<Renderer> ready() {
        return ready.copy();
    }

    CompletableFuture<RendererExit> exit() {
        return exit.copy();
    }

    Optional<Startup> startup() {
        return startup.startup();
    }

    OptionalLong pid() {
        ChildProcess process = process();
        return process == null ? OptionalLong.empty() : process.pid();
    }

    /** Returns the time since it was let go. The lock is held. */
    Duration uptime() {
        return life.uptime();
    }

    @Nullable
    ChildProcess process() {
        lock.lock();
        try {
            return child;
        } finally {
            lock.unlock();
        }
    }
}
