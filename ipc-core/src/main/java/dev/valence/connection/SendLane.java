package dev.valence.connection;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One lane of an {@link Outbox}: what waits in it, and what the peer still has room for. Guarded by the outbox's lock. */
final class SendLane {

    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private final Map<Integer, Long> broadcastBytes = new HashMap<>(); // queued, by origin
    private long allBroadcastBytes;
    private final AtomicLong queuedBytes = new AtomicLong(); // changed under the lock, read without
    private long window; // what the peer has room for

    /** Whether something of this cost may join a queue that may hold this many bytes. An empty queue takes anything. */
    boolean hasRoom(long cost, long limit) {
        long queued = queuedBytes.get();
        return queued == 0 || queued + cost <= limit;
    }

    /**
     * Whether a broadcast may join: all of them may fill half of the queue, those of one origin a quarter. One that is
     * larger than its share may join when no other is there.
     */
    boolean hasRoomForBroadcast(int origin, long cost, long limit) {
        long own = broadcastBytes.getOrDefault(origin, 0L);
        return hasRoom(cost, limit)
                && (allBroadcastBytes == 0 || allBroadcastBytes + cost <= limit / 2)
                && (own == 0 || own + cost <= limit / 4);
    }

    /** Returns what waits here, in bytes. Any thread. */
    long queuedBytes() {
        return queuedBytes.get();
    }

    void add(Outgoing item) {
        queue.add(item);
        count(item, item.cost());
    }

    /** Takes an item out, wherever it is. */
    void remove(Outgoing item) {
        if (queue.remove(item)) {
            count(item, -item.cost());
        }
    }

    private void count(Outgoing item, long cost) {
        queuedBytes.addAndGet(cost);
        if (item.origin >= 0) {
            allBroadcastBytes += cost;
            broadcastBytes.merge(item.origin, cost, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
        }
    }

    /** Returns the item whose next frame the peer has room for, or null. */
    @Nullable
    Outgoing ready() {
        Outgoing head = queue.peek();
        return head != null && head.nextCharge() <= window ? head : null;
    }

    /** Counts the next frame of the head against the window. */
    void spend(int charge) {
        window -= charge;
    }

    void addWindow(long bytes) {
        window = Math.addExact(window, bytes);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Takes everything out. */
    List<Outgoing> clear() {
        List<Outgoing> items = List.copyOf(queue);
        queue.clear();
        broadcastBytes.clear();
        allBroadcastBytes = 0;
        queuedBytes.set(0);
        return items;
    }
}
