package dev.valence.main;

/** Why a renderer is gone, in Electron's words. */
public enum ExitReason {
    /** It exited with code 0. */
    CLEAN_EXIT,
    /** It exited with another code; an uncaught exception in its main thread gives 1. */
    ABNORMAL_EXIT,
    /** A signal ended it: this process, a person or the system did. */
    KILLED,
    /** Its JVM or native code failed; {@link RendererExit#crashFile()} has more if the JVM could still write it. */
    CRASHED,
    /** It ran out of memory and said so. The kernel's out-of-memory killer does not; it shows as {@link #KILLED}. */
    OOM,
    /** It never became a renderer: no such program, a JVM that did not start, no connection in time. */
    LAUNCH_FAILED,
    /** It was ended because it no longer answered. Not in use yet: main says that one does not, and ends none for it. */
    UNRESPONSIVE,
    /**
     * Its connection was refused: a wrong token, a wrong process, a version that does not fit. Not in use yet: main refuses the
     * connection, and ends no process for it.
     */
    REJECTED,
    /** Its connection ended and nothing is known of its process; an invited renderer's usual end. */
    DISCONNECTED
}
