package dev.valence.session;

import dev.valence.Payload;
import dev.valence.frame.Wire;
import java.util.List;
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
    private final PortRoom.@Nullable Share room;

    /**
     * Makes a message.
     *
     * @param ports that travel with it, held by nobody else
     * @param room that it takes in the data lane; null if it was posted in this process
     */
    PortItem(Payload payload, List<PipeEnd> ports, PortRoom.@Nullable Share room) {
        this.payload = payload;
        this.ports = ports;
        this.room = room;
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

    /** It waits at a port. */
    void park() {
        if (room != null) {
            room.park();
        }
    }

    /** It holds up nothing more: it was dealt with, or sent on. Idempotent. */
    void release() {
        if (room != null) {
            room.end();
        }
    }

    /** It will not arrive: what travels with it is closed. */
    void drop() {
        release();
        ports.forEach(PipeEnd::close);
    }
}
