package dev.valence.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.FrameLengthException;
import dev.valence.frame.Link;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.proto.Bounds;
import dev.valence.proto.Chunk;
import dev.valence.proto.Close;
import dev.valence.proto.Credit;
import dev.valence.proto.Frame;
import dev.valence.proto.Hello;
import dev.valence.proto.Welcome;
import dev.valence.proto.Windows;
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
    private final AtomicReference<@Nullable Frame> handshake =
            new AtomicReference<>(); // Hello or Welcome, to be written
    private final AtomicReference<@Nullable IpcException> ending = new AtomicReference<>(); // why this side closes
    private volatile @Nullable FrameListener listener; // written on the I/O thread, read by the one that writes
    private volatile @Nullable Frame farewell; // Close, to be written
    private volatile boolean isReady; // Ready came, or was sent: then written by the one that writes
    private volatile boolean isWelcomed; // a client: Welcome came
    private volatile boolean isHeard; // a frame came; set on the I/O thread, cleared by who asks
    private boolean isDrained; // I/O thread only; Drain came
    private long features; // I/O thread only; bits that both sides know
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
        this.data = new DataIntake(dataWindow, limits.payloadBytes(), link::wakeUp);
        this.replies = new ReplyIntake(replyWindow, limits.payloadBytes(), link::wakeUp);
    }

    /** Returns main's end of a connection, which waits for a Hello. */
    public static Connection server(Link link, Limits limits, Doorkeeper doorkeeper) {
        return new Connection(link, limits, doorkeeper, null, ConnectionState.AWAITING_HELLO);
    }

    /**
     * Returns a client's end of a connection, which says Hello as soon as its link is woken up.
     *
     * @param hello without magic, version and windows
     */
    public static Connection client(Link link, Limits limits, FrameListener listener, Hello.Builder hello) {
        Connection connection = new Connection(link, limits, null, listener, ConnectionState.AWAITING_WELCOME);
        connection.handshake.set(Frame.newBuilder()
                .setHello(hello.setMagic(Wire.MAGIC)
                        .setMajor(Wire.MAJOR)
                        .setMinor(Wire.MINOR)
                        .setFeatures(Wire.FEATURES)
                        .setWindows(connection.windows())
                        .setBounds(bounds(limits)))
                .build());
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
        return Frame.newBuilder()
                .setClose(Close.newBuilder()
                        .setCode(code)
                        .setReason(reason.length() > 1000 ? reason.substring(0, 1000) : reason))
                .build();
    }

    @Override
    public int maxFrameBytes() {
        return state == ConnectionState.AWAITING_HELLO ? Wire.MAX_HANDSHAKE_FRAME_BYTES : Wire.MAX_FRAME_BYTES;
    }

    @Override
    public @Nullable OutFrame nextFrame() {
        OutFrame next = null;
        Frame first = handshake.getAndSet(null);
        if (first != null) {
            next = OutFrame.of(first);
        } else if (state == ConnectionState.CLOSING) {
            Frame goodbye = farewell;
            farewell = null;
            next = goodbye == null ? null : OutFrame.of(goodbye);
        } else if (state == ConnectionState.OPEN) {
            Outbox outbox = outbox();
            Frame credit = Objects.requireNonNull(listener).nextCredit();
            next = credit == null || outbox.isFlushed() ? outbox.nextFrame() : OutFrame.of(credit);
            if (next == null && outbox.isFlushed()) {
                // The peer closes the socket when it has read the last frame: closing it here could lose what is on its
                // way.
                state = ConnectionState.CLOSING;
                ending.compareAndSet(null, new IpcException(ErrorCode.CLOSED, "closed by this side"));
            }
        }
        if (next != null && next.frame().hasReady()) {
            isReady = true;
        }
        if (next != null && FRAMES.isTraceEnabled()) {
            FRAMES.trace(">> {} {}", next.frame().getBodyCase(), next.size());
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
            Frame frame = Frame.parseFrom(bytes);
            if (FRAMES.isTraceEnabled()) {
                FRAMES.trace("<< {} {}", frame.getBodyCase(), bytes.limit());
            }
            switch (now) {
                case AWAITING_HELLO -> onHello(frame);
                case AWAITING_WELCOME -> onWelcome(frame);
                default -> onOpenFrame(frame);
            }
        } catch (InvalidProtocolBufferException e) {
            close(Reassembly.broken("not a frame: " + e.getMessage()));
        } catch (IpcException e) {
            LIFECYCLE.warn("closing a connection: {}", e.getMessage());
            close(e);
        }
    }

    private void onHello(Frame frame) {
        FrameRules.checkFromClient(frame);
        Hello hello = frame.getHello();
        if (!frame.hasHello() || hello.getMagic() != Wire.MAGIC) {
            throw Reassembly.broken(
                    "first frame: " + frame.getBodyCase() + " (expected: a Hello with the magic number)");
        }
        if (hello.getMajor() != Wire.MAJOR) {
            throw new IpcException(
                    ErrorCode.REJECTED, "major version: " + hello.getMajor() + " (expected: " + Wire.MAJOR + ")");
        }
        FrameRules.checkWindows(hello.getWindows());
        FrameRules.checkBounds(hello.getBounds());
        Admitted admitted = Objects.requireNonNull(doorkeeper).admit(hello, link.credentials(), this);
        features = hello.getFeatures() & Wire.FEATURES;
        handshake.set(Frame.newBuilder()
                .setWelcome(admitted.welcome()
                        .setMajor(Wire.MAJOR)
                        .setMinor(Wire.MINOR)
                        .setFeatures(features)
                        .setWindows(windows())
                        .setBounds(bounds(limits)))
                .build());
        admitted.listener().onPeer(hello.getBounds(), features);
        open(admitted.listener(), hello.getWindows());
    }

    private void onWelcome(Frame frame) {
        if (frame.hasClose()) {
            onCloseFrame(frame.getClose());
            return;
        }
        if (!frame.hasWelcome()) {
            throw Reassembly.broken("first frame: " + frame.getBodyCase() + " (expected: Welcome or Close)");
        }
        isWelcomed = true;
        Welcome welcome = frame.getWelcome();
        FrameRules.checkWindows(welcome.getWindows());
        FrameRules.checkBounds(welcome.getBounds());
        FrameListener above = Objects.requireNonNull(listener);
        FrameRules.checkFeatures(welcome.getFeatures());
        features = welcome.getFeatures();
        above.onPeer(welcome.getBounds(), features);
        open(above, welcome.getWindows());
        above.onWelcome(welcome);
    }

    private void open(FrameListener above, Windows peer) {
        listener = above;
        if (ending.get() == null) {
            state = ConnectionState.OPEN;
        }
        above.outbox().attach(link, peer, dataWindow, replyWindow, this::close);
    }

    private void onOpenFrame(Frame frame) {
        boolean isMain = doorkeeper != null;
        if (isMain) {
            FrameRules.checkFromClient(frame);
        } else {
            FrameRules.checkFromMain(frame);
        }
        FrameRules.checkNegotiated(frame, features);
        FrameListener above = Objects.requireNonNull(listener);
        switch (frame.getBodyCase()) {
            case MESSAGE, REQUEST, STREAM, PORT_MESSAGE -> {
                checkMayStart(frame);
                deliver(data.takeFirst(frame), above);
            }
            case PORT_CLOSE -> {
                checkMayStart(frame);
                data.takePlain();
                above.onPortClose(frame.getPortClose().getPort());
            }
            case CHUNK -> onChunk(frame.getChunk(), above);
            case REPLY, ITEM -> deliver(replies.takeFirst(frame), above);
            case FAILURE -> {
                if (frame.getFailure().hasDetails()) {
                    replies.takePlain(frame.getFailure().getId());
                }
                above.onFailure(frame.getFailure());
            }
            case STREAM_END -> {
                replies.takePlain(frame.getStreamEnd().getId());
                above.onStreamEnd(frame.getStreamEnd());
            }
            case CANCEL -> onCancel(frame.getCancel().getId(), above);
            case CREDIT -> onCredit(frame.getCredit(), above);
            case PING -> above.health().onPing(frame.getPing().getNonce());
            case PONG -> above.health().onPong(frame.getPong());
            case CLOSE -> onCloseFrame(frame.getClose());
            default -> {
                if (isMain) {
                    onClientFrame(frame, above);
                } else {
                    onMainFrame(frame, above);
                }
            }
        }
    }

    private void onClientFrame(Frame frame, FrameListener above) {
        switch (frame.getBodyCase()) {
            case SUBSCRIBE -> {
                data.takePlain();
                DataIntake.checkChannel(frame.getSubscribe().getChannel());
                above.onSubscribe(frame.getSubscribe().getChannel());
            }
            case UNSUBSCRIBE -> {
                data.takePlain();
                DataIntake.checkChannel(frame.getUnsubscribe().getChannel());
                above.onUnsubscribe(frame.getUnsubscribe().getChannel());
            }
            case READY -> {
                data.takePlain();
                if (isReady) {
                    throw unexpected(frame);
                }
                isReady = true;
                above.onReady();
            }
            case THREAD_DUMP -> {
                ByteString text = frame.getThreadDump().getPayload();
                replies.takeWhole(text);
                above.health().onThreadDump(text);
            }
            default -> throw unexpected(frame);
        }
    }

    private void onMainFrame(Frame frame, FrameListener above) {
        switch (frame.getBodyCase()) {
            case GAP -> {
                checkMayStart(frame);
                data.takePlain();
                FrameRules.checkGap(frame.getGap());
                above.onGap(frame.getGap().getChannel(), frame.getGap().getCount());
            }
            case REPORT -> {
                replies.takePlain(frame.getReport().getId());
                above.onReport(frame.getReport());
            }
            case DUMP_THREADS -> above.health().onDumpThreads();
            case DRAIN -> {
                if (isDrained) {
                    throw unexpected(frame);
                }
                isDrained = true;
                above.onDrain();
            }
            default -> throw unexpected(frame);
        }
    }

    private void onChunk(Chunk chunk, FrameListener above) {
        switch (chunk.getLane()) {
            case LANE_DATA -> deliver(data.takeChunk(chunk), above);
            case LANE_REPLY -> deliver(replies.takeChunk(chunk), above);
            default -> throw Reassembly.broken("lane of a chunk: " + chunk.getLane() + " (expected: data or reply)");
        }
    }

    private static void deliver(@Nullable Incoming whole, FrameListener above) {
        if (whole != null) {
            switch (whole.kind()) {
                case MESSAGE -> above.onMessage(whole);
                case REQUEST -> above.onRequest(whole);
                case STREAM -> above.onStream(whole);
                case PORT_MESSAGE -> above.onPortMessage(whole);
            }
        }
    }

    private static void deliver(ReplyIntake.@Nullable Answer whole, FrameListener above) {
        if (whole == null) {
            return;
        }
        if (whole.isItem()) {
            above.onItem(whole.id(), whole.payload());
        } else {
            above.onReply(whole.id(), whole::payload);
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
        if (credit.getTarget() != 0) {
            data.checkMayHaveCredit(credit.getTarget());
            above.onStreamCredit(credit.getTarget(), credit.getItems(), credit.getDataBytes());
            return;
        }
        if (credit.getPort() != 0) {
            above.onPortCredit(credit.getPort(), credit.getDataBytes());
            return;
        }
        try {
            above.outbox().addWindows(credit.getDataBytes(), credit.getReplyBytes());
        } catch (ArithmeticException e) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "credit adds up to more than 63 bits", e);
        }
    }

    private void onCloseFrame(Close close) {
        ErrorCode code = close.getCode() == 0 ? ErrorCode.CLOSED : ErrorCode.of(close.getCode());
        if (ending.compareAndSet(
                null, new IpcException(code, "the peer closed the connection: " + close.getReason()))) {
            state = ConnectionState.CLOSING;
            handshake.set(null);
            link.close();
        }
    }

    @Override
    public void onClosed(@Nullable IOException cause) {
        state = ConnectionState.CLOSED;
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
        return Windows.newBuilder()
                .setDataBytes(limits.windowBytes())
                .setReplyBytes(limits.windowBytes())
                .build();
    }

    private static Bounds bounds(Limits limits) {
        return Bounds.newBuilder()
                .setPayloadBytes(limits.payloadBytes())
                .setPendingRequests(limits.pendingRequests())
                .setSubscriptions(limits.subscriptions())
                .build();
    }

    /** Main sends data to a client from Ready to Drain. */
    private void checkMayStart(Frame frame) {
        if (doorkeeper == null && (!isReady || isDrained)) {
            throw Reassembly.broken("frame: " + frame.getBodyCase() + " (expected: none before Ready or after Drain)");
        }
    }

    private static IpcException unexpected(Frame frame) {
        return Reassembly.broken("frame: " + frame.getBodyCase() + " (expected: one that this side takes)");
    }
}
