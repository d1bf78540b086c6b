package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.proto.Frame;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole message or request as it came from the peer.
 *
 * <p><b>Ownership.</b> Whoever gets it calls {@link #release} once it no longer holds up others; only then has the peer
 * room for as much again.
 */
public final class Incoming {

    private final Frame header;
    private final Payload payload;
    private final AtomicLong held;
    private final ReturnPath returnPath;

    /** Where freed charges go. */
    interface ReturnPath {
        void giveBack(long charge);
    }

    Incoming(Frame header, byte[] bytes, long held, ReturnPath returnPath) {
        int encoding = header.hasMessage()
                ? header.getMessage().getEncoding()
                : header.getRequest().getEncoding();
        this.header = header;
        this.payload = new Payload(encoding & Integer.MAX_VALUE, bytes);
        this.held = new AtomicLong(held);
        this.returnPath = returnPath;
    }

    /** Returns the renderer that published it, 0 for the peer. */
    public int origin() {
        return header.getOrigin();
    }

    /** Returns the renderer it is meant for, 0 for this process. */
    public int destination() {
        return header.getDestination();
    }

    /** Returns how often it was relayed. */
    public int hops() {
        return header.getHops();
    }

    /** Returns the id, 0 if a message has none. */
    public long id() {
        return header.hasMessage()
                ? header.getMessage().getId()
                : header.getRequest().getId();
    }

    /** Returns the channel. */
    public String channel() {
        return header.hasMessage()
                ? header.getMessage().getChannel()
                : header.getRequest().getChannel();
    }

    /** Returns whether it wants an answer. */
    public boolean isRequest() {
        return header.hasRequest();
    }

    /** Returns whether it is a message to all subscribers. */
    public boolean isBroadcast() {
        return header.hasMessage() && header.getMessage().getBroadcast();
    }

    /** Returns the time the caller of a request still waits, in microseconds. */
    public long timeLeftMicros() {
        return header.getRequest().getTimeLeftMicros();
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
