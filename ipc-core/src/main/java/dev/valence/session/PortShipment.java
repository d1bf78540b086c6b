package dev.valence.session;

import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.PortOffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends of pipes that leave with one message.
 *
 * <p><b>Threads.</b> {@link #onQueued} with the lock of the outbox held, {@link #onSent} on the thread that writes, the rest
 * on the one that sends the message.
 */
final class PortShipment implements SendListener {

    private final PortDesk desk;
    private final List<PipeEnd> ends;
    private final List<PortOffer> offers;
    private final SendListener next;
    private final List<Long> underWay = new ArrayList<>();
    private final List<PortWire> wires = new ArrayList<>(); // filled with the lock of the outbox held, before the rest

    /**
     * Makes a shipment of ends that travel.
     *
     * @param offers of the message; filled when that is queued
     * @param next told the same about the message
     */
    PortShipment(PortDesk desk, List<PipeEnd> ends, List<PortOffer> offers, SendListener next) {
        this.desk = desk;
        this.ends = ends;
        this.offers = offers;
        this.next = next;
    }

    int size() {
        return ends.size();
    }

    /** Makes the ends ready. {@link #commit} or {@link #cancel} follows. */
    void begin() {
        for (PipeEnd end : ends) {
            underWay.add(end.leave());
        }
    }

    /** Numbers are given here, so that they rise in the order of the messages that offer them. */
    @Override
    public void onQueued(long id) {
        next.onQueued(id);
        for (int i = 0; i < ends.size(); i++) {
            PortWire wire = desk.newWire(ends.get(i));
            wires.add(wire);
            offers.add(new PortOffer(wire.number(), underWay.get(i)));
        }
    }

    @Override
    public void onSent() {
        wires.forEach(PortWire::establish);
        next.onSent();
    }

    @Override
    public void onDropped() {
        wires.forEach(desk::forget);
        next.onDropped();
    }

    @Override
    public void onLost() {
        wires.forEach(desk::forget);
        next.onLost();
    }

    /** The message is queued: what waits at the ends follows it. */
    void commit() {
        for (int i = 0; i < ends.size(); i++) {
            if (i < wires.size()) {
                ends.get(i).commit(wires.get(i));
            } else { // the message was taken back before it was queued
                ends.get(i).stay();
                ends.get(i).close();
            }
        }
    }

    /** The message was not queued. */
    void cancel() {
        ends.forEach(PipeEnd::stay);
    }
}
