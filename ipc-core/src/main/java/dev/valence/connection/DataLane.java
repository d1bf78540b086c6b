package dev.valence.connection;

import dev.valence.frame.OutFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lane of messages and requests: first in, first out. */
final class DataLane extends SendLane {

    private final SendQueue queue = new SendQueue();
    private final Share ofMain = new Share(0);
    private @Nullable Map<Integer, Share> ofOthers; // those that have something in the queue; null before the first
    private long allBroadcastBytes;

    /** What the broadcasts of one origin take of the queue. */
    static final class Share {
        private final int origin;
        private long bytes;

        private Share(int origin) {
            this.origin = origin;
        }
    }

    /** Returns the share of an origin. */
    Share share(int origin) {
        if (origin == 0) {
            return ofMain;
        }
        Share share = ofOthers == null ? null : ofOthers.get(origin);
        return share == null ? new Share(origin) : share;
    }

    /**
     * Whether a broadcast may join: all of them may fill half of the queue, those of one origin a quarter. One that is
     * larger than its share may join when no other is there.
     */
    boolean hasRoomForBroadcast(Share share, long cost, long limit) {
        return hasRoom(cost, limit)
                && (allBroadcastBytes == 0 || allBroadcastBytes + cost <= limit / 2)
                && (share.bytes == 0 || share.bytes + cost <= limit / 4);
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
        Share share = item.share;
        if (share != null) {
            allBroadcastBytes += cost;
            share.bytes += cost;
            if (share != ofMain) {
                keepOrForget(share, cost);
            }
        }
    }

    private void keepOrForget(Share share, long lastCost) {
        if (ofOthers == null) {
            ofOthers = new HashMap<>();
        }
        if (share.bytes == 0) {
            ofOthers.remove(share.origin);
        } else if (share.bytes == lastCost) { // it was empty
            ofOthers.put(share.origin, share);
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
