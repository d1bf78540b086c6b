package dev.valence.session;

import dev.valence.MessagePort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ports that an application hands over with one message, taken from it until the message is sent or refused. */
final class PortParcel {

    private final List<LocalPort> ports = new ArrayList<>();

    private PortParcel() {}

    /**
     * Takes ports from their owner.
     *
     * @param through the port that they are to go through, null if it is a channel
     * @throws IllegalArgumentException if one of them cannot be handed over; names its index; none was taken
     */
    static PortParcel take(MessagePort @Nullable [] ports, @Nullable LocalPort through) {
        if (ports == null) {
            throw new IllegalArgumentException("ports: null (expected: an array, which may be empty)");
        }
        PortParcel parcel = new PortParcel();
        boolean isComplete = false;
        try {
            for (int i = 0; i < ports.length; i++) {
                parcel.add(ports, i, through);
            }
            isComplete = true;
        } finally {
            if (!isComplete) {
                parcel.giveBack();
            }
        }
        return parcel;
    }

    private void add(MessagePort[] all, int index, @Nullable LocalPort through) {
        if (all[index] == null) {
            throw refused(index, "null (expected: a port)");
        }
        if (!(all[index] instanceof LocalPort port)) {
            throw refused(
                    index, all[index].getClass().getName() + " (expected: a port of a MessageChannel or an event)");
        }
        if (ports.contains(port)) {
            throw refused(index, "the same as ports[" + ports.indexOf(port) + "] (expected: each port once)");
        }
        if (port == through) {
            throw refused(index, "the port that it is posted on (expected: another one)");
        }
        if (through != null && port.end() == through.end().other()) {
            throw refused(index, "the other end of the port that it is posted on (expected: another one)");
        }
        String reason = port.end().detach(port);
        if (reason != null) {
            throw refused(index, reason + " (expected: an open port that is still here)");
        }
        ports.add(port);
    }

    private static IllegalArgumentException refused(int index, String why) {
        return new IllegalArgumentException("ports[" + index + "]: " + why);
    }

    /** Returns the ends that travel. */
    List<PipeEnd> ends() {
        return ports.stream().map(LocalPort::end).toList();
    }

    /** Gives the ports back to their owner: nothing was sent. */
    void giveBack() {
        ports.forEach(port -> port.end().giveBack(port));
    }
}
