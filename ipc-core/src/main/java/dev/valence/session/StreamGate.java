package dev.valence.session;

import dev.valence.connection.Outbox;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory that the items to one peer take: they are encoded one at a time and only while the reply lane has
 * room. So all of them together pass its hard limit by one item at most, whatever the number of streams.
 *
 * <p><b>Threads.</b> Any; none waits here. Nothing is called with the lock held.
 *
 * <p><b>Order.</b> Streams that found no room go on first in, first out.
 */
final class StreamGate {

    private final Outbox outbox;
    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private final Set<IncomingStream> waiting = new LinkedHashSet<>(); // guarded by lock
    private boolean isTaken; // guarded by lock
    private volatile boolean isAnyWaiting; // written with the lock held
    private final AtomicInteger advances = new AtomicInteger(); // asked for; one thread makes them

    StreamGate(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Lets one stream add to the lane, until it leaves; false if it has to wait to be told that it may try again. */
    boolean enter(IncomingStream stream) {
        return pass(stream, true);
    }

    /** Whether a stream may ask for items, for which there would be room; false if it will be told. */
    boolean mayAsk(IncomingStream stream) {
        return pass(stream, false);
    }

    private boolean pass(IncomingStream stream, boolean takes) {
        lock.lock();
        try {
            if (!(takes && isTaken) && outbox.hasRoomForReply()) {
                isTaken |= takes;
                return true;
            }
            waiting.add(stream);
            isAnyWaiting = true;
        } finally {
            lock.unlock();
        }
        advance(); // there may be room since the question
        return false;
    }

    /** Ends what {@link #enter} began. */
    void leave() {
        lock.lock();
        try {
            isTaken = false;
        } finally {
            lock.unlock();
        }
        advance();
    }

    /** Tells the next stream that it may go on, if there is room. Called whenever there may be. */
    void advance() {
        if (!isAnyWaiting || advances.getAndIncrement() != 0) {
            return;
        }
        do { // not by recursion, which a direct executor would make as deep as streams are many
            IncomingStream next = next();
            if (next != null) {
                next.resume();
            }
        } while (advances.decrementAndGet() != 0);
    }

    private @Nullable IncomingStream next() {
        lock.lock();
        try {
            if (isTaken || waiting.isEmpty() || !outbox.hasRoomForReply()) {
                return null;
            }
            IncomingStream next = waiting.iterator().next();
            waiting.remove(next);
            isAnyWaiting = !waiting.isEmpty();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a stream that has ended. */
    void forget(IncomingStream stream) {
        lock.lock();
        try {
            waiting.remove(stream);
            isAnyWaiting = !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
