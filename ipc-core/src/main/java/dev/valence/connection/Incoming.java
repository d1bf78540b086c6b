package dev.valence.connection;

import dev.valence.Payload;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.Request;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole message or request as it came from the peer.
 *
 * <p><b>Ownership.</b> Whoever gets it calls {@link #release} once it no longer holds up others; only then has the peer
 * room for as much again.
 */
public final class Incoming {

    private final boolean isRequest;
    private final boolean isBroadcast;
    private final int origin;
    private final int destination;
    private final int hops;
    private final long id;
    private final long timeLeftMicros;
    private final String channel;
    private final Payload payload;
    private final AtomicLong held;
    private final ReturnPath returnPath;

    /** Where freed charges go. */
    interface ReturnPath {
        void giveBack(long charge);
    }

    /** Copies what is needed of the first frame, and no more: the frame may hold things that nobody was charged for. */
    Incoming(Frame first, byte[] bytes, long held, ReturnPath returnPath) {
        Message message = first.getMessage();
        Request request = first.getRequest();
        this.isRequest = first.hasRequest();
        this.isBroadcast = message.getBroadcast();
        this.origin = first.getOrigin();
        this.destination = first.getDestination();
        this.hops = first.getHops();
        this.id = isRequest ? request.getId() : message.getId();
        this.timeLeftMicros = request.getTimeLeftMicros();
        this.channel = isRequest ? request.getChannel() : message.getChannel();
        int encoding = isRequest ? request.getEncoding() : message.getEncoding();
        this.payload = new Payload(encoding & Integer.MAX_VALUE, bytes);
        this.held = new AtomicLong(held);
        this.returnPath = returnPath;
    }

    /** Returns the renderer that published it, 0 for the peer. */
    public int origin() {
        return origin;
    }

    /** Returns the renderer it is meant for, 0 for this process. */
    public int destination() {
        return destination;
    }

    /** Returns how often it was relayed. */
    public int hops() {
        return hops;
    }

    /** Returns the id, 0 if a message has none. */
    public long id() {
        return id;
    }

    /** Returns the channel. */
    public String channel() {
        return channel;
    }

    /** Returns whether it wants an answer. */
    public boolean isRequest() {
        return isRequest;
    }

    /** Returns whether it is a message to all subscribers. */
    public boolean isBroadcast() {
        return isBroadcast;
    }

    /** Returns the time the caller of a request still waits, in microseconds. */
    public long timeLeftMicros() {
        return timeLeftMicros;
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
