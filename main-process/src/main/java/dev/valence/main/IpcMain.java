package dev.valence.main;

import dev.valence.ChannelName;
import dev.valence.Counters;
import dev.valence.Delivery;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.EventChannel;
import dev.valence.Handler;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.Listener;
import dev.valence.Permissions;
import dev.valence.Registration;
import dev.valence.StreamHandler;
import dev.valence.TypeRef;
import dev.valence.call.CallbackScope;
import dev.valence.session.Codecs;
import dev.valence.session.Services;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The main process: listens on a private socket, launches renderers and talks with them.
 *
 * <pre>{@code
 * try (IpcMain main = IpcMain.open()) {
 *     main.on("action", String.class, (event, text) -> System.out.println(text));
 *     Renderer window = main.launch(RendererSpec.of(Window.class));
 *     window.ready().join();
 *     window.send("mainchannel", "App is running");
 *     window.exit().join();
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Every method may be called from any thread.
 *
 * <p><b>Lifetime.</b> An open main keeps its JVM alive. {@link #close} ends every renderer it launched. When the JVM of
 * main ends without it, by {@code System.exit} or SIGTERM, a shutdown hook does the same, in at most the shutdown grace
 * and a second. When it is killed, they end within 2 s by themselves.
 */
public final class IpcMain implements IpcReceiver<Renderer>, AutoCloseable {

    /** What the steps after the grace may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The same in a JVM that ends: twice this is the second that it may take longer than the grace, with some to spare. */
    private static final Duration PATIENCE_AT_EXIT = Duration.ofMillis(400);

    private final RendererTable renderers;
    private final ListeningPoint listening;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Registration exitHook;
    private final Registration flightWatch;

    private IpcMain(RendererTable renderers, ListeningPoint listening) {
        this.renderers = renderers;
        this.listening = listening;
        // In memory nothing outlives the JVM.
        this.exitHook = listening.endpoint() instanceof Endpoint.Unix
                ? ExitHook.add("valence-main-exit", this::closeAtExit)
                : () -> {};
        this.flightWatch = Flight.watch(
                renderers::snapshot, task -> renderers.services().deadlines().schedule(task, 0));
    }

    /** Opens a main process with a socket in a private directory and everything else defaulted. */
    public static IpcMain open() {
        return open(IpcMainOptions.defaults());
    }

    /**
     * Opens a main process.
     *
     * @throws IllegalArgumentException if the path of the socket is too long for the platform, or users are allowed that
     *     the transport cannot tell; nothing is left behind
     * @throws java.io.UncheckedIOException if the socket cannot be listened on; nothing is left behind
     */
    public static IpcMain open(IpcMainOptions options) {
        Services services = Services.start(
                        options.limits(),
                        options.executor(),
                        new Codecs(options.codecs()),
                        options.uncaughtErrorHook(),
                        "valence-main-timer")
                .watchedBy(options.tap(), options.maxListeners());
        try {
            Reception reception =
                    new Reception(options.limits(), services.deadlines(), AllowedUsers.ownAnd(options.allowedUsers()));
            RendererTable renderers = new RendererTable(services, options.declared(), reception);
            ListeningPoint listening = ListeningPoint.open(options, reception);
            try {
                return new IpcMain(renderers, listening);
            } catch (Throwable e) {
                listening.close();
                throw e;
            }
        } catch (Throwable e) {
            services.close();
            throw e;
        }
    }

    /**
     * Starts a JVM that connects to this main, and returns at once. If it cannot be started, or is not ready in time, the
     * renderer's {@link Renderer#exit} says why.
     *
     * @throws IllegalArgumentException if the spec names no program, or its permissions and the declared channels
     *     together are too many to be told in one frame
     * @throws IllegalStateException if this main listens in memory, where no other JVM can connect
     * @throws IpcException with CLOSED if this main is closed
     */
    public Renderer launch(RendererSpec spec) {
        Endpoint.Unix socket = socketFor("launch", spec);
        Incarnation first = renderers.add(spec, spec.permissionsOr(Permissions.open()), socket);
        first.launch();
        return first.renderer();
    }

    /**
     * Does ahead what the {@link FastStart} of a spec asks for, so that it is there for the first launch: makes the
     * class-data archive, starts the spare. Returns at once. Without this it is done when the first renderer is ready.
     *
     * @return how a renderer would be started next: {@link StartKind#COLD} if nothing could be done; fails with CLOSED if
     *     main is closed before
     * @throws IllegalArgumentException if the spec names no program
     * @throws IllegalStateException if this main listens in memory, where no other JVM can connect
     */
    public CompletableFuture<StartKind> prepare(RendererSpec spec) {
        return renderers
                .launcher()
                .prepare(spec, socketFor("prepare", spec))
                .whenCompleteAsync((kind, failure) -> {}, renderers.services().dispatcher());
    }

    private Endpoint.Unix socketFor(String what, RendererSpec spec) {
        if (!spec.isLaunchable()) {
            throw new IllegalArgumentException(
                    spec + " names no program (expected: RendererSpec.of or RendererSpec.jar)");
        }
        if (!(listening.endpoint() instanceof Endpoint.Unix socket)) {
            throw new IllegalStateException(what + " on a main that listens in memory (expected: invite)");
        }
        return socket;
    }

    /**
     * Expects a process that somebody else starts: in a container, an IDE, or this JVM. What it may do is declared,
     * unless the spec says otherwise.
     *
     * @throws IllegalArgumentException if its permissions and the declared channels together are too many to be told in
     *     one frame
     * @throws IpcException with CLOSED if this main is closed
     */
    public Invitation invite(RendererSpec spec) {
        Incarnation only = renderers.add(spec, spec.permissionsOr(Permissions.declaredOnly()), null);
        return new Invitation(listening.endpoint(), only.invite(), only.renderer());
    }

    /**
     * Sends a message to every renderer that listens to its channel. Encoded once; never waits: a renderer that has no
     * room for it is skipped, counted, and told in its place.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what listeners get
     * @return who got it
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     * @throws IpcException with ENCODE_FAILED, PAYLOAD_TOO_LARGE or CLOSED; nothing was sent
     */
    public Delivery broadcast(String channel, @Nullable Object payload) {
        ChannelName.check(channel);
        renderers.checkOpen();
        return new Delivery(CompletableFuture.completedFuture(
                renderers.broadcasts().publish(channel, renderers.services().encode(payload))));
    }

    /** Sends a message on a typed channel to every renderer that listens to it, see {@link #broadcast(String, Object)}. */
    public <T> Delivery broadcast(EventChannel<T> channel, @Nullable T payload) {
        return broadcast(channel.name(), payload);
    }

    /** Returns the renderers that are not gone, by id. */
    public List<Renderer> renderers() {
        return renderers.all().stream()
                .sorted(Comparator.comparingInt(RendererPeer::id))
                .map(Renderer.class::cast)
                .toList();
    }

    /** Returns the renderer with an id, if it is not gone. */
    public Optional<Renderer> renderer(int rendererId) {
        return Optional.ofNullable(renderers.find(rendererId));
    }

    /**
     * Looks at all renderers. What is said of one renderer belongs together: state, process and uptime are of one moment, what
     * waits for it in both lanes of another right after. Renderers are looked at one after the other.
     *
     * <p><b>Threads.</b> Takes each lock for the time of a few reads. On Linux it reads a file of {@code /proc} for each
     * process, so once a second is often enough.
     */
    public MainSnapshot snapshot() {
        return renderers.snapshot();
    }

    /** Follows the lives of all renderers. */
    public Registration listen(RendererListener listener) {
        return renderers.listen(Objects.requireNonNull(listener, "listener"));
    }

    /** Returns where this main listens. */
    public Endpoint endpoint() {
        return listening.endpoint();
    }

    /** Returns what was dropped so far. */
    public Counters counters() {
        return renderers.services().tally().counters();
    }

    /** Returns the future of this main being closed, with no renderer left. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /**
     * Ends every renderer as {@link Renderer#close} does, waits for them, and removes the socket. Inside a callback it only
     * starts that; {@link #closed} says when it is done. Idempotent, and may be called anywhere: by several threads, which
     * then all wait for the same end, and in shutdown hooks.
     */
    @Override
    public void close() {
        boolean isFirst = renderers.startClosing();
        if (CallbackScope.current() != null) {
            if (isFirst) {
                Thread closer = new Thread(() -> finishClosing(PATIENCE), "valence-main-close");
                closer.setDaemon(false); // whoever waits for closed() is told before the JVM ends
                closer.start();
            }
            return;
        }
        if (isFirst) {
            finishClosing(PATIENCE);
        } else {
            closed.join();
        }
    }

    /** The JVM ends without a close, or beside one. */
    private void closeAtExit() {
        if (renderers.startClosing()) {
            finishClosing(PATIENCE_AT_EXIT);
            return;
        }
        try {
            closed.get(grace().plus(PATIENCE_AT_EXIT).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            // Whoever closes may wait for the end of this JVM; what is left ends with main.
            listening.close();
        }
    }

    /** Waits for the renderers for the grace and the patience given; kills those that are left and waits as long again. */
    private void finishClosing(Duration patience) {
        try {
            if (!renderers.awaitEmpty(grace().plus(patience))) {
                renderers.all().forEach(RendererPeer::kill);
                renderers.awaitEmpty(patience);
            }
            renderers.awaitTold(PATIENCE_AT_EXIT); // callbacks run on threads that do not keep the JVM alive
        } finally {
            release();
        }
    }

    private Duration grace() {
        return renderers.services().limits().shutdownGrace();
    }

    private void release() {
        try {
            flightWatch.close();
            exitHook.close();
            listening.close();
        } finally {
            IpcException reason = new IpcException(ErrorCode.CLOSED, "main is closed");
            renderers.all().forEach(renderer -> renderer.abandon(reason));
            renderers.services().close();
            closed.complete(null);
        }
    }

    // ---- Listeners and handlers of all renderers -----------------------------------------------------------------

    @Override
    public <T> Registration on(String channel, TypeRef<T> type, Listener<Renderer, T> listener) {
        return renderers.registry().on(channel, type, listener);
    }

    @Override
    public <T> Registration once(String channel, TypeRef<T> type, Listener<Renderer, T> listener) {
        return renderers.registry().once(channel, type, listener);
    }

    @Override
    public boolean off(String channel, Listener<Renderer, ?> listener) {
        return renderers.registry().off(channel, listener);
    }

    @Override
    public <Q, R> Registration handle(
            String channel, TypeRef<Q> type, Handler<Renderer, Q, R> handler, HandlerOptions options) {
        return renderers.registry().handle(channel, type, handler, options);
    }

    @Override
    public <Q, R> Registration handleOnce(String channel, TypeRef<Q> type, Handler<Renderer, Q, R> handler) {
        return renderers.registry().handleOnce(channel, type, handler);
    }

    @Override
    public <Q, T> Registration handleStream(String channel, TypeRef<Q> type, StreamHandler<Renderer, Q, T> handler) {
        return renderers.registry().handleStream(channel, type, handler);
    }

    @Override
    public boolean removeHandler(String channel) {
        return renderers.registry().removeHandler(channel);
    }

    @Override
    public void removeAllListeners(String channel) {
        renderers.registry().removeAllListeners(channel);
    }

    @Override
    public void removeAllListeners() {
        renderers.registry().removeAllListeners();
    }

    @Override
    public Set<String> channelNames() {
        return renderers.registry().channelNames();
    }

    @Override
    public int listenerCount(String channel) {
        return renderers.registry().listenerCount(channel);
    }
}
