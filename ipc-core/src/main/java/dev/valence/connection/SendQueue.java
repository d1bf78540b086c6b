package dev.valence.connection;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out. Items are linked to each other, so that a queue which was long once takes no memory when it is empty. An
 * item is in one queue at a time. Guarded by the lock of the {@link Outbox}.
 */
final class SendQueue {

    private @Nullable Outgoing first;
    private @Nullable Outgoing last;

    boolean isEmpty() {
        return first == null;
    }

    @Nullable
    Outgoing peek() {
        return first;
    }

    void add(Outgoing item) {
        Outgoing before = last;
        if (before == null) {
            first = item;
        } else {
            before.next = item;
        }
        last = item;
    }

    /** Takes an item out, wherever it is; false if it is not there. */
    boolean remove(Outgoing item) {
        Outgoing before = null;
        for (Outgoing each = first; each != null; each = each.next) {
            if (each == item) {
                if (before == null) {
                    first = item.next;
                } else {
                    before.next = item.next;
                }
                if (last == item) {
                    last = before;
                }
                item.next = null;
                return true;
            }
            before = each;
        }
        return false;
    }

    /** Takes everything out and adds it to a list. */
    void drainTo(List<Outgoing> items) {
        Outgoing each = first;
        while (each != null) {
            Outgoing next = each.next;
            each.next = null;
            items.add(each);
            each = next;
        }
        first = null;
        last = null;
    }

    /** Takes everything out. */
    List<Outgoing> takeAll() {
        List<Outgoing> items = new ArrayList<>();
        drainTo(items);
        return items;
    }
}
