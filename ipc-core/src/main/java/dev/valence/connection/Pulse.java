package dev.valence.connection;

import dev.valence.Limits;
import java.util.function.LongSupplier;

/**
 * Judges whether a peer responds, from the beats of this side's clock and the pongs of the peer.
 *
 * <p>Time counts only while this side runs. It measures itself: a beat that comes more than half an interval late tells
 * that this process stood still, was stopped or had no processor, and then everything is counted from the start. For the
 * same reason a turn of the peer counts as old only as far as the peer has answered every beat meanwhile: a process that
 * was stopped finds its turns older than they are.
 *
 * <p>After gRPC's {@code KeepAliveManager}, which like this has one enum of states and a clock that tests move by hand, but
 * ends the connection.
 *
 * <p><b>Threads.</b> One at a time; the owner sees to that.
 */
public final class Pulse {

    /**
     * How the peer is.
     *
     * <pre>
     *                            frame
     *            ┌─────────────────────────────────────┐
     *            ▼                                     │
     *  ┌──▶ STEADY ──── silence ────────────────▶ SILENT
     *  │       │                                     ▲
     *  │    old turn                                 │
     *  │       ▼                                     │
     *  │   SUSPECT ──── silence ─────────────────────┘
     *  │    │  │
     *  ├────┘  │ thread dump, or a beat without one
     *  │       ▼
     *  └──── STUCK
     *  pong with a young turn, or none
     * </pre>
     *
     * A silence that begins in STUCK changes nothing: the peer is known not to respond.
     */
    public enum State {
        /** It answers, and its turns end. */
        STEADY,
        /** A turn is too old; its thread dump is waited for, until the next beat. */
        SUSPECT,
        /** A turn is too old. */
        STUCK,
        /** Nothing comes. */
        SILENT
    }

    private final LongSupplier clock;
    private final long intervalNanos;
    private final long limitNanos;

    private State state = State.STEADY;
    private long beatAtNanos;
    private long silentNanos; // without a frame, as far as this side ran
    private long steadyNanos; // with a frame between each beat and the next
    private long turnNanos; // as the last pong said
    private long asked; // nonce of the last ping
    private long answered; // nonce of the last pong

    /**
     * Makes the pulse of a peer that responds.
     *
     * @param clock in nanoseconds, such as {@link System#nanoTime}
     */
    public Pulse(Limits limits, LongSupplier clock) {
        this.clock = clock;
        this.intervalNanos = limits.heartbeatInterval().toNanos();
        this.limitNanos = limits.unresponsiveAfter().toNanos();
        this.beatAtNanos = clock.getAsLong();
    }

    /** Returns how the peer is. */
    public State state() {
        return state;
    }

    /** Returns for how long nothing has come, as far as this side ran. */
    public long silentNanos() {
        return silentNanos;
    }

    /** Returns how old the oldest turn of the peer was at its last pong. */
    public long turnNanos() {
        return turnNanos;
    }

    /** Returns the nonce of a ping that is to be sent now. */
    public long ping() {
        return ++asked;
    }

    /**
     * An interval is over.
     *
     * @param isHeard whether a frame has come since the beat before
     * @return how the peer is now
     */
    public State beat(boolean isHeard) {
        long now = clock.getAsLong();
        long sinceLast = now - beatAtNanos;
        boolean isOnTime = sinceLast <= intervalNanos + intervalNanos / 2;
        long counted = isOnTime ? Math.min(sinceLast, intervalNanos) : 0;
        beatAtNanos = now;
        silentNanos = isOnTime && !isHeard ? silentNanos + counted : 0;
        steadyNanos = isOnTime && isHeard ? steadyNanos + counted : 0;
        if (isHeard && state == State.SILENT) {
            return move(State.STEADY);
        }
        if (silentNanos >= limitNanos && state != State.STUCK) {
            return move(State.SILENT);
        }
        return isOnTime ? dumped() : state;
    }

    /** An interval is over in which this side did not get to read, so that it says nothing about the peer. */
    public void skip() {
        beatAtNanos = clock.getAsLong();
        steadyNanos = 0;
    }

    /**
     * A pong came; one that answers no ping since the last pong is ignored.
     *
     * @param oldestTurnNanos age of the oldest turn of the peer
     * @return how the peer is now
     */
    public State pong(long nonce, long oldestTurnNanos) {
        if (nonce <= answered || nonce > asked) {
            return state;
        }
        answered = nonce;
        turnNanos = oldestTurnNanos;
        boolean isOld = oldestTurnNanos >= limitNanos;
        if (state == State.SILENT || !isOld) {
            return move(State.STEADY);
        }
        return state == State.STEADY && steadyNanos >= limitNanos ? move(State.SUSPECT) : state;
    }

    /**
     * The thread dump of a suspect is there, or will not come.
     *
     * @return how the peer is now
     */
    public State dumped() {
        return state == State.SUSPECT ? move(State.STUCK) : state;
    }

    private State move(State to) {
        if (to == State.STEADY && state != State.STEADY) {
            silentNanos = 0;
            steadyNanos = 0; // so that a peer that lies about its turns is told of no more often than one that does not
        }
        state = to;
        return to;
    }
}
