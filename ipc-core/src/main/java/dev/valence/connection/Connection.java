package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Close;
import dev.valence.frame.Frame.Credit;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Gap;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.FrameLengthException;
import dev.valence.frame.FrameReader;
import dev.valence.frame.Link;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket's life: handshake, frames in, and the end. Every rule of {@code docs/protocol.md} about what may come is
 * checked here or in what this calls; a peer that breaks one is told which, and the connection ends.
 *
 * <p><b>Threads.</b> Frames come in on the I/O thread; {@link #close} may be called from any.
 */
public final class Connection implements FrameHandler {

    private static final Logger FRAMES = LoggerFactory.getLogger("valence.frames");
    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final Link link;
    private final Limits limits;
    private final @Nullable Doorkeeper doorkeeper; // null in a renderer
    private final ReceiveWindow dataWindow;
    private final ReceiveWindow replyWindow;
    private final DataIntake data;
    private final ReplyIntake replies;
    private final RegionDesk regions;
    private final FrameReader reader = new FrameReader(); // I/O thread only
    private final Handful outgoing = new Handful(Handful.FRAMES); // by the one that writes
    private final AtomicReference<@Nullable Frame> handshake =
            new AtomicReference<>(); // Hello or Welcome, to be written
    private final AtomicReference<@Nullable IpcException> ending = new AtomicReference<>(); // why this side closes
    private volatile @Nullable FrameListener listener; // written on the I/O thread, read by the one that writes
    private volatile @Nullable Frame farewell; // Close, to be written
    private volatile boolean isReady; // Ready came, or was sent: then written by the one that writes
    private volatile boolean isWelcomed; // a client: Welcome came
    private volatile boolean isHeard; // a frame came; set on the I/O thread, cleared by who asks
    private boolean isDrained; // I/O thread only; Drain came
    private volatile long features; // written on the I/O thread; bits that both sides know
    private volatile ConnectionState state; // written on the I/O thread, and by close()

    private Connection(
            Link link,
            Limits limits,
            @Nullable Doorkeeper doorkeeper,
            @Nullable FrameListener listener,
            ConnectionState state) {
        this.link = link;
        this.limits = limits;
        this.doorkeeper = doorkeeper;
        this.listener = listener;
        this.state = state;
        this.dataWindow = new ReceiveWindow(limits.windowBytes());
        this.replyWindow = new ReceiveWindow(limits.windowBytes());
        this.data = new DataIntake(dataWindow, limits.payloadBytes(), link);
        this.replies = new ReplyIntake(replyWindow, limits.payloadBytes(), link);
        this.regions = new RegionDesk(limits, this::outbox);
    }

    /** Returns main's end of a connection, which waits for a Hello. */
    public static Connection server(Link link, Limits limits, Doorkeeper doorkeeper) {
        return new Connection(link, limits, doorkeeper, null, ConnectionState.AWAITING_HELLO);
    }

    /**
     * Returns a client's end of a connection, which says Hello as soon as its link is woken up.
     *
     * @param hello without windows and bounds
     */
    public static Connection client(Link link, Limits limits, FrameListener listener, Hello hello) {
        Connection connection = new Connection(link, limits, null, listener, ConnectionState.AWAITING_WELCOME);
        connection.handshake.set(hello.with(connection.windows(), bounds(limits)));
        return connection;
    }

    /** Returns whether the handshake is over and neither side has closed. */
    public boolean isOpen() {
        return state == ConnectionState.OPEN;
    }

    /** Returns whether a frame has come since this was asked last. One thread asks. */
    public boolean takeHeard() {
        boolean any = isHeard;
        if (any) {
            isHeard = false; // a frame that comes right now is counted with those before it
        }
        return any;
    }

    /** See {@link Link#isBehind}. */
    public boolean isBehind() {
        return link.isBehind();
    }

    /**
     * Ends the connection at once: tells the peer why, as far as it listens, and closes the link. Idempotent; the first
     * reason counts.
     */
    public void close(IpcException reason) {
        boolean isFirst = ending.compareAndSet(null, reason);
        if (isFirst && state == ConnectionState.AWAITING_WELCOME && !isWelcomed) { // a client may say nothing yet
            state = ConnectionState.CLOSING;
            handshake.set(null);
        } else if (isFirst) {
            state = ConnectionState.CLOSING;
            int code = reason.code() == ErrorCode.CLOSED ? 0 : reason.code().number();
            farewell = closeFrame(code, String.valueOf(reason.getMessage()));
        }
        link.close(); // also if the peer was told already and has not closed the socket
    }

    /** Returns the last frame of a connection. */
    public static Frame closeFrame(int code, String reason) {
        return new Close(code, reason.length() > 1000 ? reason.substring(0, 1000) : reason);
    }

    @Override
    public int maxFrameBytes() {
        return state == ConnectionState.AWAITING_HELLO ? Wire.MAX_HANDSHAKE_FRAME_BYTES : Wire.MAX_FRAME_BYTES;
    }

    @Override
    public @Nullable OutFrame nextFrame() {
        OutFrame next = null;
        Frame first = handshake.get() == null ? null : handshake.getAndSet(null);
        if (first != null) {
            next = OutFrame.of(first);
        } else if (state == ConnectionState.CLOSING) {
            Frame goodbye = farewell;
            farewell = null;
            next = goodbye == null ? null : OutFrame.of(goodbye);
        } else if (state == ConnectionState.OPEN) {
            OutFrame taken = outgoing.next();
            next = taken == null ? takeMore() : taken;
            if (next != null && next.frame() instanceof Chunk) {
                countPiece(next.size());
            }
        }
        if (next != null && next.frame() instanceof Frame.Ready) {
            isReady = true;
        }
        if (next != null && FRAMES.isTraceEnabled()) {
            FRAMES.trace(">> {} {}", next.frame().name(), next.size());
        }
        return next;
    }

    private @Nullable OutFrame takeMore() {
        Outbox outbox = outbox();
        Frame credit = Objects.requireNonNull(listener).nextCredit();
        if (credit != null && !outbox.isFlushed()) {
            return OutFrame.of(credit);
        }
        outbox.take(outgoing);
        OutFrame next = outgoing.next();
        if (next == null && outbox.isFlushed()) {
            // The peer closes the socket when it has read the last frame: closing it here could lose what is on its
            // way.
            state = ConnectionState.CLOSING;
            ending.compareAndSet(null, new IpcException(ErrorCode.CLOSED, "closed by this side"));
        }
        return next;
    }

    @Override
    public void onFrame(ByteBuffer bytes) {
        ConnectionState now = state;
        if (now == ConnectionState.CLOSING || now == ConnectionState.CLOSED) {
            return;
        }
        if (!isHeard) { // written once an interval, not once a frame
            isHeard = true;
        }
        try {
            int length = bytes.remaining();
            Frame frame = reader.read(bytes); // and what is left is its payload
            if (FRAMES.isTraceEnabled()) {
                FRAMES.trace("<< {} {}", frame.name(), length);
            }
            if (now == ConnectionState.AWAITING_WELCOME) {
                onWelcome(frame);
                return;
            }
            int bytesBeside = length - bytes.remaining();
            if (doorkeeper != null) {
                FrameRules.checkFromClient(reader, frame, bytesBeside);
            } else {
                FrameRules.checkFromMain(reader, frame, bytesBeside);
            }
            if (now == ConnectionState.AWAITING_HELLO) {
                onHello(frame);
            } else {
                FrameRules.checkNegotiated(frame, features);
                onOpenFrame(frame, bytes);
            }
        } catch (IpcException e) {
            LIFECYCLE.warn("closing a connection: {}", e.getMessage());
            close(e);
        }
    }

    private void onHello(Frame frame) {
        if (!(frame instanceof Hello hello) || hello.magic() != Wire.MAGIC) {
            throw Reassembly.broken("first frame: " + frame.name() + " (expected: a Hello with the magic number)");
        }
        if (hello.major() != Wire.MAJOR) {
            throw new IpcException(
                    ErrorCode.REJECTED, "major version: " + hello.major() + " (expected: " + Wire.MAJOR + ")");
        }
        FrameRules.checkWindows(hello.windows());
        FrameRules.checkBounds(hello.bounds());
        Admitted admitted = Objects.requireNonNull(doorkeeper).admit(hello, link.credentials(), this);
        features = hello.features() & ((Wire.FEATURES & ~Wire.FEATURE_REGIONS) | regions.feature());
        handshake.set(admitted.welcome().with(features, windows(), bounds(limits)));
        admitted.listener().onPeer(hello.bounds(), features);
        open(admitted.listener(), hello.windows());
    }

    private void onWelcome(Frame frame) {
        if (frame instanceof Close close) {
            onCloseFrame(close);
            return;
        }
        if (!(frame instanceof Welcome welcome)) {
            throw Reassembly.broken("first frame: " + frame.name() + " (expected: Welcome or Close)");
        }
        isWelcomed = true;
        FrameRules.checkWindows(welcome.windows());
        FrameRules.checkBounds(welcome.bounds());
        FrameListener above = Objects.requireNonNull(listener);
        FrameRules.checkFeatures(welcome.features());
        features = welcome.features();
        above.onPeer(welcome.bounds(), features);
        open(above, welcome.windows());
        above.onWelcome(welcome);
    }

    private void open(FrameListener above, Windows peer) {
        listener = above;
        if (ending.get() == null) {
            state = ConnectionState.OPEN;
        }
        above.outbox().attach(link, peer, dataWindow, replyWindow, this::close);
    }

    private void onOpenFrame(Frame frame, ByteBuffer payload) {
        FrameListener above = Objects.requireNonNull(listener);
        if (frame instanceof Opening opening) {
            if (opening.isAnswer()) {
                deliver(replies.takeFirst(opening, payload), above);
            } else {
                checkMayStart(frame);
                deliver(data.takeFirst(opening, payload), above);
            }
        } else if (frame instanceof Chunk chunk) {
            onChunk(chunk, payload, above);
        } else if (frame instanceof Credit credit) {
            onCredit(credit, above);
        } else if (frame instanceof Frame.RegionCredit credit) {
            regions.onCredit(credit);
        } else if (frame instanceof Failure failure) {
            if (failure.details() != null) {
                replies.takePlain(failure.id());
            }
            above.onFailure(failure);
        } else if (frame instanceof StreamEnd end) {
            replies.takePlain(end.id());
            above.onStreamEnd(end);
        } else if (frame instanceof Frame.Cancel cancel) {
            onCancel(cancel.id(), above);
        } else if (frame instanceof Frame.PortClose close) {
            checkMayStart(frame);
            data.takePlain();
            above.onPortClose(close.port());
        } else if (frame instanceof Frame.Ping ping) {
            above.health().onPing(ping.nonce());
        } else if (frame instanceof Frame.Pong pong) {
            above.health().onPong(pong);
        } else if (frame instanceof Close close) {
            onCloseFrame(close);
        } else if (doorkeeper != null) {
            onClientFrame(frame, payload, above);
        } else {
            onMainFrame(frame, above);
        }
    }

    private void onClientFrame(Frame frame, ByteBuffer payload, FrameListener above) {
        if (frame instanceof Frame.Subscribe subscribe) {
            data.takePlain();
            FrameRules.checkChannel(subscribe.channel());
            above.onSubscribe(subscribe.channel());
        } else if (frame instanceof Frame.Unsubscribe unsubscribe) {
            data.takePlain();
            FrameRules.checkChannel(unsubscribe.channel());
            above.onUnsubscribe(unsubscribe.channel());
        } else if (frame instanceof Frame.Ready) {
            data.takePlain();
            if (isReady) {
                throw unexpected(frame);
            }
            isReady = true;
            above.onReady();
        } else if (frame instanceof Frame.ThreadDump) {
            above.health().onThreadDump(replies.takeWhole(payload));
        } else {
            throw unexpected(frame);
        }
    }

    private void onMainFrame(Frame frame, FrameListener above) {
        if (frame instanceof Gap gap) {
            checkMayStart(frame);
            data.takePlain();
            FrameRules.checkGap(gap);
            above.onGap(gap.channel(), gap.count());
        } else if (frame instanceof Report report) {
            replies.takePlain(report.id());
            above.onReport(report);
        } else if (frame instanceof Frame.DumpThreads) {
            above.health().onDumpThreads();
        } else if (frame instanceof Frame.RegionOffer region) {
            regions.onRegion(region);
        } else if (frame instanceof Frame.Drain && !isDrained) {
            isDrained = true;
            above.onDrain();
        } else {
            throw unexpected(frame);
        }
    }

    private void onChunk(Chunk chunk, ByteBuffer payload, FrameListener above) {
        countPiece(payload.remaining());
        ByteBuffer piece = regions.piece(chunk, payload);
        try {
            if (chunk.lane() == Wire.DATA_LANE) {
                Incoming whole = data.takeChunk(chunk, piece);
                regions.done(chunk);
                deliver(whole, above);
            } else if (chunk.lane() == Wire.REPLY_LANE) {
                ReplyIntake.Answer whole = replies.takeChunk(chunk, piece);
                regions.done(chunk);
                deliver(whole, above);
            } else {
                throw Reassembly.broken("lane of a chunk: " + chunk.lane() + " (expected: data or reply)");
            }
        } catch (InternalError e) { // what the JVM makes of a mapped file that was cut short
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "region: cannot be read (expected: all of it)", e);
        }
    }

    private void countPiece(int bytes) {
        if (doorkeeper != null && (features & Wire.FEATURE_REGIONS) != 0) {
            regions.count(bytes);
        }
    }

    private static void deliver(@Nullable Incoming whole, FrameListener above) {
        if (whole != null) {
            Kind kind = whole.kind();
            if (kind == Kind.MESSAGE) {
                above.onMessage(whole);
            } else if (kind == Kind.REQUEST) {
                above.onRequest(whole);
            } else if (kind == Kind.STREAM) {
                above.onStream(whole);
            } else {
                above.onPortMessage(whole);
            }
        }
    }

    private static void deliver(ReplyIntake.@Nullable Answer whole, FrameListener above) {
        if (whole == null) {
            return;
        }
        if (whole.isItem()) {
            above.onItem(whole.id(), whole.get());
        } else {
            above.onReply(whole.id(), whole);
        }
    }

    private void onCancel(long id, FrameListener above) {
        if (id <= 0 || id > data.lastId()) {
            throw Reassembly.broken("cancel of " + id + " (expected: an id up to " + data.lastId() + ")");
        }
        data.cancel(id);
        above.onCancel(id);
    }

    private void onCredit(Credit credit, FrameListener above) {
        FrameRules.checkCredit(credit);
        if (credit.target() != 0) {
            data.checkMayHaveCredit(credit.target());
            above.onStreamCredit(credit.target(), credit.items(), credit.dataBytes());
            return;
        }
        if (credit.port() != 0) {
            above.onPortCredit(credit.port(), credit.dataBytes());
            return;
        }
        try {
            above.outbox().addWindows(credit.dataBytes(), credit.replyBytes());
        } catch (ArithmeticException e) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "credit adds up to more than 63 bits", e);
        }
    }

    private void onCloseFrame(Close close) {
        ErrorCode code = close.code() == 0 ? ErrorCode.CLOSED : ErrorCode.of(close.code());
        if (ending.compareAndSet(null, new IpcException(code, "the peer closed the connection: " + close.reason()))) {
            state = ConnectionState.CLOSING;
            handshake.set(null);
            link.close();
        }
    }

    @Override
    public void onClosed(@Nullable IOException cause) {
        state = ConnectionState.CLOSED;
        outgoing.clear(); // nobody writes any more
        regions.close();
        IpcException reason = ending.get();
        if (reason == null) {
            reason = new IpcException(
                    cause instanceof FrameLengthException ? ErrorCode.PROTOCOL_ERROR : ErrorCode.PEER_GONE,
                    cause == null ? "the connection ended" : "the connection broke: " + cause.getMessage(),
                    cause);
        }
        LIFECYCLE.debug("connection closed: {}", reason.getMessage());
        FrameListener above = listener;
        if (above != null) {
            above.onDisconnected(reason);
        } else if (doorkeeper != null) {
            doorkeeper.turnedAway(this);
        }
    }

    private Outbox outbox() {
        return Objects.requireNonNull(listener).outbox();
    }

    private Windows windows() {
        return new Windows(limits.windowBytes(), limits.windowBytes());
    }

    private static Bounds bounds(Limits limits) {
        return new Bounds(limits.payloadBytes(), limits.pendingRequests(), limits.subscriptions());
    }

    /** Main sends data to a client from Ready to Drain. */
    private void checkMayStart(Frame frame) {
        if (doorkeeper == null && (!isReady || isDrained)) {
            throw Reassembly.broken("frame: " + frame.name() + " (expected: none before Ready or after Drain)");
        }
    }

    private static IpcException unexpected(Frame frame) {
        return Reassembly.broken("frame: " + frame.name() + " (expected: one that this side takes)");
    }
}
