package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one incarnation through {@link RendererState}: what happened so far, and what may follow.
 *
 * <p>It begins held, and cannot end before it is let go. It has ended when its process has, if it has one, and its
 * connection, if it had one; without a process it ends with its connection, or with the wish for one.
 *
 * <p><b>Threads.</b> The lock of the renderer is held at every call but {@link #state}.
 */
final class Life {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final LifeTrace trace; // says whose life it is
    private volatile RendererState state; // written with the lock held
    private long startNanos = System.nanoTime(); // guarded by lock
    private long readyNanos; // guarded by lock; when it became ready
    private boolean wasReady; // guarded by lock
    private boolean failedToStart; // guarded by lock; it ended by itself before it was ready
    private boolean isHeld = true; // guarded by lock
    private boolean hasProcess; // guarded by lock
    private boolean isConnected; // guarded by lock
    private boolean wasConnected; // guarded by lock
    private @Nullable RendererExit processExit; // guarded by lock; null while the process runs
    private @Nullable IpcException disconnection; // guarded by lock; why the connection ended, or will not come
    private @Nullable String failedLaunch; // guarded by lock; why main gave the launch up
    private ErrorCode codeAtEnd = ErrorCode.PEER_GONE; // guarded by lock; what callers are told

    /**
     * Begins a life.
     *
     * @param name of the renderer
     * @param id of the renderer
     * @param number of the incarnation: 1 for the first
     */
    Life(String name, int id, int number) {
        this.trace = new LifeTrace(name, id, number);
        this.state = number == 1 ? RendererState.LAUNCHING : RendererState.RESTARTING;
    }

    /** Returns the present state. Needs no lock. */
    RendererState state() {
        return state;
    }

    /** Returns the time since it was let go; zero before. */
    Duration uptime() {
        return isHeld ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Lets it go; returns whether it may be launched, or was closed or killed before. */
    boolean letGo() {
        isHeld = false;
        startNanos = System.nanoTime();
        if (state == RendererState.CLOSING || disconnection != null) {
            return false;
        }
        if (state == RendererState.RESTARTING) {
            move(RendererState.LAUNCHING);
        }
        return true;
    }

    /** Its process was started. */
    void started() {
        hasProcess = true;
    }

    /** Its process could not be started. */
    void notStarted(Throwable cause) {
        failedLaunch = String.valueOf(cause.getMessage());
        disconnection = new IpcException(ErrorCode.PEER_GONE, "not started", cause);
    }

    /**
     * Its client has proved who it is.
     *
     * @throws IpcException with REJECTED if none is expected
     */
    void connected() {
        if (state != RendererState.LAUNCHING || disconnection != null) {
            throw new IpcException(ErrorCode.REJECTED, "renderer is " + state + " (expected: to be launching)");
        }
        isConnected = true;
        wasConnected = true;
        move(RendererState.CONNECTED);
    }

    /** Its listeners are in place; returns whether that is still wanted. */
    boolean ready() {
        if (state != RendererState.CONNECTED) {
            return false;
        }
        move(RendererState.READY);
        wasReady = true;
        readyNanos = System.nanoTime();
        return true;
    }

    /** Returns whether it is connected with its listeners in place, and was not asked to end. */
    boolean isReady() {
        return isConnected && (state == RendererState.READY || state == RendererState.UNRESPONSIVE);
    }

    /** It does not respond; returns whether that is new, and matters. */
    boolean unresponsive() {
        if (state != RendererState.READY) {
            return false;
        }
        move(RendererState.UNRESPONSIVE);
        return true;
    }

    /** It responds again; returns whether it did not before, and whether that matters. */
    boolean responsive() {
        if (state != RendererState.UNRESPONSIVE) {
            return false;
        }
        move(RendererState.READY);
        return true;
    }

    /** The launch took too long; returns whether it is to be given up. */
    boolean overdue(String why) {
        if (state != RendererState.LAUNCHING && state != RendererState.CONNECTED) {
            return false;
        }
        failedLaunch = why;
        return true;
    }

    /**
     * It is asked to end; returns whether that is new.
     *
     * @param code what callers are told: CLOSED if it ends for good, which counts whenever it comes
     */
    boolean leave(ErrorCode code) {
        if (code == ErrorCode.CLOSED) {
            codeAtEnd = code;
        }
        if (state == RendererState.CLOSING || state == RendererState.GONE) {
            return false;
        }
        move(RendererState.CLOSING);
        return true;
    }

    /** It has no process and no connection, and is to get none. */
    void withdrawn(String why) {
        if (disconnection == null) {
            disconnection = new IpcException(ErrorCode.CLOSED, why);
        }
    }

    /** Its connection has ended. */
    void disconnected(IpcException reason) {
        isConnected = false;
        disconnection = reason;
    }

    /** Its process has ended. */
    void exited(RendererExit exit) {
        processExit = exit;
    }

    boolean isProcessRunning() {
        return hasProcess && processExit == null;
    }

    /** Ends it if nothing is left of it; returns how it ended, once. */
    @Nullable
    RendererExit end() {
        boolean isOver = hasProcess ? processExit != null : disconnection != null;
        if (isHeld || isConnected || !isOver || state == RendererState.GONE) {
            return null;
        }
        RendererExit end = describeEnd();
        failedToStart = state == RendererState.LAUNCHING || state == RendererState.CONNECTED;
        move(RendererState.GONE);
        trace.ended(end);
        return end;
    }

    /** Returns how long it has been ready, or was; zero if it never was. */
    Duration stayedReady() {
        return wasReady ? Duration.ofNanos(System.nanoTime() - readyNanos) : Duration.ZERO;
    }

    /** Returns whether it is connected, or ever was. */
    boolean wasConnected() {
        return wasConnected;
    }

    /** Returns whether it has ended before it was ready, and nobody had asked it to. */
    boolean failedToStart() {
        return failedToStart;
    }

    /** Returns what callers are told of its end. */
    IpcException reason(String how) {
        return new IpcException(codeAtEnd, "renderer '" + trace.name() + "' is gone: " + how);
    }

    private RendererExit describeEnd() {
        return new EndSigns(state, processExit, disconnection, failedLaunch)
                .describe(trace.name(), Duration.ofNanos(System.nanoTime() - startNanos))
                .after(trace.incarnation() - 1);
    }

    @Override
    public String toString() {
        return "renderer '" + trace.name() + "' " + trace.id() + "." + trace.incarnation();
    }

    private void move(RendererState to) {
        LIFECYCLE.info("{}: {} -> {}", this, state, to);
        trace.moved(state, to);
        state = to;
    }
}
