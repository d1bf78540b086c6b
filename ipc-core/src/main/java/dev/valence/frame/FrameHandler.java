package dev.valence.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The upper half of the seam: what a transport reads goes in, what it writes comes out.
 *
 * <p><b>Threads.</b> {@link #onFrame} and {@link #onClosed} are called on the I/O thread of the connection, one at a time;
 * while somebody reads with {@link Link#readUntil}, it is that thread that calls {@link #onFrame}.
 * {@link #nextFrame} is called by one thread at a time, not always the same.
 */
public interface FrameHandler {

    /**
     * Returns the next frame to be written, or null if there is none now.
     *
     * @return given away; it is written before any frame that is taken later
     */
    @Nullable
    OutFrame nextFrame();

    /**
     * Takes a frame that was read, without its length prefix. If it breaks the rules of the wire, the handler itself
     * closes the link.
     *
     * @param frame from its position to its limit, both of which the handler may move; lent for the time of the call
     */
    void onFrame(ByteBuffer frame);

    /**
     * The connection has ended; nothing else is called afterwards. Called exactly once.
     *
     * @param cause null if the peer, or {@link Link#close}, closed it in an orderly way
     */
    void onClosed(@Nullable IOException cause);

    /**
     * Returns the length in bytes that the next frame may have at most. Small before the peer is authenticated.
     */
    int maxFrameBytes();
}
