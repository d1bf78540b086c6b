package dev.valence.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out. A queue that was long once takes little memory when it is empty. Guarded by the lock of the
 * {@link Outbox}.
 */
final class SendQueue {

    /** Items that an empty queue keeps room for. */
    private static final int KEPT = 32;

    private ArrayDeque<Outgoing> items = new ArrayDeque<>(1);
    private boolean isSpacious; // there is room for more than is kept

    boolean isEmpty() {
        return items.isEmpty();
    }

    @Nullable
    Outgoing peek() {
        return items.peek();
    }

    void add(Outgoing item) {
        items.add(item);
        isSpacious |= items.size() > KEPT;
    }

    /** Takes an item out, wherever it is; false if it is not there. */
    boolean remove(Outgoing item) {
        if (items.peek() != item) {
            return items.remove(item);
        }
        removeFirst();
        return true;
    }

    /** Takes the first item out, which has to be there. */
    void removeFirst() {
        items.remove();
        if (isSpacious && items.isEmpty()) {
            letRoomGo();
        }
    }

    /** Takes everything out and adds it to a list. */
    void drainTo(List<Outgoing> list) {
        list.addAll(items);
        letRoomGo();
    }

    /** Takes everything out. */
    List<Outgoing> takeAll() {
        List<Outgoing> all = new ArrayList<>();
        drainTo(all);
        return all;
    }

    private void letRoomGo() {
        items = new ArrayDeque<>(1);
        isSpacious = false;
    }
}
