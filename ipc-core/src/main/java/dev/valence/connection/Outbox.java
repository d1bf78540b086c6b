package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.Link;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one peer, in three lanes: control goes first, replies and data take turns. It exists before
 * its connection does and keeps what was sent early.
 *
 * <p><b>Threads.</b> Every method may be called from any thread; {@link #take} by the transport, one at a time.
 *
 * <p><b>Order.</b> Each lane is first in, first out; ids are given in that order.
 */
public final class Outbox {

    private final Limits limits;
    private final ReentrantLock lock = new ReentrantLock(); // a leaf: nothing is called under it but SendListener
    private final SendRoom room = new SendRoom(lock);
    private final Loans loans;
    private volatile @Nullable Link link;
    private volatile @Nullable Consumer<IpcException> connection; // ends it
    private volatile @Nullable Runnable onReplyRoom;
    private volatile SendListener ofShared = SendListener.NONE;

    // guarded by lock
    private final ControlLane control = new ControlLane();
    private final ReplyLane replies = new ReplyLane();
    private final DataLane data = new DataLane();
    private final EndLane end = new EndLane();
    private @Nullable Gaps gaps; // null before the first
    private @Nullable IpcException closed;
    private volatile boolean dataHeld; // read without
    private boolean replyWasLast;
    private long lastId;

    private Outbox(Limits limits) {
        this.limits = limits;
        this.loans = new Loans(lock, limits.sendTimeout());
    }

    /** Returns an outbox whose data flows from the start. */
    public static Outbox flowing(Limits limits) {
        return new Outbox(limits);
    }

    /** Returns an outbox that holds its data lane back until {@link #releaseData}: its peer says when it is ready. */
    public static Outbox holdingData(Limits limits) {
        Outbox outbox = new Outbox(limits);
        outbox.dataHeld = true;
        return outbox;
    }

    /**
     * Adds something to its lane.
     *
     * @return false if there is no room and the admission does not wait
     * @throws IpcException with BACKPRESSURE if there was no room in time, INTERRUPTED, or the reason of {@link #close};
     *     nothing was added
     */
    public boolean offer(Outgoing item, Admission admission) {
        lock.lock();
        try {
            SendLane lane = item.isOfReplyLane() ? replies : data;
            if (!awaitRoom(lane, item.cost(), admission)) {
                return false;
            }
            add(lane, item);
        } finally {
            lock.unlock();
        }
        Link to = link;
        if (to != null && item.isAwaited()) {
            to.expedite();
        } else if (to != null) {
            to.wakeUp();
        }
        return true;
    }

    /** Whether a message with a payload of this length needs no copy of it, see {@link Outgoing#loan}. */
    public boolean lends(int payloadBytes) {
        return payloadBytes > Wire.CHUNK_BYTES && data.isShared();
    }

    /**
     * Returns when the payload of what was offered is its sender's again: soon, if the peer takes it, else it is copied. If
     * there is no memory for that, the error says so, and the payload is needed until {@link #cancel}.
     */
    public void settle(Outgoing.Loan offered) {
        loans.settle(offered);
    }

    /**
     * Adds a broadcast if it fits into the share that broadcasts, and those of its origin, have of the data lane. If it
     * does not, the peer is told in its place. Never waits.
     *
     * @param wakeUps gets what tells the transport, see {@link Link#announce}, unless it is there or something is ahead: that is being
     *     written, or about to be, or waits for what will tell the transport
     * @return false if it was dropped, or the peer is gone
     */
    public boolean offerBroadcast(Outgoing item, String channel, int origin, List<Runnable> wakeUps) {
        boolean isFirst;
        lock.lock();
        try {
            if (closed != null || end.drained() != null || end.isFinishing()) {
                return false;
            }
            if (!data.hasRoomForBroadcast(origin, item.cost(), limits.queueSoftBytes())) {
                markGap(channel, listenerOf(item));
                return false;
            }
            if (gaps != null) {
                gaps.endAt(channel);
            }
            item.countFor(origin);
            isFirst = data.isEmpty();
            add(data, item);
        } finally {
            lock.unlock();
        }
        Link to = link;
        if (isFirst && to != null) {
            Runnable wakeUp = to.announce();
            if (!wakeUps.contains(wakeUp)) {
                wakeUps.add(wakeUp);
            }
        }
        return true;
    }

    private void markGap(String channel, SendListener dropped) {
        if (gaps == null) {
            gaps = new Gaps(data, limits.subscriptions());
        }
        gaps.mark(channel, dropped);
    }

    private void add(SendLane lane, Outgoing item) {
        if (item.isCancelled()) {
            return;
        }
        if (item.needsId()) {
            item.id = ++lastId;
        }
        lane.add(item);
        if (!item.isShared()) {
            item.listener().onQueued(item.id);
        }
    }

    private SendListener listenerOf(Outgoing item) {
        return item.isShared() ? ofShared : item.listener();
    }

    private boolean awaitRoom(SendLane lane, long cost, Admission admission) {
        boolean hard = admission == Admission.HARD || admission == Admission.HARD_NEVER_WAIT;
        long limit = hard ? limits.queueHardBytes() : limits.queueSoftBytes();
        long nanosLeft = limits.sendTimeout().toNanos();
        while (true) {
            checkOpen(lane);
            if (admission == Admission.ALWAYS || lane.hasRoom(cost, limit)) {
                return true;
            }
            if (admission == Admission.NEVER_WAIT || admission == Admission.HARD_NEVER_WAIT) {
                return false;
            }
            if (nanosLeft <= 0) {
                throw new IpcException(
                        ErrorCode.BACKPRESSURE,
                        "no room in the queue for " + limits.sendTimeout().toMillis()
                                + " ms (expected: a receiver that keeps up; limit " + limit + " bytes)");
            }
            try {
                nanosLeft = room.await(nanosLeft);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IpcException(ErrorCode.INTERRUPTED, "interrupted while waiting for room in the queue", e);
            }
        }
    }

    private void checkOpen(SendLane lane) {
        IpcException refusal = closed == null && lane == data ? end.drained() : closed;
        if (refusal != null) {
            throw new IpcException(refusal.code(), String.valueOf(refusal.getMessage()), refusal);
        }
        if (end.isFinishing()) {
            throw new IpcException(ErrorCode.CLOSED, "closing: nothing new is sent");
        }
    }

    /**
     * Returns whether the data lane would take a message with a payload of this length now, without waiting. So a sender that
     * asks in vain need not encode. Takes no lock.
     */
    public boolean hasRoomForData(int payloadBytes) {
        return data.hasRoom((long) payloadBytes + Wire.FRAME_CHARGE, limits.queueSoftBytes());
    }

    /**
     * Returns whether the reply lane takes a reply without passing its hard limit by more than that reply; what is being
     * sent does not count. If it does not, {@link #whenReplyRoom} tells when to ask again. Takes no lock.
     */
    public boolean hasRoomForReply() {
        return replies.queuedBytes() < limits.queueHardBytes();
    }

    /**
     * Returns whether the reply lane would be full if what is being sent counted as well: it takes replies, but this is no
     * time to start much that ends in one. Takes no lock.
     */
    public boolean isSendingMuch() {
        return replies.queuedBytes() + replies.bytesInHand() >= limits.queueHardBytes();
    }

    /**
     * Takes an item back. If the peer has seen nothing of it, it never will; otherwise it is told that the answer is no
     * longer wanted.
     */
    public void cancel(Outgoing item) {
        boolean hasRoom = true;
        lock.lock();
        try {
            if (closed != null || item.isCancelled()) {
                return;
            }
            if (!item.isStarted()) {
                item.cancel(); // it may still wait for its place in the queue
                data.remove(item);
                room.signal();
            } else if (!item.isFinished()) {
                item.cancel(); // the chunk that says so takes the place of the rest
            } else {
                hasRoom = control.add(new Frame.Cancel(item.id));
            }
        } finally {
            lock.unlock();
        }
        wakeUpOrEnd(hasRoom); // also if it was only in the way of what is behind it
    }

    /** Adds a frame to the control lane, which is not charged and goes first. A ping or pong replaces one that waits there. */
    public void offerControl(Frame frame) {
        boolean hasRoom;
        lock.lock();
        try {
            if (closed != null) {
                return;
            }
            hasRoom = control.add(frame);
        } finally {
            lock.unlock();
        }
        wakeUpOrEnd(hasRoom);
    }

    /** Sets what is told when something of the reply lane begins to be sent, so that there may be room again. */
    public void whenReplyRoom(Runnable action) {
        onReplyRoom = action;
    }

    /** Sets what is told how {@linkplain Outgoing#shared shared messages} fare here; not that they are queued or sent. */
    public void followShared(SendListener listener) {
        ofShared = listener;
    }

    private void wakeUpOrEnd(boolean hasRoom) {
        Consumer<IpcException> open = connection;
        if (hasRoom) {
            wakeUp();
        } else if (open != null) {
            open.accept(new IpcException(
                    ErrorCode.LIMIT,
                    ControlLane.MAX_FRAMES + " control frames wait (expected: a peer that reads them)"));
        }
    }

    /** Returns whether data waits for the peer to be ready. */
    public boolean isHoldingData() {
        return dataHeld;
    }

    /** Lets the data lane go: the peer is ready. */
    public void releaseData() {
        lock.lock();
        try {
            dataHeld = false;
        } finally {
            lock.unlock();
        }
        wakeUp();
    }

    /**
     * Takes nothing new for the data lane: whoever offers, or waits for room, gets a copy of this reason. Once what waits
     * there was sent, the peer is told, and how much time it has. What waits for a peer that is not ready is dropped.
     */
    public void drain(Duration grace, IpcException reason) {
        List<Outgoing> dropped;
        lock.lock();
        try {
            if (closed != null || !end.drain(new Frame.Drain(grace.toNanos() / 1000), reason)) {
                return;
            }
            dropped = takeHeldData();
            room.signal();
        } finally {
            lock.unlock();
        }
        dropped.forEach(item -> listenerOf(item).onDropped());
        wakeUp();
    }

    /** Takes out what waits for a peer that is not ready, and never will be. */
    private List<Outgoing> takeHeldData() {
        if (!dataHeld) {
            return List.of();
        }
        dataHeld = false;
        return data.clear();
    }

    /** Takes nothing new at all; once everything was sent, sends this frame and closes the link. */
    public void finish(Frame close) {
        List<Outgoing> dropped = List.of();
        lock.lock();
        try {
            if (end.finish(close)) {
                dropped = takeHeldData();
            }
            room.signal();
        } finally {
            lock.unlock();
        }
        dropped.forEach(item -> listenerOf(item).onDropped());
        wakeUp();
    }

    /** Drops everything; whoever offers, or waits for room, gets a copy of this reason. */
    public void close(IpcException reason) {
        List<Outgoing> lost;
        lock.lock();
        try {
            if (closed == null) {
                closed = reason;
            }
            link = null;
            connection = null;
            control.clear();
            replies.clear();
            lost = data.clear();
            gaps = null;
            room.signal();
            loans.signal();
        } finally {
            lock.unlock();
        }
        lost.forEach(item -> listenerOf(item).onLost());
    }

    /** Connects the outbox to a link whose peer was accepted; {@code end} ends the connection. */
    void attach(Link to, Windows peer, ReceiveWindow dataIn, ReceiveWindow repliesIn, Consumer<IpcException> end) {
        lock.lock();
        try {
            link = to;
            connection = end;
            control.announce(dataIn, repliesIn);
            data.addWindow(peer.dataBytes());
            replies.addWindow(peer.replyBytes());
        } finally {
            lock.unlock();
        }
        wakeUp();
    }

    /** Adds room that the peer gave back. */
    void addWindows(long dataBytes, long replyBytes) {
        lock.lock();
        try {
            data.addWindow(dataBytes);
            replies.addWindow(replyBytes);
        } finally {
            lock.unlock();
        }
        wakeUp();
    }

    /** From now on pieces of the data lane go through shared memory. */
    void share(SlotWriter slots) {
        lock.lock();
        try {
            data.share(slots);
        } finally {
            lock.unlock();
        }
        wakeUp(); // the first frame of what waits may be smaller now
    }

    /** Returns the link that frames are written to; null before the peer was accepted, and after the end. */
    public @Nullable Link link() {
        return link;
    }

    /** Tells the transport that there is something to write. */
    public void wakeUp() {
        Link to = link;
        if (to != null) {
            to.wakeUp();
        }
    }

    /** Takes the next frames to be written; none if nothing may be sent now. */
    void take(Handful into) {
        into.clear();
        boolean hasReplyRoom = false;
        lock.lock();
        try {
            while (into.hasRoom() && closed == null && !end.isFlushed()) {
                Frame alone = control.next();
                Outgoing item = alone == null ? nextItem() : null;
                if (alone == null && item == null) {
                    room.signal();
                    alone = end.next(data.isEmpty(), replies.isEmpty());
                }
                if (item != null) {
                    hasReplyRoom |= takeNext(item, into);
                } else if (alone != null) {
                    into.add(OutFrame.of(alone));
                } else {
                    break;
                }
            }
        } finally {
            lock.unlock();
            into.tell();
            Runnable told = onReplyRoom;
            if (hasReplyRoom && told != null) {
                told.run();
            }
        }
    }

    /** Returns whether there may be room for a reply. */
    private boolean takeNext(Outgoing item, Handful into) {
        if (item.isShared() && replies.isEmpty()) { // else they take turns
            room.note(data.takeShared(item, into));
            return false;
        }
        boolean isFirstOfReply = item.isOfReplyLane() && !item.isStarted();
        into.add((item.isOfReplyLane() ? replies : data).take(item));
        if (item.isFinished()) {
            room.note(item.cost());
            into.add(item.listener());
            if (item instanceof Outgoing.Loan) {
                loans.signal();
            }
        }
        if (gaps != null && item instanceof Outgoing.GapMark gap) {
            gaps.sent(gap);
        }
        return isFirstOfReply;
    }

    /** Whether {@link #finish} has run its course: the last frame was taken, the link can be closed. */
    boolean isFlushed() {
        return end.isFlushed();
    }

    /** Replies and data take turns, frame by frame. */
    private @Nullable Outgoing nextItem() {
        Outgoing reply = replies.ready();
        Outgoing other = dataHeld ? null : data.ready();
        replyWasLast = reply != null && !(other != null && replyWasLast);
        return replyWasLast ? reply : other;
    }

    /** Returns how full the way to the peer is. Before the connection there is no credit. */
    public SendLevels levels() {
        lock.lock();
        try {
            return new SendLevels(data.queuedBytes(), data.window(), replies.queuedBytes(), replies.window());
        } finally {
            lock.unlock();
        }
    }
}
