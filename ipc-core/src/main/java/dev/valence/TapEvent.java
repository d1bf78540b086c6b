package dev.valence;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that passed a {@link Tap}.
 *
 * @param direction which way it went
 * @param kind what it is
 * @param peer the process at the other end of the connection; not who published what is relayed
 * @param channel of the message or request; of an answer, that of its request
 * @param payload what was sent, encoded; empty for a failure
 * @param outcome null if all is well; of a failure, or a stream that failed, its code; of a message that came and is not delivered, the reason
 * @param latency of an answer the time since its request was made, or arrived; null for everything else
 */
public record TapEvent(
        Direction direction,
        Kind kind,
        Origin peer,
        String channel,
        Payload payload,
        @Nullable ErrorCode outcome,
        @Nullable Duration latency) {

    /** Which way. */
    public enum Direction {
        /** From the peer to this process. */
        RECEIVED,
        /** From this process to the peer. */
        SENT
    }

    /** What passes. More kinds may follow in later versions: a {@code switch} needs a default. */
    public enum Kind {
        /** A message for one process. */
        MESSAGE,
        /** A message for all who are subscribed; in main one for each subscriber it goes to. */
        BROADCAST,
        /** A request. */
        REQUEST,
        /** The reply to a request. */
        REPLY,
        /** A request for a stream. */
        STREAM,
        /** An item of a stream. */
        ITEM,
        /** The end of a stream; at the subscriber also one of which the peer knows nothing, as for a failure. */
        STREAM_END,
        /**
         * The end of a request without a reply. At the caller also one of which the peer knows nothing: deadline, cancel,
         * a queue without room, the end of the peer; perhaps before the request itself was sent.
         */
        FAILURE
    }

    /** Returns the size of the encoded payload. */
    public int payloadBytes() {
        return payload.bytes().length;
    }
}
