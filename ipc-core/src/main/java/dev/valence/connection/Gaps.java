package dev.valence.connection;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The places in a data lane where messages were dropped. Guarded by the lock of the {@link Outbox}. */
final class Gaps {

    private final DataLane lane;
    private final int most; // places at a time
    private final Map<String, Outgoing.GapMark> open = new HashMap<>(); // nothing of the channel is behind them
    private final Map<String, Outgoing.GapMark> last = new HashMap<>();
    private int count; // in the lane

    Gaps(DataLane lane, int most) {
        this.lane = lane;
        this.most = most;
    }

    /**
     * Notes that a message was dropped here. With too many notes in the lane it is counted at the last place of its
     * channel; only if there is none, because too many channels have gaps, the peer is not told.
     *
     * @param dropped listens to the message
     */
    void mark(String channel, SendListener dropped) {
        Outgoing.@Nullable GapMark gap = open.get(channel);
        if (gap == null && count < most) {
            gap = Outgoing.gap(channel);
            open.put(channel, gap);
            last.put(channel, gap);
            lane.add(gap);
            count++;
        }
        if (gap == null) {
            gap = last.get(channel);
        }
        if (gap == null) {
            dropped.onGapUntold();
        } else {
            gap.increment();
        }
    }

    /** Something of a channel joins the lane: what is dropped from now on has its place behind that. */
    void endAt(String channel) {
        open.remove(channel);
    }

    /** A note was sent. */
    void sent(Outgoing.GapMark gap) {
        open.remove(gap.channel(), gap);
        last.remove(gap.channel(), gap);
        count--;
    }
}
