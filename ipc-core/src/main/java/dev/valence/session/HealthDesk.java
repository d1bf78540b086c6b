package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.call.Activity;
import dev.valence.connection.Admission;
import dev.valence.connection.HealthListener;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How the peer of a session is, and how this process is to the peer: pings, pongs and thread dumps.
 *
 * <p>One dump is under way at a time; who asks meanwhile gets the same. So they need no number, and take no more memory
 * than one of them does.
 *
 * <p><b>Threads.</b> The methods of {@link HealthListener} on the I/O thread, all others from any.
 */
public final class HealthDesk implements HealthListener {

    private final Role role;
    private final Outbox outbox;

    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private @Nullable CompletableFuture<String> dump; // guarded by lock; the one that main waits for
    private boolean isAsked; // guarded by lock; main waits for one of this client
    private boolean isConnected; // guarded by lock
    private boolean isOpen; // guarded by lock; the peer makes dumps
    private @Nullable IpcException ended; // guarded by lock

    HealthDesk(Role role, Outbox outbox) {
        this.role = role;
        this.outbox = outbox;
    }

    /** The peer is connected. */
    void onPeer(long features) {
        lock.lock();
        try {
            isConnected = true;
            isOpen = (features & Wire.FEATURE_THREAD_DUMPS) != 0;
        } finally {
            lock.unlock();
        }
    }

    // ---- Pings ---------------------------------------------------------------------------------------------------

    /** Asks the peer whether it is there. */
    public void ping(long nonce) {
        outbox.offerControl(new Frame.Ping(nonce));
    }

    @Override
    public void onPing(long nonce) {
        Activity activity = role.activity();
        outbox.offerControl(new Pong(nonce, activity.oldestTurnNanos() / 1000, activity.runningCallbacks()));
    }

    @Override
    public void onPong(Pong pong) {
        if (pong.oldestTurnMicros() < 0) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "age of a turn: beyond 63 bits (expected: fewer)");
        }
        role.onPong(pong);
    }

    // ---- Thread dumps: main --------------------------------------------------------------------------------------

    /**
     * Asks the peer what its threads do.
     *
     * @return completed on the I/O thread, so that what depends on it must not wait; fails with NOT_READY before the
     *     peer is connected, UNSUPPORTED if it makes no dumps, or the reason of the session's end
     */
    public CompletableFuture<String> threadDump() {
        CompletableFuture<String> asked;
        lock.lock();
        try {
            if (!isOpen) {
                return CompletableFuture.failedFuture(refusal());
            }
            if (dump != null) {
                return dump.copy();
            }
            asked = new CompletableFuture<>();
            dump = asked;
        } finally {
            lock.unlock();
        }
        outbox.offerControl(new Frame.DumpThreads());
        return asked.copy();
    }

    /** The lock is held. */
    private IpcException refusal() {
        if (ended != null) {
            return ended;
        }
        return isConnected
                ? new IpcException(
                        ErrorCode.UNSUPPORTED,
                        role.peerName() + " makes no thread dumps (expected: a JVM of this version)")
                : new IpcException(ErrorCode.NOT_READY, "not connected yet");
    }

    @Override
    public void onThreadDump(byte[] text) {
        CompletableFuture<String> asked;
        lock.lock();
        try {
            asked = dump;
            dump = null;
        } finally {
            lock.unlock();
        }
        if (asked == null) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "thread dump (expected: none that was not asked for)");
        }
        asked.complete(new String(text, StandardCharsets.UTF_8));
    }

    // ---- Thread dumps: a client ----------------------------------------------------------------------------------

    @Override
    public void onDumpThreads() {
        lock.lock();
        try {
            if (isAsked) {
                throw new IpcException(
                        ErrorCode.PROTOCOL_ERROR, "request for a thread dump (expected: none while one is under way)");
            }
            isAsked = true;
        } finally {
            lock.unlock();
        }
        role.onDumpThreads();
    }

    /** Tells main what the threads of this client do; what is longer than a piece of a payload is cut off. */
    public void sendThreadDump(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, Wire.CHUNK_BYTES);
        OutFrame frame = OutFrame.of(new Frame.ThreadDump(), bytes, 0, length);
        lock.lock();
        try {
            isAsked = false; // before main can have it, and ask for the next
        } finally {
            lock.unlock();
        }
        try {
            outbox.offer(Outgoing.unnumberedAnswer(frame, length, SendListener.NONE), Admission.ALWAYS);
        } catch (IpcException e) {
            // The connection has ended, and with it the question.
        }
    }

    // ---- The end -------------------------------------------------------------------------------------------------

    /** Fails who waits for a dump, and who asks for one from now on. */
    void end(IpcException reason) {
        CompletableFuture<String> asked;
        lock.lock();
        try {
            isOpen = false;
            ended = reason;
            asked = dump;
            dump = null;
        } finally {
            lock.unlock();
        }
        if (asked != null) {
            asked.completeExceptionally(reason);
        }
    }
}
