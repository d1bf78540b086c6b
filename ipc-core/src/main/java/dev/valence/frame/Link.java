package dev.valence.frame;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lower half of the seam between calls and bytes: one connection as its transport sees it. Below it no calls, above
 * it no sockets.
 *
 * <p><b>Threads.</b> Every method may be called from any thread and returns without waiting for the peer.
 */
public interface Link {

    /**
     * Says that {@link FrameHandler#nextFrame} has something to write. The transport takes frames until there are none
     * left or the peer takes no more, and writes a batch at once. Calls that come while it does so are not lost.
     */
    void wakeUp();

    /**
     * The same as {@link #wakeUp} in two steps, for who has something for many links: what is returned is to be run soon. Links
     * that share an I/O thread return the same, so that the thread is woken once, when all of it is there.
     */
    default Runnable announce() {
        return this::wakeUp;
    }

    /**
     * The same as {@link #wakeUp}, for something that somebody waits for: the transport may take and write it on the calling
     * thread, if it has reason to think that this is faster.
     */
    default void expedite() {
        wakeUp();
    }

    /**
     * Returns whether the calling thread passes on a frame of this link at this moment; then no other does, and what one such thread
     * has written the next one sees. It may also be true between two frames, on the thread that passes on the next one. A transport
     * that cannot tell returns false.
     */
    default boolean isReader() {
        return false;
    }

    /**
     * Returns whether a wake-up still waits for the I/O thread, which also reads: if it is one of long ago, what the peer
     * has sent since then was not seen. False where wake-ups do not go to that thread.
     */
    default boolean isBehind() {
        return false;
    }

    /**
     * Reads what the peer sends on the calling thread, which waits for it, until a condition holds, if this transport can,
     * and no other thread reads in this way; else returns at once. It may also return early. The condition is asked whenever
     * something was read, and after {@link #wakeReader}. The handler must not run callbacks on the thread that reads.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    default void readUntil(BooleanSupplier isDone) throws InterruptedException {}

    /** Makes the thread that is in {@link #readUntil} ask its condition again. */
    default void wakeReader() {}

    /** Says that something will come that nobody waits for in {@link #readUntil}. Without this it may be seen late. */
    default void expectAnswer() {}

    /**
     * Ends the connection: takes and writes what {@link FrameHandler#nextFrame} still has as far as the peer takes it
     * without waiting, then closes. {@link FrameHandler#onClosed} follows, on the I/O thread. Idempotent.
     */
    void close();

    /** Returns whom the kernel says the peer is, or null if this transport cannot tell. */
    @Nullable
    PeerCredentials credentials();
}
