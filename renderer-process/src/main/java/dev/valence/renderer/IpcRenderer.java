package dev.valence.renderer;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ChannelName;
import dev.valence.Counters;
import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.EventChannel;
import dev.valence.GapListener;
import dev.valence.Handler;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Listener;
import dev.valence.MessagePort;
import dev.valence.Permissions;
import dev.valence.Registration;
import dev.valence.StreamHandler;
import dev.valence.TypeRef;
import dev.valence.call.CallbackScope;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * This process as a renderer: sends to main, and receives from it.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     IpcRenderer.run(renderer -> {
 *         renderer.on("mainchannel", String.class, (event, text) -> System.out.println(text));
 *         renderer.send("action", "hello!");
 *     });
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Every method may be called from any thread.
 *
 * <p><b>Lifetime.</b> An open renderer keeps its JVM alive. One that main launched ends its JVM when the connection ends:
 * shutdown hooks run, and 2 s later at most the JVM is halted. One that was invited only sees {@link #closed}.
 *
 * <p><b>Permissions.</b> What main does not allow fails where it is tried, with {@link ErrorCode#PERMISSION_DENIED}: a
 * request as the outcome of its call, {@code send}, {@code trySend}, {@code broadcast} and {@code handle} by that exception;
 * nothing was sent or registered. A listener can always be registered, for messages that main sends to this renderer alone
 * need no permission; without the one to subscribe it gets no broadcasts, which is logged and counted.
 */
public final class IpcRenderer implements IpcSender, IpcReceiver<IpcSender>, AutoCloseable {

    private final MainConnection main;

    private IpcRenderer(MainConnection main) {
        this.main = main;
    }

    /**
     * The main method of a renderer: connects, sets up, says that it is ready, and stays until the connection ends.
     *
     * @param setup registers listeners and handlers; if it throws, the process ends with exit code 1 and the stack on
     *     stderr
     * @throws IllegalStateException if this process was not launched by a main; the text says what to do
     * @throws IpcException if main cannot be reached, or refuses
     */
    public static void run(Setup setup) {
        IpcRenderer renderer = connect();
        try {
            setup.setUp(renderer);
            renderer.ready();
        } catch (Throwable t) {
            if (!(t instanceof IpcException gone && gone.code() == ErrorCode.CLOSED)) { // main may close before ready
                System.err.print("Exception in setUp ");
                t.printStackTrace();
                renderer.main.exit(1);
            }
        }
        renderer.closed().join();
    }

    /**
     * Connects to the main process that launched this one.
     *
     * @throws IllegalStateException if this process was not launched by a main; the text says what to do
     * @throws IpcException if main cannot be reached, or refuses
     */
    public static IpcRenderer connect() {
        HeadStart.begin();
        return connect(IpcRendererOptions.launched());
    }

    /**
     * Connects to a main process. Waits until main has let this renderer in, at most the handshake timeout.
     *
     * @throws IllegalStateException if the options name no endpoint and this process was not launched by a main
     * @throws IpcException with PEER_GONE if nothing listens there, REJECTED if main refuses; nothing is left open
     */
    public static IpcRenderer connect(IpcRendererOptions options) {
        MainConnection main = new MainConnection(options);
        IpcRenderer renderer = new IpcRenderer(main);
        main.open(options);
        return renderer;
    }

    /** Says that listeners are in place: main's {@code ready()} completes, and what main sent so far arrives. */
    public void ready() {
        main.ready();
    }

    /** Returns the number that main knows this renderer by. */
    public int id() {
        return main.id();
    }

    /** Returns the name from the spec. */
    public String name() {
        return main.name();
    }

    /**
     * Sends a message to main and to every other renderer that listens to its channel.
     *
     * @param channel 1 to 255 bytes of UTF-8
     * @param payload what listeners get
     * @return who got it, as main says
     * @throws IllegalArgumentException if the channel name is not valid; nothing was sent
     * @throws IpcException as {@link IpcSender#send(String, Object)} does
     */
    public Delivery broadcast(String channel, @Nullable Object payload) {
        return main.session().broadcast(channel, payload);
    }

    /** Sends a message on a typed channel to main and all who listen, see {@link #broadcast(String, Object)}. */
    public <T> Delivery broadcast(EventChannel<T> channel, @Nullable T payload) {
        return broadcast(channel.name(), payload);
    }

    /**
     * Registers a listener for gaps: broadcasts that this renderer would have got and for which it had no room. It is told
     * of each in its place among the messages, also if none follows on the channel.
     *
     * @return closing it removes the listener
     */
    public Registration onGap(GapListener listener) {
        return main.session().listenToGaps(listener);
    }

    /** Returns what was dropped so far. */
    public Counters counters() {
        return main.counters();
    }

    /** Returns the future of the connection's end, whatever the reason. */
    public CompletableFuture<Void> closed() {
        return main.closed();
    }

    /**
     * Sends what waits and disconnects; unanswered requests fail with CLOSED. Waits for that, at most the shutdown grace;
     * inside a callback it only starts it. Idempotent.
     */
    @Override
    public void close() {
        main.startClosing();
        if (CallbackScope.current() == null) {
            main.awaitClosed();
        }
    }

    // ---- Sending to main -----------------------------------------------------------------------------------------

    @Override
    public void send(String channel, @Nullable Object payload) {
        main.session().send(channel, payload);
    }

    @Override
    public boolean trySend(String channel, @Nullable Object payload) {
        return main.session().trySend(channel, payload);
    }

    @Override
    public void postMessage(String channel, @Nullable Object payload, MessagePort... ports) {
        main.session().postMessage(channel, payload, ports);
    }

    @Override
    public <R> Call<R> invoke(String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return main.session().invoke(channel, payload, replyType, options);
    }

    @Override
    public <R> @Nullable R invokeSync(
            String channel, @Nullable Object payload, TypeRef<R> replyType, CallOptions options) {
        return main.session().invokeSync(channel, payload, replyType, options);
    }

    @Override
    public <T> Flow.Publisher<T> stream(
            String channel, @Nullable Object payload, TypeRef<T> itemType, CallOptions options) {
        return main.session().stream(channel, payload, itemType, options);
    }

    // ---- Listeners and handlers ----------------------------------------------------------------------------------

    @Override
    public <T> Registration on(String channel, TypeRef<T> type, Listener<IpcSender, T> listener) {
        Registration registration = main.registry().on(channel, type, listener);
        main.noteIfUnsubscribed(channel);
        return registration;
    }

    @Override
    public <T> Registration once(String channel, TypeRef<T> type, Listener<IpcSender, T> listener) {
        Registration registration = main.registry().once(channel, type, listener);
        main.noteIfUnsubscribed(channel);
        return registration;
    }

    @Override
    public boolean off(String channel, Listener<IpcSender, ?> listener) {
        return main.registry().off(channel, listener);
    }

    @Override
    public <Q, R> Registration handle(
            String channel, TypeRef<Q> type, Handler<IpcSender, Q, R> handler, HandlerOptions options) {
        main.session().checkMay(Permissions.Use.HANDLE, ChannelName.check(channel));
        return main.registry().handle(channel, type, handler, options);
    }

    @Override
    public <Q, R> Registration handleOnce(String channel, TypeRef<Q> type, Handler<IpcSender, Q, R> handler) {
        main.session().checkMay(Permissions.Use.HANDLE, ChannelName.check(channel));
        return main.registry().handleOnce(channel, type, handler);
    }

    @Override
    public <Q, T> Registration handleStream(String channel, TypeRef<Q> type, StreamHandler<IpcSender, Q, T> handler) {
        main.session().checkMay(Permissions.Use.HANDLE, ChannelName.check(channel));
        return main.registry().handleStream(channel, type, handler);
    }

    @Override
    public boolean removeHandler(String channel) {
        return main.registry().removeHandler(channel);
    }

    @Override
    public void removeAllListeners(String channel) {
        main.registry().removeAllListeners(channel);
    }

    @Override
    public void removeAllListeners() {
        main.registry().removeAllListeners();
    }

    @Override
    public Set<String> channelNames() {
        return main.registry().channelNames();
    }

    @Override
    public int listenerCount(String channel) {
        return main.registry().listenerCount(channel);
    }
}
