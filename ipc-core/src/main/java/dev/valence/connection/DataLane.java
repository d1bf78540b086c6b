package dev.valence.connection;

import dev.valence.frame.OutFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The lane of messages and requests: first in, first out. */
final class DataLane extends SendLane {

    private final SendQueue queue = new SendQueue();
    private final Share ofMain = new Share();
    private @Nullable Map<Integer, Share> ofOthers; // those that have something in the queue; null before the first
    private long allBroadcastBytes;

    /** What the broadcasts of one origin take of the queue. */
    private static final class Share {
        private long bytes;
    }

    /** Returns the share of an origin; one that has nothing in the queue is kept only if something is about to join. */
    private Share share(int origin, boolean isKept) {
        if (origin == 0) {
            return ofMain;
        }
        if (ofOthers == null) {
            ofOthers = new HashMap<>();
        }
        Share share = ofOthers.get(origin);
        if (share == null) {
            share = new Share();
            if (isKept) {
                ofOthers.put(origin, share);
            }
        }
        return share;
    }

    /**
     * Whether a broadcast may join: all of them may fill half of the queue, those of one origin a quarter. One that is
     * larger than its share may join when no other is there.
     */
    boolean hasRoomForBroadcast(int origin, long cost, long limit) {
        long ofOrigin = share(origin, false).bytes;
        return hasRoom(cost, limit)
                && (allBroadcastBytes == 0 || allBroadcastBytes + cost <= limit / 2)
                && (ofOrigin == 0 || ofOrigin + cost <= limit / 4);
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
        count(cost, item.origin());
    }

    private void count(long cost, int origin) {
        count(cost);
        if (origin != Outgoing.NO_ORIGIN) {
            allBroadcastBytes += cost;
            Share share = share(origin, true);
            share.bytes += cost;
            if (share.bytes == 0 && share != ofMain) {
                Objects.requireNonNull(ofOthers).remove(origin);
            }
        }
    }

    @Override
    @Nullable
    Outgoing next() {
        return queue.peek();
    }

    @Override
    OutFrame take(Outgoing item) {
        OutFrame frame = super.take(item);
        if (item.isFinished()) {
            remove(item);
        }
        return frame;
    }

    /**
     * Takes messages that are shared, as many of one publisher as follow each other and as the peer has room for: what is taken at
     * once is counted once.
     *
     * @param first the next item, which is ready
     * @return what they took of the queue
     */
    long takeShared(Outgoing first, Handful into) {
        int origin = first.origin();
        long cost = 0;
        Outgoing item = first;
        while (item != null
                && item.isShared()
                && item.origin() == origin
                && cost + item.cost() <= window()
                && into.hasRoom()) {
            into.add(item.next(null));
            cost += item.cost();
            queue.removeFirst();
            item = queue.peek();
        }
        addWindow(-cost);
        count(-cost, origin);
        return cost;
    }

    @Override
    boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    List<Outgoing> takeAll() {
        ofMain.bytes = 0;
        ofOthers = null;
        allBroadcastBytes = 0;
        return queue.takeAll();
    }
}
