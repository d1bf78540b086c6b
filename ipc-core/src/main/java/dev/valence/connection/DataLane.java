package dev.valence.connection;

import dev.valence.frame.OutFrame;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lane of messages and requests: first in, first out. */
final class DataLane extends SendLane {

    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private final Map<Integer, Long> broadcastBytes = new HashMap<>(); // queued, by origin
    private long allBroadcastBytes;

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

    @Override
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
        count(cost);
        if (item.origin >= 0) {
            allBroadcastBytes += cost;
            broadcastBytes.merge(item.origin, cost, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
        }
    }

    @Override
    @Nullable
    Outgoing next() {
        return queue.peek();
    }

    @Override
    OutFrame take(Outgoing item, long nowNanos) {
        OutFrame frame = super.take(item, nowNanos);
        if (item.isFinished()) {
            remove(item);
        }
        return frame;
    }

    @Override
    boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    List<Outgoing> takeAll() {
        List<Outgoing> items = List.copyOf(queue);
        queue.clear();
        broadcastBytes.clear();
        allBroadcastBytes = 0;
        return items;
    }
}
