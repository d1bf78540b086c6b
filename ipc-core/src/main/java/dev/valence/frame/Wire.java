package dev.valence.frame;

/** The constants of {@code docs/protocol.md}. */
public final class Wire {

    /** First field of a Hello, "VALE". */
    public static final int MAGIC = 0x56414C45;

    /** Versions with the same major interoperate. */
    public static final int MAJOR = 1;

    /** Rises with every addition. */
    public static final int MINOR = 0;

    /** Streams are known. */
    public static final long FEATURE_STREAMS = 1;

    /** Ports are known. */
    public static final long FEATURE_PORTS = 2;

    /** Memory that both processes map is known. */
    public static final long FEATURE_REGIONS = 4;

    /** Thread dumps are known. */
    public static final long FEATURE_THREAD_DUMPS = 16;

    /** Bits of what goes beyond the base of the protocol and is known here. */
    public static final long FEATURES = FEATURE_STREAMS | FEATURE_PORTS | FEATURE_REGIONS | FEATURE_THREAD_DUMPS;

    /** The kind of client that this is. */
    public static final int CLIENT_JVM = 1;

    /** Chunks of messages and requests. */
    public static final int DATA_LANE = 0;

    /** Chunks of replies and items. */
    public static final int REPLY_LANE = 1;

    /** Bytes of the length in front of each frame, big-endian. */
    public static final int PREFIX_BYTES = 4;

    /** Largest piece of a payload in one frame. */
    public static final int CHUNK_BYTES = 256 * 1024;

    /** Smallest piece that is not the last one. */
    public static final int MIN_CHUNK_BYTES = 1024;

    /** Slots that a region may have in each direction. */
    public static final int MAX_SLOTS = 1024;

    /** Bytes at the beginning of a region by which a client knows it. */
    public static final int NONCE_BYTES = 16;

    /** Largest frame: a piece of a payload, or an explained failure or report, and what may stand beside it. */
    public static final int MAX_FRAME_BYTES = CHUNK_BYTES + 64 * 1024;

    /** What may stand beside the payload in a frame that is charged by its payload. */
    public static final int MAX_HEADER_BYTES = 4 * 1024;

    /** Largest frame before the peer is authenticated. */
    public static final int MAX_HANDSHAKE_FRAME_BYTES = 4 * 1024;

    /** What a frame of the data or reply lane costs besides the bytes of its payload. */
    public static final int FRAME_CHARGE = 256;

    /** What a stream may have under way before its subscriber has dealt with some of it. */
    public static final int STREAM_WINDOW_BYTES = 256 * 1024;

    /** Bytes of a one-time token. */
    public static final int TOKEN_BYTES = 32;

    private Wire() {}
}
