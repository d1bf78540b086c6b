package dev.valence.connection;

/**
 * How far a connection is.
 *
 * <pre>
 * AWAITING_HELLO (main)  ──┐
 *                          ├──> OPEN ──> CLOSING ──> CLOSED
 * AWAITING_WELCOME       ──┘      any state ──> CLOSED when the link ends
 * (renderer)
 * </pre>
 */
enum ConnectionState {
    /** Nothing but Hello is accepted. */
    AWAITING_HELLO,
    /** Hello is sent; nothing but Welcome or Close is accepted. */
    AWAITING_WELCOME,
    /** Frames go both ways. */
    OPEN,
    /** Ended by this side; what still comes is ignored. */
    CLOSING,
    /** The link has ended. */
    CLOSED
}
