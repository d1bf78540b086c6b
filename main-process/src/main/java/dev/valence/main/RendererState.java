package dev.valence.main;

/**
 * How far the life of a renderer is. It only moves forward.
 *
 * <pre>
 * LAUNCHING ──> CONNECTED ──> READY ──> CLOSING ──> GONE
 *     └─────────────┴───────────┴──────────────────> GONE
 * </pre>
 */
public enum RendererState {
    /** The process starts, or an invitation is open. */
    LAUNCHING,
    /** It has proved who it is. */
    CONNECTED,
    /** Its listeners are in place. */
    READY,
    /** It was asked to end. */
    CLOSING,
    /** It has ended. */
    GONE
}
