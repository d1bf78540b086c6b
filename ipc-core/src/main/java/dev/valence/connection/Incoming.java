package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.proto.PortOffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole message or request as it came from the peer.
 *
 * <p><b>Ownership.</b> Whoever gets it calls {@link #release} once it no longer holds up others; only then has the peer
 * room for as much again.
 */
public final class Incoming {

    private final DataHeader header; // without its payload
    private final Payload payload;
    private final AtomicLong held;
    private final ReturnPath returnPath;

    /** What came. */
    public enum Kind {
        /** A one-way message. */
        MESSAGE,
        /** A request for one answer. */
        REQUEST,
        /** A request for a stream. */
        STREAM,
        /** A message to a port. */
        PORT_MESSAGE
    }

    /** Where freed charges go. */
    interface ReturnPath {
        void giveBack(long charge);
    }

    Incoming(DataHeader header, byte[] bytes, long held, ReturnPath returnPath) {
        this.header = header.withoutPayload();
        this.payload = new Payload(header.encoding(), bytes);
        this.held = new AtomicLong(held);
        this.returnPath = returnPath;
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
        return payload;
    }

    /** Gives the peer its room back. Idempotent. */
    public void release() {
        long charge = held.getAndSet(0);
        if (charge > 0) {
            returnPath.giveBack(charge);
        }
    }
}
