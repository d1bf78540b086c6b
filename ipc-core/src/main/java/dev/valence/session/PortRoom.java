package dev.valence.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The room in the data lane of one connection that its port messages take. A message that waits at a port gives its room back
 * at once, so that a port which nobody reads holds up nothing; but not beyond what one payload may take of memory for all
 * ports of the connection together, for a peer may have many ports and fill them all.
 *
 * <p><b>Threads.</b> Any.
 */
final class PortRoom {

    private final long maxWaitingBytes;
    private final AtomicLong waitingBytes = new AtomicLong(); // of messages that wait at ports

    /**
     * Makes the room of a connection.
     *
     * @param maxWaitingBytes what may wait without holding its room
     */
    PortRoom(long maxWaitingBytes) {
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** Returns the room of one message. */
    Share share(int bytes, Runnable release) {
        return new Share(bytes, release);
    }

    /** The room of one message. */
    final class Share {

        private enum State {
            PASSING,
            WAITING,
            DONE
        }

        private final int bytes;
        private final Runnable release;
        private final AtomicReference<State> state =
                new AtomicReference<>(State.PASSING); // the one who moves it counts

        private Share(int bytes, Runnable release) {
            this.bytes = bytes;
            this.release = release;
        }

        /** The message waits at a port. */
        void park() {
            if (waitingBytes.addAndGet(bytes) <= maxWaitingBytes) {
                release.run();
            }
            if (!state.compareAndSet(State.PASSING, State.WAITING)) {
                waitingBytes.addAndGet(-bytes);
            }
        }

        /** The message was dealt with, sent on or dropped. Idempotent. */
        void end() {
            if (state.getAndSet(State.DONE) == State.WAITING) {
                waitingBytes.addAndGet(-bytes);
            }
            release.run();
        }
    }
}
