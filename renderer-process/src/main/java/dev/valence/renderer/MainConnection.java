package dev.valence.renderer;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.Counters;
import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcSender;
import dev.valence.MessagePort;
import dev.valence.Origin;
import dev.valence.Permissions;
import dev.valence.TypeRef;
import dev.valence.call.Activity;
import dev.valence.connection.Connection;
import dev.valence.connection.Outbox;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.Frame.Rules;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.InMemoryTransport;
import dev.valence.frame.Link;
import dev.valence.renderer.channel.ChannelLink;
import dev.valence.session.Codecs;
import dev.valence.session.Registry;
import dev.valence.session.Role;
import dev.valence.session.RuleSheet;
import dev.valence.session.Services;
import dev.valence.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A renderer's session with main, from the hand-over to the end of its process. It is also how callbacks see main.
 *
 * <p><b>Threads.</b> The methods of {@link Role} on the I/O thread, all others from any.
 */
final class MainConnection implements IpcSender, Role {

    private static final Logger LOG = LoggerFactory.getLogger(MainConnection.class);
    private static final long CLOSING_MILLIS = 500;
    private static final long PARENT_NANOS = TimeUnit.SECONDS.toNanos(5); // between two looks whether it lives

    private final Services services;
    private final Registry<IpcSender> registry;
    private final Session<IpcSender> session;
    private final Duration grace;
    private final CompletableFuture<Welcome> welcome = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>(); // for the application, on its executor
    private final CompletableFuture<Void> ended = new CompletableFuture<>(); // for close(), on the I/O thread
    private final @Nullable BoundedExit exit; // null unless main launched this process
    private final @Nullable Offspring offspring; // the same
    private volatile @Nullable Connection connection; // written once, by the thread that connects
    private volatile boolean closing; // by this side
    private volatile RuleSheet rules = RuleSheet.of(Rules.NONE); // none until main has told them

    MainConnection(IpcRendererOptions options) {
        boolean isLaunched = options.endpoint() == null;
        if (isLaunched) {
            Handover.requireLaunched(System.getenv());
        }
        this.exit = isLaunched ? BoundedExit.ofThisJvm() : null;
        this.offspring = isLaunched ? Offspring.ofThisJvm() : null;
        this.grace = options.limits().shutdownGrace();
        this.services = Services.start(
                        options.limits(),
                        options.executor(),
                        new Codecs(options.codecs()),
                        options.uncaughtErrorHook(),
                        "valence-renderer-timer")
                .watchedBy(options.tap(), options.maxListeners());
        this.registry = new Registry<>(options.maxListeners(), this::subscribe, this::unsubscribe);
        this.session =
                new Session<>(services, this, this, Origin.MAIN, Outbox.flowing(options.limits()), List.of(registry));
    }

    /** Connects, and waits until main has let this renderer in. */
    void open(IpcRendererOptions options) {
        try {
            Endpoint endpoint = options.endpoint();
            String token = options.token();
            MainWatch watch = null;
            if (endpoint == null || token == null) {
                Handover handover = readHandover();
                watch = MainWatch.start(this::onMainGone);
                endpoint = handover.endpoint();
                token = handover.token();
            }
            Hello hello = Hello.of(
                    HexFormat.of().parseHex(token), ProcessHandle.current().pid(), "valence-java");
            link(endpoint, link -> client(link, options, hello)).wakeUp();
            awaitWelcome(options.limits().handshakeTimeout());
            MainPulse.watch(Objects.requireNonNull(connection), session.health(), services);
            if (watch != null) {
                services.deadlines().repeat(watch::look, PARENT_NANOS);
            }
        } catch (Throwable e) {
            abandon(e);
            throw e;
        }
    }

    private Handover readHandover() {
        try {
            return Handover.read(System.in);
        } catch (IpcException e) {
            if (e.code() == ErrorCode.PEER_GONE) {
                follow(); // nothing watches for the end of main yet
            }
            throw e;
        }
    }

    private static Link link(Endpoint endpoint, Function<Link, FrameHandler> handler) {
        if (endpoint instanceof Endpoint.InMemory inMemory) {
            return InMemoryTransport.connect(inMemory, handler);
        }
        try {
            return ChannelLink.connect(((Endpoint.Unix) endpoint).path(), handler);
        } catch (IOException e) {
            throw new IpcException(
                    ErrorCode.PEER_GONE,
                    "nothing listens at " + endpoint + " (expected: an open main): " + e.getMessage(),
                    e);
        }
    }

    private Connection client(Link link, IpcRendererOptions options, Hello hello) {
        Connection client = Connection.client(link, options.limits(), session, hello);
        connection = client;
        return client;
    }

    private void awaitWelcome(Duration timeout) {
        try {
            welcome.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            IpcException reason = (IpcException) Objects.requireNonNull(e.getCause());
            throw new IpcException(reason.code(), String.valueOf(reason.getMessage()), reason);
        } catch (TimeoutException e) {
            throw new IpcException(ErrorCode.REJECTED, "main did not answer within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(ErrorCode.INTERRUPTED, "interrupted while connecting", e);
        }
    }

    /** Leaves nothing open after a failed connect. */
    private void abandon(Throwable cause) {
        Connection open = connection;
        if (open != null) {
            open.close(new IpcException(ErrorCode.CLOSED, "the connection was given up", cause));
        }
        services.close();
    }

    /** After an orderly end those who wait for it have a moment to be told first. */
    private void onMainGone() {
        if (closing) {
            closed().orTimeout(CLOSING_MILLIS, TimeUnit.MILLISECONDS).whenComplete((done, late) -> exit(0));
        } else {
            follow();
        }
    }

    /** Main is gone: so are this process, if main launched it, and what it started. */
    private void follow() {
        if (offspring != null) {
            offspring.doom(); // before anybody who might end this JVM is told
        }
        exit(1);
    }

    /** Ends this process if main launched it. */
    void exit(int status) {
        if (exit != null) {
            exit.begin(status);
        }
    }

    // ---- What main says ------------------------------------------------------------------------------------------

    @Override
    public String peerName() {
        return "main";
    }

    @Override
    public void onWelcome(Welcome answer) {
        rules = RuleSheet.of(answer.rules());
        welcome.complete(answer);
    }

    /** Lets everything pass once this side closes: that there is no connection any more is then the better answer. */
    @Override
    public boolean mayUse(Permissions.Use use, String channel) {
        return closing || ended.isDone() || rules.permits(use, channel);
    }

    @Override
    public Activity activity() {
        return services.dispatcher().activity();
    }

    @Override
    public void onDumpThreads() {
        ThreadDump.start(
                services.dispatcher().threads(), text -> session.health().sendThreadDump(text));
    }

    @Override
    public void onDrained() {
        startClosing();
    }

    @Override
    public void onDisconnected(IpcException reason) {
        welcome.completeExceptionally(reason);
        boolean isClean = closing || reason.code() == ErrorCode.CLOSED;
        session.end(
                isClean
                        ? new IpcException(ErrorCode.CLOSED, "this renderer is closed")
                        : new IpcException(ErrorCode.PEER_GONE, "main is gone: " + reason.getMessage(), reason));
        if (!isClean) {
            follow(); // first, or the end of the main thread might look like an orderly one
        }
        services.dispatcher().execute(() -> {
            closed.complete(null);
            exit(0); // the first status counts
        });
        services.close();
        ended.complete(null);
    }

    // ---- What this side does -------------------------------------------------------------------------------------

    void ready() {
        session.sendPlain(new Frame.Ready());
    }

    /** Notes that a listener will get no broadcasts, which nobody else tells its author. */
    void noteIfUnsubscribed(String channel) {
        if (!mayUse(Permissions.Use.SUBSCRIBE, channel)) {
            services.tally().countDeniedUse();
            LOG.info(
                    "a listener of '{}' gets messages for this renderer only, and no broadcasts (expected: a channel that"
                            + " its permissions allow it to subscribe to)",
                    channel);
        }
    }

    private void subscribe(String channel) {
        if (!mayUse(Permissions.Use.SUBSCRIBE, channel)) {
            return;
        }
        session.sendPlain(new Frame.Subscribe(channel));
    }

    private void unsubscribe(String channel) {
        if (!mayUse(Permissions.Use.SUBSCRIBE, channel)) {
            return;
        }
        try {
            session.sendPlain(new Frame.Unsubscribe(channel));
        } catch (IpcException e) {
            // Closed: there is nothing left to unsubscribe from, and removing a listener is always allowed.
        }
    }

    void startClosing() {
        closing = true;
        session.outbox().finish(Connection.closeFrame(0, "closed by the renderer"));
        if (services.deadlines().schedule(this::closeNow, grace.toNanos()) == null) {
            closeNow();
        }
    }

    /** Waits for the end of the connection, and ends it if that takes too long. */
    void awaitClosed() {
        try {
            ended.get(grace.toNanos(), TimeUnit.NANOSECONDS);
            closed.complete(null); // here, for the executor may be waiting for this very thread
        } catch (TimeoutException | ExecutionException e) {
            closeNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closeNow();
        }
    }

    private void closeNow() {
        Connection open = connection;
        if (open != null) {
            open.close(new IpcException(ErrorCode.CLOSED, "closed by the renderer"));
        }
    }

    Session<IpcSender> session() {
        return session;
    }

    Registry<IpcSender> registry() {
        return registry;
    }

    Counters counters() {
        return services.tally().counters();
    }

    CompletableFuture<Void> closed() {
        return closed.copy();
    }

    int id() {
        return welcome.join().rendererId();
    }

    String name() {
        return welcome.join().rendererName();
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
    public void postMessage(String channel, @Nullable Object payload, MessagePort... ports) {
        session.postMessage(channel, payload, ports);
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
        return "main";
    }
}
