package dev.valence.main;

/**
 * How far the present incarnation of a renderer is. In one incarnation it only moves forward, but for UNRESPONSIVE;
 * {@link Renderer#reload}, or the {@link RestartPolicy}, begins the next.
 *
 * <pre>
 *   launch, invite
 *         │
 *         ▼
 *     LAUNCHING ──> CONNECTED ──> READY          from each of these four:
 *         ▲                        ▲ │             close ──────> CLOSING ──> GONE
 *         │                        │ ▼             its end ────> GONE, or RESTARTING by its policy
 *         │ no process is left  UNRESPONSIVE       reload ─────> RESTARTING
 *         │ and the backoff is over
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
    /**
     * The next process is to start: after a reload when that before it has ended, which was asked to; by the policy when
     * the backoff is over, or at a reload.
     */
    RESTARTING
}
