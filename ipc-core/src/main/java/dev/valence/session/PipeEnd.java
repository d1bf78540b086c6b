package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe as this process sees it: held by a port of the application, travelling with a message, or replaced by a
 * wire to the process that got it. A pipe with wires at both ends is a relay.
 *
 * <pre>
 *          leave           commit          nothing waits any more
 *   HERE ─────────▶ LEAVING ─────▶ SWITCHING ─────────────────────▶ AWAY
 *        ◀─────────   │                │                             │
 *     │      stay     │                │                             │
 *     └───────────────┴───────┬────────┴─────────────────────────────┘
 *                             ▼  close, of this end or of the other when what came before it is through
 *                           CLOSED
 * </pre>
 *
 * <p><b>Threads.</b> Any. The two ends share a lock; nothing is called under it but {@link PortWindow}.
 */
final class PipeEnd {

    private enum State {
        /** What arrives waits here: for the port that has this end, or for this end to be taken out of its message. */
        HERE,
        /** In a message that is being queued. */
        LEAVING,
        /** In a message that was queued; what waited here follows it. */
        SWITCHING,
        /** What arrives goes to the wire at once. */
        AWAY,
        /** Closed, or the close of the other end has come through. */
        CLOSED
    }

    /** What came of looking for room. */
    enum Reservation {
        /** There is room, and it is taken. */
        TAKEN,
        /** There was none in time. */
        NO_ROOM,
        /** Nothing arrives any more. */
        CLOSED
    }

    private final ReentrantLock lock;
    private final Condition room; // at either end
    private final ArrayDeque<PortItem> arrived = new ArrayDeque<>(); // guarded by lock; waits to leave the pipe here
    private final PortWindow window = new PortWindow(); // guarded by lock; of what comes to this end
    private PipeEnd other; // written once, before the end is known
    private State state = State.HERE; // guarded by lock
    private @Nullable LocalPort port; // guarded by lock; who has this end, null while it travels
    private @Nullable PortWire wire; // guarded by lock; where it went
    private long dueWhileLeaving; // guarded by lock; what its next owner may post more than it was told
    private boolean started; // guarded by lock

    @SuppressWarnings("NullAway") // the other end is set before anybody gets this one
    private PipeEnd(ReentrantLock lock, Condition room) {
        this.lock = lock;
        this.room = room;
    }

    /** Returns one end of a new pipe. */
    static PipeEnd ofNewPipe() {
        ReentrantLock lock = new ReentrantLock();
        Condition room = lock.newCondition();
        PipeEnd first = new PipeEnd(lock, room);
        first.other = new PipeEnd(lock, room);
        first.other.other = first;
        return first;
    }

    PipeEnd other() {
        return other;
    }

    // ---- Who has it ----------------------------------------------------------------------------------------------

    /** Gives this end to a new port, which has to be started. */
    void attach(LocalPort holder) {
        locked(() -> {
            port = holder;
            started = false;
            return null;
        });
    }

    /** Gives this end back to the port it was taken from. */
    void giveBack(LocalPort holder) {
        holder.expect(locked(() -> {
            port = holder;
            return started ? arrived.size() : 0;
        }));
        if (isCloseReached(true)) {
            holder.expectClose();
        }
    }

    /** Takes this end from its port, to hand it over; returns null, or what is against it. */
    @Nullable
    String detach(LocalPort holder) {
        return locked(() -> {
            if (port != holder) {
                return "already transferred";
            }
            if (state != State.HERE) {
                return "closed";
            }
            port = null;
            return null;
        });
    }

    boolean isHeldBy(LocalPort holder) {
        return locked(() -> port == holder);
    }

    /** Whether what is posted here still arrives. */
    boolean isOpen() {
        return locked(() -> state != State.CLOSED && other.state != State.CLOSED);
    }

    /**
     * Whether the other end is closed, and the port of this one need not wait for messages before it learns of that.
     *
     * @param isEarlyToo whether it need not if it is not started
     */
    boolean isCloseReached(boolean isEarlyToo) {
        return locked(() -> other.state == State.CLOSED && (state == State.CLOSED || (isEarlyToo && !started)));
    }

    /** Lets what waits through to the port; returns how much that is. */
    int start(LocalPort holder) {
        return locked(() -> {
            if (started || port != holder || state != State.HERE) {
                return 0;
            }
            started = true;
            return arrived.size();
        });
    }

    /** Takes the next message out for a port; null if there is none, or it is not for this port any more. */
    @Nullable
    PortItem poll(LocalPort holder) {
        List<PortItem> dropped;
        lock.lock();
        try {
            if (port != holder || state != State.HERE || !started) {
                return null;
            }
            PortItem next = arrived.poll();
            if (next != PortItem.CLOSE) {
                return next;
            }
            state = State.CLOSED;
            dropped = takeArrived();
        } finally {
            lock.unlock();
        }
        dropped.forEach(PortItem::drop);
        return PortItem.CLOSE;
    }

    // ---- What is posted ------------------------------------------------------------------------------------------

    /**
     * Takes room for a message that a port posts here.
     *
     * @param nanos how long to wait for it
     * @throws IllegalStateException if the port was handed over
     * @throws IpcException with INTERRUPTED
     */
    Reservation reserve(LocalPort holder, long charge, long nanos) {
        long nanosLeft = nanos;
        lock.lock();
        try {
            while (true) {
                if (port != holder) {
                    throw LocalPort.handedOver();
                }
                if (state == State.CLOSED || other.state == State.CLOSED) {
                    return Reservation.CLOSED;
                }
                if (other.window.hasRoom(charge)) {
                    other.window.take(charge);
                    return Reservation.TAKEN;
                }
                if (nanosLeft <= 0) {
                    return Reservation.NO_ROOM;
                }
                nanosLeft = room.awaitNanos(nanosLeft);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(ErrorCode.INTERRUPTED, "interrupted while waiting for room in a port", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message that has its room to the other end, as the present thread may wait.
     *
     * @return false if the pipe is closed, and nothing was sent
     * @throws IpcException if it cannot be sent; nothing was
     */
    boolean post(PortItem item) {
        boolean sent = false;
        try {
            sent = other.pass(item, true);
            return sent;
        } finally {
            if (!sent) {
                other.takeBack(item.charge());
            }
        }
    }

    /** Takes a message that came over the wire of this end. */
    void arrive(PortItem item) {
        lock.lock();
        try {
            if (other.state != State.CLOSED && state != State.CLOSED) {
                if (!other.window.hasRoom(item.charge())) {
                    throw broken("more under way to a port than " + PortWindow.BYTES
                            + " bytes (expected: to wait for credit)");
                }
                other.window.take(item.charge());
            }
        } finally {
            lock.unlock();
        }
        if (!other.pass(item, false)) {
            item.drop();
            if (isOpen()) { // else the close is under way, behind what was posted before it
                other.close(); // a message that cannot go on must not be missing without a sign
            }
        }
    }

    /** Brings a message out of the pipe at this end; false if that is not possible. */
    private boolean pass(PortItem item, boolean mayWait) {
        PortWire out = null;
        LocalPort receiver = null;
        boolean isEarlyClose = false;
        lock.lock();
        try {
            if (state == State.CLOSED || (other.state == State.CLOSED && item != PortItem.CLOSE)) {
                return false;
            }
            if (state == State.AWAY) {
                out = wire;
                if (item == PortItem.CLOSE) {
                    state = State.CLOSED;
                }
            } else {
                arrived.add(item);
                receiver = state == State.HERE ? port : null;
                isEarlyClose = item == PortItem.CLOSE && !started;
            }
        } finally {
            lock.unlock();
        }
        if (out != null) {
            return out.send(item, mayWait);
        }
        item.park();
        if (receiver != null && isEarlyClose) {
            receiver.expectClose();
        } else if (receiver != null) {
            receiver.expect(1);
        }
        return true;
    }

    // ---- What comes back -----------------------------------------------------------------------------------------

    /** The listeners of this end have dealt with a message. */
    void consumed(long charge) {
        tell(locked(() -> {
            long due = window.gather(charge);
            if (state != State.HERE || other.state == State.HERE) {
                due += window.flush();
            }
            return keepIfLeaving(due);
        }));
    }

    /** The process that has this end gives room back. */
    void credited(long bytes) {
        tell(locked(() -> {
            if (state != State.CLOSED && !window.giveBack(bytes)) {
                throw broken("credit of " + bytes + " bytes for a port (expected: at most what is under way)");
            }
            return keepIfLeaving(bytes);
        }));
    }

    private void takeBack(long charge) {
        tell(locked(() -> {
            window.giveBack(charge);
            return keepIfLeaving(charge);
        }));
    }

    /** Counts room for those who post at the other end; returns what its wire is to be told. The lock is held. */
    private long keepIfLeaving(long bytes) {
        room.signalAll();
        if (other.state == State.LEAVING) {
            other.dueWhileLeaving += bytes;
        }
        return other.state == State.SWITCHING || other.state == State.AWAY ? bytes : 0;
    }

    private void tell(long due) {
        PortWire poster = due > 0 ? other.wire() : null;
        if (poster != null) {
            poster.credit(due);
        }
    }

    private @Nullable PortWire wire() {
        return locked(() -> wire);
    }

    // ---- The hand-over -------------------------------------------------------------------------------------------

    /** Begins to hand this end, which travels, over to another process; returns what was posted here and is under way. */
    long leave() {
        long due;
        long underWay;
        lock.lock();
        try {
            if (state == State.HERE) {
                state = State.LEAVING;
            }
            dueWhileLeaving = 0;
            underWay = other.window.underWay();
            due = keepIfLeaving(window.flush());
        } finally {
            lock.unlock();
        }
        tell(due);
        return underWay;
    }

    /** It was not handed over after all. */
    void stay() {
        locked(() -> state = state == State.LEAVING ? State.HERE : state);
    }

    /** It was handed over: what waits here, and what comes, goes to the wire. */
    void commit(PortWire to) {
        LocalPort stays;
        long due;
        lock.lock();
        try {
            if (state != State.LEAVING) {
                return; // its wire was closed meanwhile
            }
            state = State.SWITCHING;
            wire = to;
            due = dueWhileLeaving;
            stays = other.port;
        } finally {
            lock.unlock();
        }
        if (due > 0) {
            to.credit(due);
        }
        if (stays != null) {
            stays.onConnected(to);
        }
        sendArrived(to);
    }

    private void sendArrived(PortWire to) {
        while (true) {
            PortItem next;
            lock.lock();
            try {
                next = arrived.poll();
                if (next == null && state == State.SWITCHING) {
                    state = State.AWAY;
                } else if (next == PortItem.CLOSE) {
                    state = State.CLOSED;
                }
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            if (!to.send(next, false)) {
                next.drop();
                close();
                return;
            }
        }
    }

    /** Makes this the end that a peer has: it offered the other one. */
    void begin(PortWire from, long underWay) {
        locked(() -> {
            state = State.AWAY;
            wire = from;
            window.take(underWay);
            return null;
        });
    }

    // ---- The end -------------------------------------------------------------------------------------------------

    /** Closes a port. */
    void close(LocalPort holder) {
        if (isHeldBy(holder)) {
            close();
        }
    }

    /** Closes the pipe here: the other end learns of it behind what was posted before. Idempotent. */
    void close() {
        List<PortItem> dropped;
        PortWire own;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            dropped = takeArrived();
            own = wire;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        dropped.forEach(PortItem::drop);
        if (own != null) {
            own.close();
        }
        other.pass(PortItem.CLOSE, false);
    }

    private <T extends @Nullable Object> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private List<PortItem> takeArrived() {
        List<PortItem> all = new ArrayList<>(arrived);
        arrived.clear();
        return all;
    }

    static IpcException broken(String what) {
        return new IpcException(ErrorCode.PROTOCOL_ERROR, what);
    }
}
