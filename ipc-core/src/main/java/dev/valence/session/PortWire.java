package dev.valence.session;

import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Credit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The way from an end of a pipe to the process that has it: a number on a connection.
 *
 * <p><b>Threads.</b> Any; takes no lock of a pipe.
 */
final class PortWire {

    private final PortDesk desk;
    private final long number;
    private final PipeEnd end;
    private final AtomicLong due = new AtomicLong(); // room that the peer is not told of yet
    private final AtomicBoolean isNoted = new AtomicBoolean(); // in the desk's queue of those with due room
    private volatile boolean isEstablished; // the message that offers it has gone: credit may not come before it

    PortWire(PortDesk desk, long number, PipeEnd end) {
        this.desk = desk;
        this.number = number;
        this.end = end;
    }

    long number() {
        return number;
    }

    PipeEnd end() {
        return end;
    }

    PortDesk desk() {
        return desk;
    }

    /** Sends a message, or the close of the other end; see {@link PipeEnd#post} and {@link PipeEnd#arrive}. */
    boolean send(PortItem item, boolean mayWait) {
        if (item == PortItem.CLOSE) {
            close();
            return true;
        }
        return desk.send(number, item, mayWait);
    }

    /** Tells the peer that the pipe is closed, behind what was sent. Idempotent. */
    void close() {
        desk.close(this);
    }

    /** The peer gave room back to those who post to it. */
    void credit(long bytes) {
        due.addAndGet(bytes);
        if (isEstablished) {
            note();
        }
    }

    /** The peer knows this number. */
    void establish() {
        isEstablished = true;
        if (due.get() > 0) {
            note();
        }
    }

    private void note() {
        if (isNoted.compareAndSet(false, true)) {
            desk.noteCredit(this);
        }
    }

    /** Returns credit for all that is due, or null. */
    @Nullable
    Frame takeCredit() {
        isNoted.set(false);
        long bytes = due.getAndSet(0);
        return bytes == 0 ? null : Credit.ofPort(number, bytes);
    }
}
