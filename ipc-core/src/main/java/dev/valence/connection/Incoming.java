package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.PortOffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A whole message or request as it came from the peer.
 *
 * <p><b>Ownership.</b> Whoever gets it calls {@link #release} once it no longer holds up others; only then has the peer
 * room for as much again.
 */
public final class Incoming implements Runnable {

    private static final AtomicIntegerFieldUpdater<Incoming> RELEASED =
            AtomicIntegerFieldUpdater.newUpdater(Incoming.class, "released");

    private final Opening header;
    private final byte[] bytes;
    private final DataIntake intake;
    private boolean isLent; // written before it is handed on
    private final long charge;
    private volatile int released; // 1 once the charge was given back; not set before, which would cost a fence

    Incoming(Opening header, byte[] bytes, long charge, DataIntake intake) {
        this.header = header;
        this.bytes = bytes;
        this.charge = charge;
        this.intake = intake;
    }

    /** Returns all but the payload. */
    public Opening header() {
        return header;
    }

    /** Returns what it is. */
    public Kind kind() {
        return header.kind();
    }

    /** Returns the renderer that published it, 0 for the peer. */
    public int origin() {
        return header.origin();
    }

    /** Returns the renderer it is meant for, 0 for this process. */
    public int destination() {
        return header.destination();
    }

    /** Returns how often it was relayed. */
    public int hops() {
        return header.hops();
    }

    /** Returns the id, 0 if a message has none. */
    public long id() {
        return header.id();
    }

    /** Returns the channel; empty for a message to a port. */
    public String channel() {
        return header.channel();
    }

    /** Returns the port that a message goes to; 0 for all others. */
    public long port() {
        return header.port();
    }

    /** Returns the ports that travel with it. */
    public List<PortOffer> ports() {
        return header.ports();
    }

    /** Returns whether it is a message to all subscribers. */
    public boolean isBroadcast() {
        return header.isBroadcast();
    }

    /** Returns the time the caller of a request still waits, or the subscriber of a stream between items, in microseconds. */
    public long timeLeftMicros() {
        return header.timeLeftMicros();
    }

    /** Returns how many items the subscriber of a stream takes at first. */
    public long initialItems() {
        return header.initialItems();
    }

    /** Returns the payload, undecoded. */
    public Payload payload() {
        return new Payload(header.encoding() & Integer.MAX_VALUE, bytes);
    }

    /** Returns the length of the payload. */
    public int payloadBytes() {
        return bytes.length;
    }

    /** Notes that its bytes go to others too, so that nobody gets them for his own. I/O thread, before it is handed on. */
    public void lend() {
        isLent = true;
    }

    /** Returns whether its bytes go to others too. */
    public boolean isLent() {
        return isLent;
    }

    /** Does what {@link #release} does. */
    @Override
    public void run() {
        release();
    }

    /** Gives the peer its room back. Idempotent. */
    public void release() {
        if (released == 0 && RELEASED.compareAndSet(this, 0, 1)) {
            intake.giveBack(charge);
        }
    }
}
