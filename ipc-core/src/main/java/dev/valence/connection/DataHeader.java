package dev.valence.connection;

import com.google.protobuf.ByteString;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.PortMessage;
import dev.valence.proto.PortOffer;
import dev.valence.proto.Request;
import dev.valence.proto.Stream;
import java.util.List;

/**
 * What the first frames of the data lane have in common. Holds what is needed of the frame, and no more: the frame may
 * hold things that nobody was charged for.
 *
 * @param kind what it begins
 * @param origin the renderer that published it, 0 for the peer
 * @param destination the renderer it is meant for, 0 for this process
 * @param hops how often it was relayed
 * @param id 0 if a message has none
 * @param channel the channel; empty for a message to a port
 * @param port that a message goes to, 0 for all others
 * @param encoding of the payload
 * @param isBroadcast whether a message is for all subscribers
 * @param timeLeftMicros that the caller of a request waits, or the subscriber of a stream between items
 * @param initialItems that the subscriber of a stream takes at first
 * @param ports that travel with it
 * @param more whether chunks follow
 * @param size of the whole payload in bytes, if chunks follow
 * @param payload the first piece, or all of it
 */
record DataHeader(
        Incoming.Kind kind,
        int origin,
        int destination,
        int hops,
        long id,
        String channel,
        long port,
        int encoding,
        boolean isBroadcast,
        long timeLeftMicros,
        long initialItems,
        List<PortOffer> ports,
        boolean more,
        long size,
        ByteString payload) {

    /** Returns the header of a frame that begins something. */
    static DataHeader of(Frame frame) {
        return switch (frame.getBodyCase()) {
            case MESSAGE -> of(frame, frame.getMessage());
            case REQUEST -> of(frame, frame.getRequest());
            case STREAM -> of(frame, frame.getStream());
            case PORT_MESSAGE -> of(frame, frame.getPortMessage());
            default -> throw Reassembly.broken("frame: " + frame.getBodyCase() + " (expected: one with a payload)");
        };
    }

    private static DataHeader of(Frame frame, Message message) {
        return new DataHeader(
                Incoming.Kind.MESSAGE,
                frame.getOrigin(),
                frame.getDestination(),
                frame.getHops(),
                message.getId(),
                message.getChannel(),
                0,
                message.getEncoding() & Integer.MAX_VALUE,
                message.getBroadcast(),
                0,
                0,
                message.getPortsList(),
                message.getMore(),
                message.getSize(),
                message.getPayload());
    }

    private static DataHeader of(Frame frame, Request request) {
        return new DataHeader(
                Incoming.Kind.REQUEST,
                frame.getOrigin(),
                frame.getDestination(),
                frame.getHops(),
                request.getId(),
                request.getChannel(),
                0,
                request.getEncoding() & Integer.MAX_VALUE,
                false,
                request.getTimeLeftMicros(),
                0,
                List.of(),
                request.getMore(),
                request.getSize(),
                request.getPayload());
    }

    private static DataHeader of(Frame frame, Stream stream) {
        return new DataHeader(
                Incoming.Kind.STREAM,
                frame.getOrigin(),
                frame.getDestination(),
                frame.getHops(),
                stream.getId(),
                stream.getChannel(),
                0,
                stream.getEncoding() & Integer.MAX_VALUE,
                false,
                stream.getTimeLeftMicros(),
                stream.getInitialItems(),
                List.of(),
                stream.getMore(),
                stream.getSize(),
                stream.getPayload());
    }

    private static DataHeader of(Frame frame, PortMessage message) {
        return new DataHeader(
                Incoming.Kind.PORT_MESSAGE,
                frame.getOrigin(),
                frame.getDestination(),
                frame.getHops(),
                message.getId(),
                "",
                message.getPort(),
                message.getEncoding() & Integer.MAX_VALUE,
                false,
                0,
                0,
                message.getPortsList(),
                message.getMore(),
                message.getSize(),
                message.getPayload());
    }

    /** Whether it wants an answer, and can be cancelled. */
    boolean isCancellable() {
        return kind == Incoming.Kind.REQUEST || kind == Incoming.Kind.STREAM;
    }

    boolean needsId() {
        return more || isCancellable();
    }

    /** Checks what can be checked by itself. */
    void check() {
        if (kind != Incoming.Kind.PORT_MESSAGE) {
            DataIntake.checkChannel(channel);
        }
        if (isCancellable() && timeLeftMicros <= 0) {
            throw Reassembly.broken("time left: " + timeLeftMicros + " (expected: 1 µs or more)");
        }
        if (initialItems < 0) {
            throw Reassembly.broken("initial items: " + initialItems + " (expected: 0 or more)");
        }
    }

    DataHeader withoutPayload() {
        return new DataHeader(
                kind,
                origin,
                destination,
                hops,
                id,
                channel,
                port,
                encoding,
                isBroadcast,
                timeLeftMicros,
                initialItems,
                ports,
                more,
                size,
                ByteString.EMPTY);
    }
}
