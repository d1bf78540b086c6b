package dev.valence.frame;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one frame says, without its payload: that follows it, in the buffer it was read from or the array it is written
 * with. The fields are those of {@code frame.proto}, but for those that are reserved or that nobody reads; an unsigned number
 * of 32 bits is an {@code int}.
 *
 * <p>Nothing in a frame is lent: it may be kept.
 */
public sealed interface Frame {

    /** Returns how {@code frame.proto} calls it, for logs and error texts. */
    default String name() {
        return getClass().getSimpleName();
    }

    // ---- Handshake -----------------------------------------------------------------------------------------------

    /**
     * The first frame of a client.
     *
     * @param client what it is, see {@link Wire#CLIENT_JVM}
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
    record Hello(
            int magic,
            int major,
            int minor,
            long features,
            int client,
            byte[] token,
            long processId,
            Windows windows,
            String implementation,
            Bounds bounds)
            implements Frame {

        /** Returns what a client of this version says. */
        public static Hello of(byte[] token, long processId, String implementation) {
            return new Hello(
                    Wire.MAGIC,
                    Wire.MAJOR,
                    Wire.MINOR,
                    Wire.FEATURES,
                    Wire.CLIENT_JVM,
                    token,
                    processId,
                    Windows.NONE,
                    implementation,
                    Bounds.NONE);
        }

        /** Returns the same with what the client takes. */
        public Hello with(Windows newWindows, Bounds newBounds) {
            return new Hello(
                    magic, major, minor, features, client, token, processId, newWindows, implementation, newBounds);
        }
    }

    /** Main's answer to an accepted Hello. */
    record Welcome(
            int major,
            int minor,
            long features,
            int rendererId,
            String rendererName,
            Windows windows,
            Bounds bounds,
            Rules rules,
            int incarnation)
            implements Frame {

        /** Returns what main of this version says to a renderer. */
        public static Welcome of(int rendererId, String rendererName, int incarnation, Rules rules) {
            return new Welcome(
                    Wire.MAJOR, Wire.MINOR, 0, rendererId, rendererName, Windows.NONE, Bounds.NONE, rules, incarnation);
        }

        /** Returns the same with what both sides know, and what main takes. */
        public Welcome with(long newFeatures, Windows newWindows, Bounds newBounds) {
            return new Welcome(
                    major, minor, newFeatures, rendererId, rendererName, newWindows, newBounds, rules, incarnation);
        }
    }

    /** The last frame of the side that ends a connection on purpose. */
    record Close(int code, String reason) implements Frame {}

    /** Bytes that a sender may have under way. */
    record Windows(long dataBytes, long replyBytes) {
        /** None at all. */
        public static final Windows NONE = new Windows(0, 0);
    }

    /** Limits of one side; 0 where there is none to keep. */
    record Bounds(long payloadBytes, int pendingRequests, int subscriptions) {
        /** No limits. */
        public static final Bounds NONE = new Bounds(0, 0, 0);
    }

    /** Channels that a client may use, by use. */
    record Rules(
            boolean open,
            List<String> send,
            List<String> invoke,
            List<String> handle,
            List<String> subscribe,
            List<String> broadcast,
            List<String> deny) {
        /** Allows nothing. */
        public static final Rules NONE =
                new Rules(false, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    // ---- Life of a connection ------------------------------------------------------------------------------------

    /** The client has its first listener on a channel. */
    record Subscribe(String channel) implements Frame {}

    /** The client has no listener on a channel any more. */
    record Unsubscribe(String channel) implements Frame {}

    /** The client's listeners are in place. */
    record Ready() implements Frame {}

    /** Asks whether the other side is there. */
    record Ping(long nonce) implements Frame {}

    /** Says that this side is there, and how its callbacks are. */
    record Pong(long nonce, long oldestTurnMicros, int runningCallbacks) implements Frame {}

    /** Asks what the threads of a client do. */
    record DumpThreads() implements Frame {}

    /** Says what they do; the text is the payload. */
    record ThreadDump() implements Frame {}

    /** Nothing new comes from the sender of this. */
    record Drain(long graceMicros) implements Frame {}

    // ---- Payloads ------------------------------------------------------------------------------------------------

    /**
     * The first frame of something with a payload, which is the first piece of it, or all.
     *
     * @param kind what it begins
     * @param origin the renderer that published it, 0 for the peer
     * @param destination the renderer it is meant for, 0 for the receiver
     * @param hops how often it was relayed
     * @param id 0 if a message has none
     * @param channel the channel; empty for an answer, and for a message to a port
     * @param port that a message goes to, 0 for all others
     * @param encoding of the payload
     * @param isBroadcast whether a message is for all subscribers
     * @param timeLeftMicros that the caller of a request waits, or the subscriber of a stream between items
     * @param initialItems that the subscriber of a stream takes at first
     * @param ports that travel with a message
     * @param more whether chunks follow
     * @param size of the whole payload in bytes, if chunks follow
     */
    record Opening(
            Kind kind,
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
            long size)
            implements Frame {

        /**
         * Returns a message that is whole and has no id.
         *
         * @param ports may be filled until it is written
         */
        public static Opening message(
                int origin, int destination, int hops, String channel, int encoding, List<PortOffer> ports) {
            return new Opening(
                    Kind.MESSAGE, origin, destination, hops, 0, channel, 0, encoding, false, 0, 0, ports, false, 0);
        }

        /** Returns a message to all subscribers. */
        public static Opening broadcast(int origin, String channel, int encoding) {
            return new Opening(Kind.MESSAGE, origin, 0, 0, 0, channel, 0, encoding, true, 0, 0, List.of(), false, 0);
        }

        /** Returns a request, or a request for a stream. */
        public static Opening call(Kind kind, String channel, int encoding, long timeLeftMicros) {
            return new Opening(kind, 0, 0, 0, 0, channel, 0, encoding, false, timeLeftMicros, 0, List.of(), false, 0);
        }

        /** Returns a reply, or an item of a stream. */
        public static Opening answer(Kind kind, long id, int encoding) {
            return new Opening(kind, 0, 0, 0, id, "", 0, encoding, false, 0, 0, List.of(), false, 0);
        }

        /**
         * Returns a message to a port.
         *
         * @param ports may be filled until it is written
         */
        public static Opening toPort(long port, int encoding, List<PortOffer> ports) {
            return new Opening(Kind.PORT_MESSAGE, 0, 0, 0, 0, "", port, encoding, false, 0, 0, ports, false, 0);
        }

        /** Returns the same as it is written: with an id, and the length of a payload that comes in pieces. */
        public Opening started(long newId, boolean newMore, long newSize) {
            return newId == id && newMore == more && newSize == size
                    ? this
                    : started(newId, timeLeftMicros, initialItems, newMore, newSize);
        }

        /** Returns the same as it is written, with what is known only then. */
        public Opening started(long newId, long newTimeLeft, long newInitialItems, boolean newMore, long newSize) {
            return new Opening(
                    kind,
                    origin,
                    destination,
                    hops,
                    newId,
                    channel,
                    port,
                    encoding,
                    isBroadcast,
                    newTimeLeft,
                    newInitialItems,
                    ports,
                    newMore,
                    newSize);
        }

        /** Returns whether it wants an answer, and can be cancelled. */
        public boolean isCancellable() {
            return kind == Kind.REQUEST || kind == Kind.STREAM;
        }

        /** Returns whether it answers something. */
        public boolean isAnswer() {
            return kind == Kind.REPLY || kind == Kind.ITEM;
        }

        @Override
        public String name() {
            return kind.wireName;
        }
    }

    /** What an {@link Opening} begins. */
    enum Kind {
        /** A one-way message. */
        MESSAGE("Message"),
        /** A request for one answer. */
        REQUEST("Request"),
        /** A request for a stream. */
        STREAM("Stream"),
        /** A message to a port. */
        PORT_MESSAGE("PortMessage"),
        /** The answer to a request. */
        REPLY("Reply"),
        /** An item of a stream. */
        ITEM("Item");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }
    }

    /** One end of a pipe that travels with a message. */
    record PortOffer(long port, long underWayBytes) {}

    /**
     * A further piece of a payload.
     *
     * @param lane see {@link Wire#DATA_LANE} and {@link Wire#REPLY_LANE}
     * @param regionBytes length of the piece if it lies in the next slot of the sender's region, 0 if it follows this
     */
    record Chunk(long id, int lane, boolean more, boolean aborted, int regionBytes) implements Frame {

        /** Makes a chunk whose piece follows it, if it has one. */
        public Chunk(long id, int lane, boolean more, boolean aborted) {
            this(id, lane, more, aborted, 0);
        }
    }

    /** Room that came back. */
    record Credit(long target, long dataBytes, long replyBytes, long items, long port) implements Frame {

        /** Returns room of a connection. */
        public static Credit ofConnection(long dataBytes, long replyBytes) {
            return new Credit(0, dataBytes, replyBytes, 0, 0);
        }

        /** Returns room of a stream. */
        public static Credit ofStream(long id, long items, long bytes) {
            return new Credit(id, bytes, 0, items, 0);
        }

        /** Returns room of a port. */
        public static Credit ofPort(long port, long bytes) {
            return new Credit(0, bytes, 0, 0, port);
        }
    }

    /** A request that has no reply. */
    record Failure(long id, int code, @Nullable FailureDetails details) implements Frame {}

    /** Why a request or stream failed, for people and for the application. */
    record FailureDetails(
            String message, String type, List<FailureCause> causes, String applicationCode, String applicationDetails) {
        /** Says nothing. */
        public static final FailureDetails NONE = new FailureDetails("", "", List.of(), "", "");
    }

    /** What a failure was caused by. */
    record FailureCause(String type, String message) {}

    /** The caller no longer waits. */
    record Cancel(long id) implements Frame {}

    /** Messages that were dropped, in their place. */
    record Gap(String channel, long count) implements Frame {}

    /** Who got a broadcast. */
    record Report(long id, List<Integer> accepted, List<Integer> skipped) implements Frame {}

    // ---- Regions -------------------------------------------------------------------------------------------------

    /**
     * Memory that main offers to map.
     *
     * @param path where it is opened
     * @param slots in each direction
     * @param nonce what it begins with
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
    record RegionOffer(String path, int slots, byte[] nonce) implements Frame {}

    /** Slots of the sender's region that may be filled. */
    record RegionCredit(int slots) implements Frame {}

    // ---- Streams and ports ---------------------------------------------------------------------------------------

    /** A stream has ended. */
    record StreamEnd(long id, int code, @Nullable FailureDetails details) implements Frame {}

    /** A port was closed. */
    record PortClose(long port) implements Frame {}
}
