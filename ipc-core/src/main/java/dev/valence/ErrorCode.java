package dev.valence;

/**
 * Why a call or a message failed, in terms of what its caller can do next. The numbers are on the wire and frozen; {@code
 * docs/errors.md} describes each.
 */
public enum ErrorCode {
    /** A number this version does not know; from a newer peer. */
    UNKNOWN(0),
    /** Nothing handles this channel at the other side. */
    NO_HANDLER(1),
    /** The handler threw; {@link IpcException#remote()} says what. */
    HANDLER_FAILED(2),
    /** The deadline passed before there was a reply. The handler was told to stop. */
    DEADLINE_EXCEEDED(3),
    /** The caller, or the call in which this one was made, was cancelled. */
    CANCELLED(4),
    /** The waiting thread was interrupted. The call was cancelled. */
    INTERRUPTED(5),
    /** The other process is gone, or its connection is. */
    PEER_GONE(6),
    /** This side is closed or closing. */
    CLOSED(7),
    /** The renderer is not ready and waits for the caller itself. */
    NOT_READY(8),
    /** There was no room in the queue in time. Nothing was sent. */
    BACKPRESSURE(9),
    /** A limit on the number of something was reached. */
    LIMIT(10),
    /** The payload is larger than allowed. Nothing was sent. */
    PAYLOAD_TOO_LARGE(11),
    /** The payload or reply could not be encoded. */
    ENCODE_FAILED(12),
    /** The payload or reply could not be decoded to the wanted type. */
    DECODE_FAILED(13),
    /** The handler gave up its request without an answer. */
    REPLY_DROPPED(14),
    /** The sender may not use this channel in this way. */
    PERMISSION_DENIED(15),
    /** The connection was refused: a wrong token, a wrong process, a version that does not fit. */
    REJECTED(16),
    /** The peer broke the rules of the wire. The connection is closed. */
    PROTOCOL_ERROR(17),
    /** The peer does not know this kind of frame. */
    UNSUPPORTED(18);

    private static final ErrorCode[] BY_NUMBER = values();

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** Returns the number on the wire. */
    public int number() {
        return number;
    }

    /** Returns the code with this number, or {@link #UNKNOWN}. */
    public static ErrorCode of(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
}
