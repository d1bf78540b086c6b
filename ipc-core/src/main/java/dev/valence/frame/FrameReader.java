package dev.valence.frame;

import dev.valence.IpcException;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Close;
import dev.valence.frame.Frame.Credit;
import dev.valence.frame.Frame.Gap;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.Frame.PortOffer;
import dev.valence.frame.Frame.Report;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads frames as {@code frame.proto} says, and as protobuf does: unknown fields are skipped, a field of another wire type is
 * an unknown one, the last value of a field counts, messages inside messages are merged. Stricter than protobuf in one thing:
 * a frame has exactly one body.
 *
 * <p>The cases of a {@code switch} are tags: the number of a field times 8, and its wire type.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class FrameReader {

    /** Wire type of what has its length in front. */
    static final int LENGTH = 2;

    /** Wire type of four bytes. */
    static final int FIXED32 = 5;

    /** Tag of the payload of every body that has one. */
    private static final int PAYLOAD = 122;

    private final FieldReader in = new FieldReader();
    private final LastMessage last = new LastMessage();
    private int origin;
    private int destination;
    private int hops;
    private int payloadAt; // of the body; where its payload begins
    private int payloadBytes;

    /**
     * Reads a frame.
     *
     * @param buffer from its position to its limit; what is between them afterwards is the payload of the frame
     * @return nothing in it is lent
     * @throws IpcException PROTOCOL_ERROR if it is no frame; the buffer has its whole length still
     */
    public Frame read(ByteBuffer buffer) {
        in.begin(buffer);
        Opening same = last.skipIfNext(in);
        if (same != null && in.length() == in.remaining()) {
            origin = same.origin();
            destination = same.destination();
            hops = same.hops();
            buffer.position(in.position());
            return same;
        }
        in.begin(buffer);
        origin = 0;
        destination = 0;
        hops = 0;
        payloadAt = buffer.limit();
        payloadBytes = 0;
        int body = 0; // where it is, behind its tag: it is read last, when the fields beside it are known
        int tagOfBody = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> origin = in.uint32();
                case 16 -> destination = in.uint32();
                case 24 -> hops = in.uint32();
                default -> {
                    if (isBody(tag)) {
                        if (tagOfBody != 0) {
                            throw FieldReader.broken("a second body (expected: exactly one)");
                        }
                        tagOfBody = tag;
                        body = in.position();
                        in.skipBytes();
                    } else {
                        in.skip(tag);
                    }
                }
            }
        }
        if (tagOfBody == 0) {
            throw FieldReader.broken("no body that is known here (expected: exactly one)");
        }
        in.moveTo(body);
        Frame frame = body(tagOfBody);
        if (frame instanceof Opening opening && opening.kind() == Kind.MESSAGE && !in.hasMore()) {
            keep(opening, buffer.position(), body);
        }
        buffer.limit(payloadAt + payloadBytes).position(payloadAt);
        return frame;
    }

    private void keep(Opening message, int frame, int body) {
        int length = in.lengthOfLast(PAYLOAD, payloadAt, payloadBytes);
        if (length >= 0) {
            in.moveTo(body);
            in.length();
            last.keep(message, in, frame, body, length);
        }
    }

    /** Returns the renderer that published what was read last, 0 for the peer. */
    public int origin() {
        return origin;
    }

    /** Returns the renderer that what was read last is meant for, 0 for the receiver. */
    public int destination() {
        return destination;
    }

    /** Whether it is the tag of a message in the oneof: all numbers from 4 to 32 but 15. */
    private static boolean isBody(int tag) {
        int field = tag >>> 3;
        return (tag & 7) == LENGTH && field >= 4 && field <= 32 && field != 15;
    }

    private Frame body(int tag) {
        int outer = in.enter();
        Frame frame = switch (tag >>> 3) {
            case 4 -> call(Kind.MESSAGE);
            case 5 -> call(Kind.REQUEST);
            case 6 -> answer(Kind.REPLY);
            case 7 -> chunk();
            case 8 -> credit();
            case 11 -> answer(Kind.ITEM);
            case 12 -> portMessage();
            case 25 -> call(Kind.STREAM);
            case 30 -> threadDump();
            default -> rare(tag >>> 3);
        };
        in.leave(outer);
        return frame;
    }

    private Frame rare(int field) {
        return switch (field) {
            case 9, 26 -> FailureReader.read(in, field == 9);
            case 10 -> new Frame.Cancel(number());
            case 13 -> new Frame.Ping(number());
            case 14 -> pong();
            case 16 -> HandshakeReader.hello(in);
            case 17 -> HandshakeReader.welcome(in);
            case 18 -> close();
            case 19 -> new Frame.Subscribe(name());
            case 20 -> new Frame.Unsubscribe(name());
            case 21 -> {
                in.skipAll();
                yield new Frame.Ready();
            }
            case 22 -> new Frame.Drain(number());
            case 23 -> gap();
            case 24 -> report();
            case 27 -> new Frame.PortClose(number());
            case 29 -> {
                in.skipAll();
                yield new Frame.DumpThreads();
            }
            case 31 -> RegionReader.region(in);
            case 32 -> new Frame.RegionCredit((int) number());
            default -> throw FieldReader.broken("body " + field + " (expected: one that is not reserved)");
        };
    }

    // ---- Payloads ------------------------------------------------------------------------------------------------

    private void payload() {
        payloadBytes = in.length();
        payloadAt = in.position();
        in.moveTo(payloadAt + payloadBytes);
    }

    private Frame call(Kind kind) {
        long id = 0;
        String channel = "";
        int encoding = 0;
        long fifth = 0; // whether it is a broadcast, or the time left
        boolean more = false;
        long size = 0;
        List<PortOffer> ports = List.of();
        long initialItems = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> id = in.uint64();
                case 18 -> channel = in.name();
                case 24 -> encoding = in.uint32();
                case 40 -> fifth = in.uint64();
                case 48 -> more = in.bool();
                case 56 -> size = in.uint64();
                case 66 -> ports = port(ports);
                case 96 -> initialItems = in.uint64();
                case PAYLOAD -> payload();
                default -> skipBesidePayload(tag, 34, 66);
            }
        }
        boolean isMessage = kind == Kind.MESSAGE;
        return new Opening(
                kind,
                origin,
                destination,
                hops,
                id,
                channel,
                0,
                encoding,
                isMessage && fifth != 0,
                isMessage ? 0 : fifth,
                kind == Kind.STREAM ? initialItems : 0,
                isMessage ? ports : List.of(), // elsewhere they are reserved
                more,
                size);
    }

    private Frame answer(Kind kind) {
        long id = 0;
        int encoding = 0;
        boolean more = false;
        long size = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> id = in.uint64();
                case 16 -> encoding = in.uint32();
                case 32 -> more = in.bool();
                case 40 -> size = in.uint64();
                case PAYLOAD -> payload();
                default -> {
                    if (tag == 26 || kind == Kind.REPLY) {
                        skipBesidePayload(tag, 26, 50);
                    } else {
                        in.skip(tag);
                    }
                }
            }
        }
        return new Opening(kind, origin, destination, hops, id, "", 0, encoding, false, 0, 0, List.of(), more, size);
    }

    private Frame portMessage() {
        long port = 0;
        long id = 0;
        int encoding = 0;
        boolean more = false;
        long size = 0;
        List<PortOffer> ports = List.of();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> port = in.uint64();
                case 16 -> id = in.uint64();
                case 24 -> encoding = in.uint32();
                case 34 -> in.skipText(); // content_type
                case 40 -> more = in.bool();
                case 48 -> size = in.uint64();
                case 58 -> ports = port(ports);
                case PAYLOAD -> payload();
                default -> in.skip(tag);
            }
        }
        return new Opening(
                Kind.PORT_MESSAGE, origin, destination, hops, id, "", port, encoding, false, 0, 0, ports, more, size);
    }

    /**
     * Skips what stands beside a payload and nobody reads, in the order of {@code frame.proto}; it has to be well-formed all the
     * same.
     *
     * @param contentType its tag
     * @param ports the tag of the ports, which metadata, objects and region follow
     */
    private void skipBesidePayload(int tag, int contentType, int ports) {
        if (tag == contentType) {
            in.skipText();
        } else if (tag == ports) {
            in.skipMessage(3); // direct_endpoint
        } else if (tag == ports + 8 || tag == ports + 24) {
            in.skipMessage(1); // key of metadata, name of a region
        } else if (tag == ports + 16) {
            in.skipMessage(2); // type of an object
        } else {
            in.skip(tag);
        }
    }

    private List<PortOffer> port(List<PortOffer> before) {
        long port = 0;
        long underWay = 0;
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> port = in.uint64();
                case 26 -> in.skipText(); // direct_endpoint
                case 40 -> underWay = in.uint64();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        List<PortOffer> ports = before.isEmpty() ? new ArrayList<>() : before;
        ports.add(new PortOffer(port, underWay));
        return ports;
    }

    private Frame chunk() {
        long id = 0;
        int lane = 0;
        boolean more = false;
        boolean aborted = false;
        int regionBytes = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> id = in.uint64();
                case 16 -> lane = in.uint32();
                case 24 -> more = in.bool();
                case 32 -> aborted = in.bool();
                case 40 -> regionBytes = in.uint32();
                case PAYLOAD -> payload();
                default -> in.skip(tag);
            }
        }
        return new Chunk(id, lane, more, aborted, regionBytes);
    }

    private Frame threadDump() {
        while (in.hasMore()) {
            int tag = in.tag();
            if (tag == PAYLOAD) {
                payload();
            } else {
                in.skip(tag);
            }
        }
        return new Frame.ThreadDump();
    }

    private Frame credit() {
        long target = 0;
        long dataBytes = 0;
        long replyBytes = 0;
        long items = 0;
        long port = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> target = in.uint64();
                case 16 -> dataBytes = in.uint64();
                case 24 -> replyBytes = in.uint64();
                case 32 -> items = in.uint64();
                case 40 -> port = in.uint64();
                default -> in.skip(tag);
            }
        }
        return new Credit(target, dataBytes, replyBytes, items, port);
    }

    // ---- The rest ------------------------------------------------------------------------------------------------

    /** Reads a body whose first field is a number, and the only one. */
    private long number() {
        long number = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            if (tag == 8) {
                number = in.uint64();
            } else {
                in.skip(tag);
            }
        }
        return number;
    }

    /** Reads a body whose first field is the name of a channel, and the only one. */
    private String name() {
        String name = "";
        while (in.hasMore()) {
            int tag = in.tag();
            if (tag == 10) {
                name = in.name();
            } else {
                in.skip(tag);
            }
        }
        return name;
    }

    private Frame pong() {
        long nonce = 0;
        long oldestTurn = 0;
        int running = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> nonce = in.uint64();
                case 16 -> oldestTurn = in.uint64();
                case 24 -> running = in.uint32();
                default -> in.skip(tag);
            }
        }
        return new Pong(nonce, oldestTurn, running);
    }

    private Frame close() {
        int code = 0;
        String reason = "";
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> code = in.uint32();
                case 18 -> reason = in.text();
                default -> in.skip(tag);
            }
        }
        return new Close(code, reason);
    }

    private Frame gap() {
        String channel = "";
        long count = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 10 -> channel = in.name();
                case 16 -> count = in.uint64();
                default -> in.skip(tag);
            }
        }
        return new Gap(channel, count);
    }

    private Frame report() {
        long id = 0;
        List<Integer> accepted = new ArrayList<>();
        List<Integer> skipped = new ArrayList<>();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> id = in.uint64();
                case 16 -> accepted.add(in.uint32());
                case 18 -> in.packed(accepted);
                case 24 -> skipped.add(in.uint32());
                case 26 -> in.packed(skipped);
                default -> in.skip(tag);
            }
        }
        return new Report(id, accepted, skipped);
    }
}
