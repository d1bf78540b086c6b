package dev.valence.session;

import dev.valence.Payload;
import dev.valence.frame.Wire;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way through a pipe, or the close of an end behind the last one.
 *
 * <p><b>Ownership.</b> It holds the ends that travel with it, and room of the connection that brought it.
 */
final class PortItem {

    /** The end where it was put in was closed. */
    static final PortItem CLOSE = new PortItem(new Payload(Encoding.NULL, new byte[0]), List.of(), null);

    private final Payload payload;
    private final List<PipeEnd> ports;
    private final AtomicReference<@Nullable Runnable> release; // taken by whoever runs it

    /**
     * Makes a message.
     *
     * @param ports that travel with it, held by nobody else
     * @param release gives its room in the data lane back; null if it takes none
     */
    PortItem(Payload payload, List<PipeEnd> ports, @Nullable Runnable release) {
        this.payload = payload;
        this.ports = ports;
        this.release = new AtomicReference<>(release);
    }

    Payload payload() {
        return payload;
    }

    List<PipeEnd> ports() {
        return ports;
    }

    /** What it takes of the window of its direction. */
    long charge() {
        return (long) payload.bytes().length + Wire.FRAME_CHARGE;
    }

    /** Gives the sender its room in the data lane back. Idempotent. */
    void release() {
        Runnable action = release.getAndSet(null);
        if (action != null) {
            action.run();
        }
    }

    /** It will not arrive: what travels with it is closed. */
    void drop() {
        release();
        ports.forEach(PipeEnd::close);
    }
}
