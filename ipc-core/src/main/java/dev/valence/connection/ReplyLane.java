package dev.valence.connection;

import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lane of answers. Answers to different requests have no order, so those that fit into one frame go between the pieces
 * of larger ones: as many bytes of them as of the pieces, while both wait. What belongs to one stream keeps its order.
 *
 * <p>What is being sent does not count as waiting, so that a large answer does not hold up the answers behind it.
 */
final class ReplyLane extends SendLane {

    private final SendQueue whole = new SendQueue();
    private final SendQueue inPieces = new SendQueue(); // and what has to stay behind them
    private final Map<Long, Integer> idsInPieces = new HashMap<>(); // how many of each are in that queue
    private int bytesSincePiece; // of whole ones
    private volatile long
            bytesInHand; // of the payload whose pieces are being sent; changed under the lock, read without

    @Override
    void add(Outgoing item) {
        if (item.isInPieces() || (!inPieces.isEmpty() && idsInPieces.containsKey(item.id))) {
            inPieces.add(item);
            idsInPieces.merge(item.id, 1, Integer::sum);
        } else {
            whole.add(item);
        }
        count(item.cost());
    }

    /** Returns the length of the payload whose pieces are being sent, 0 if none is. Any thread. */
    long bytesInHand() {
        return bytesInHand;
    }

    /** Does not look for one that the peer has room for: a large one would never have it. */
    @Override
    @Nullable
    Outgoing next() {
        boolean isTurnOfPieces = whole.isEmpty() || bytesSincePiece >= Wire.CHUNK_BYTES;
        return isTurnOfPieces && !inPieces.isEmpty() ? inPieces.peek() : whole.peek();
    }

    @Override
    OutFrame take(Outgoing item) {
        boolean isPiece = item == inPieces.peek();
        bytesSincePiece = isPiece || inPieces.isEmpty() ? 0 : bytesSincePiece + charge(item);
        if (!item.isStarted()) {
            count(-item.cost());
            bytesInHand = isPiece ? item.cost() : bytesInHand;
        }
        OutFrame frame = super.take(item);
        if (item.isFinished() && isPiece) {
            bytesInHand = 0;
            inPieces.remove(item);
            idsInPieces.merge(item.id, -1, (count, less) -> count + less == 0 ? null : Integer.valueOf(count + less));
        } else if (item.isFinished()) {
            whole.remove(item);
        }
        return frame;
    }

    @Override
    boolean isEmpty() {
        return whole.isEmpty() && inPieces.isEmpty();
    }

    @Override
    List<Outgoing> takeAll() {
        List<Outgoing> items = inPieces.takeAll();
        whole.drainTo(items);
        idsInPieces.clear();
        bytesInHand = 0;
        return items;
    }
}
