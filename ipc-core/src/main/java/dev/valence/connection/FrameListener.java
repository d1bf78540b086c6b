package dev.valence.connection;

import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Frame.Welcome;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Connection} tells the layer above it.
 *
 * <p><b>Threads.</b> Called on the I/O thread of the connection, one at a time; must not wait. An {@link IpcException}
 * thrown by a method ends the connection with its code and message.
 */
public interface FrameListener {

    /** Returns where what is to be sent to this peer waits. */
    Outbox outbox();

    /**
     * Returns room of a stream or port that is to be given back, or null if none is due. Asked by the thread that writes, before
     * anything else is written.
     */
    @Nullable
    Frame nextCredit();

    /**
     * The peer said, in its handshake, what it takes.
     *
     * @param features bits that both sides know
     */
    void onPeer(Bounds bounds, long features);

    /** Main accepted this client. */
    void onWelcome(Welcome welcome);

    /** A message came; whoever gets it releases it. */
    void onMessage(Incoming message);

    /** A request came; whoever gets it releases it. */
    void onRequest(Incoming request);

    /** A request for a stream came; whoever gets it releases it. */
    void onStream(Incoming request);

    /** A message for a port came; whoever gets it releases it. */
    void onPortMessage(Incoming message);

    /**
     * The peer answered a request.
     *
     * @param reply puts the payload together; called on another thread, and once, if it may be large
     */
    void onReply(long id, Supplier<Payload> reply);

    /** The peer failed a request. */
    void onFailure(Failure failure);

    /** The next item of a stream came. */
    void onItem(long id, Payload item);

    /** A stream has ended. */
    void onStreamEnd(StreamEnd end);

    /** The subscriber of a stream takes more. */
    void onStreamCredit(long id, long items, long bytes);

    /** The other end of a port has room again. */
    void onPortCredit(long port, long bytes);

    /** The other end of a port was closed. */
    void onPortClose(long port);

    /** The caller of a request or the subscriber of a stream no longer waits. */
    void onCancel(long id);

    /** The client has its first listener on a channel. */
    void onSubscribe(String channel);

    /** The client has no listener on a channel any more. */
    void onUnsubscribe(String channel);

    /** The client is ready. */
    void onReady();

    /** Messages of a channel were dropped here. */
    void onGap(String channel, long count);

    /** Main says who got a broadcast. */
    void onReport(Report report);

    /** Returns what is told of pings and thread dumps. */
    HealthListener health();

    /** Nothing new comes from main. */
    void onDrain();

    /**
     * The connection has ended; nothing follows.
     *
     * @param reason CLOSED if the peer closed it on purpose, PEER_GONE if it just ended, else what went wrong
     */
    void onDisconnected(IpcException reason);
}
