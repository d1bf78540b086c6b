package dev.valence.main;

/**
 * How far the present incarnation of a renderer is. In one incarnation it only moves forward, but for UNRESPONSIVE;
 * {@link Renderer#reload} begins the next.
 *
 * <pre>
 *   launch, invite
 *         │
 *         ▼
 *     LAUNCHING ──> CONNECTED ──> READY          from each of these four:
 *         ▲                        ▲ │             close ──────> CLOSING ──> GONE
 *         │                        │ ▼             its end ────> GONE
 *         │ no process is left  UNRESPONSIVE       reload ─────> RESTARTING
 *         │
 *     RESTARTING ── close ──> CLOSING ──> GONE
 *         ▲                                │
 *         └── reload, unless main closed or killed it
 * </pre>
 *
 * <p>A kill changes no state: the end of the process does, soon after.
 */
public enum RendererState {
    /** The process starts, or an invitation is open. */
    LAUNCHING,
    /** It has proved who it is. */
    CONNECTED,
    /** Its listeners are in place. */
    READY,
    /** It was ready and does not respond, see {@link Unresponsiveness}. All that can be done in READY can be done. */
    UNRESPONSIVE,
    /** It was asked to end, for good. */
    CLOSING,
    /** It has ended. */
    GONE,
    /** It was reloaded: the next process starts when that before it has ended, which was asked to. */
    RESTARTING
}
