package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.MessagePort;
import dev.valence.Payload;
import dev.valence.TapEvent.Kind;
import dev.valence.call.LateMap;
import dev.valence.connection.Admission;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.PortOffer;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The ports that lead over one connection.
 *
 * <p><b>Threads.</b> What comes from the peer on the I/O thread, all else on any.
 */
final class PortDesk {

    /** Ports that one message may carry. */
    static final int MAX_PER_MESSAGE = 64;

    /** Ports that one side has offered and that are open. */
    static final int MAX_OPEN = 1024;

    private final Session<?> session;
    private final Services services;
    private final Outbox outbox;
    private final SendListener ids;
    private final PortRoom room;
    private final int firstOwn; // numbers of this side are even at main, odd at a client
    private final LateMap<Long, PortWire> wires = new LateMap<>(); // taking one out closes it
    private final Queue<PortWire> credits = new ConcurrentLinkedQueue<>(); // each once
    private final AtomicInteger ownOpen = new AtomicInteger();
    private final AtomicInteger peersOpen = new AtomicInteger();
    private volatile long lastOwn; // written with the lock of the outbox held
    private volatile long lastOfPeer; // written on the I/O thread

    private final ReentrantLock lock = new ReentrantLock(); // a leaf
    private @Nullable List<Outgoing> early; // guarded by lock; null once the features are known
    private volatile boolean isSupported; // as far as is known; written with the lock held

    /**
     * Makes a desk without ports.
     *
     * @param ids told the ids of what is sent
     * @param features that both sides know, or {@link Desks#NOT_KNOWN}
     */
    PortDesk(Session<?> session, Services services, Outbox outbox, SendListener ids, long features) {
        this.session = session;
        this.services = services;
        this.outbox = outbox;
        this.ids = ids;
        this.room = new PortRoom(services.limits().payloadBytes());
        this.firstOwn = session.peerOrigin().isMain() ? 1 : 2;
        this.lastOwn = firstOwn - 2L;
        this.early = features == Desks.NOT_KNOWN ? new ArrayList<>() : null;
        this.isSupported = (features & Wire.FEATURE_PORTS) != 0;
    }

    Services services() {
        return services;
    }

    // ---- What is sent --------------------------------------------------------------------------------------------

    /** Gives the room of a message back when it has left, or never will. */
    private record Releasing(SendListener ids, PortItem item) implements SendListener {
        @Override
        public void onQueued(long id) {
            ids.onQueued(id);
        }

        @Override
        public void onSent() {
            item.release();
        }

        @Override
        public void onDropped() {
            item.release();
        }

        @Override
        public void onLost() {
            item.release();
        }
    }

    /** See {@link dev.valence.IpcSender#postMessage}. */
    void postMessage(String channel, Payload payload, MessagePort... ports) {
        PortParcel parcel = PortParcel.take(ports, null);
        boolean sent = false;
        try {
            List<PortOffer> offers = new ArrayList<>();
            PortShipment shipment =
                    new PortShipment(this, parcel.ends(), offers, session.following(Kind.MESSAGE, channel, payload));
            Opening header = Opening.message(0, 0, 0, channel, payload.encoding(), offers);
            Outgoing message = Outgoing.message(header, payload.bytes(), false, shipment);
            if (shipment.size() > 0) {
                keepIfEarly(message);
            }
            ship(message, shipment, true);
            sent = true;
        } finally {
            if (!sent) {
                parcel.giveBack();
            }
        }
    }

    /** Sends a message to a port; false if the peer is gone, or if it cannot be sent and this thread may not wait. */
    boolean send(long number, PortItem item, boolean mayWait) {
        try {
            session.encode(item.payload()); // checks that the peer takes its size
            List<PortOffer> offers = new ArrayList<>();
            PortShipment shipment = new PortShipment(this, item.ports(), offers, new Releasing(ids, item));
            Opening header = Opening.toPort(number, item.payload().encoding(), offers);
            Outgoing message = Outgoing.portMessage(header, item.payload().bytes(), shipment);
            keepIfEarly(message);
            ship(message, shipment, mayWait);
            return true;
        } catch (IpcException e) {
            if (mayWait && e.code() != ErrorCode.PEER_GONE && e.code() != ErrorCode.CLOSED) {
                throw e;
            }
            return false;
        }
    }

    private void ship(Outgoing message, PortShipment shipment, boolean mayWait) {
        reserve(shipment.size());
        shipment.begin();
        boolean sent = false;
        try {
            // What is passed on is bounded by the window of whoever sent it.
            sent = mayWait ? session.offer(message) : outbox.offer(message, Admission.ALWAYS);
        } finally {
            if (sent) {
                shipment.commit();
            } else {
                shipment.cancel();
                ownOpen.addAndGet(-shipment.size());
            }
        }
        if (!sent) {
            throw new IpcException(
                    ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait (see trySend)");
        }
    }

    private void reserve(int count) {
        if (count > MAX_PER_MESSAGE) {
            throw new IpcException(
                    ErrorCode.LIMIT, "ports: " + count + " (expected: at most " + MAX_PER_MESSAGE + " in one message)");
        }
        if (count > 0 && !isSupported) {
            throw new IpcException(ErrorCode.UNSUPPORTED, "ports: the peer knows none (expected: a newer one)");
        }
        if (ownOpen.addAndGet(count) > MAX_OPEN) {
            ownOpen.addAndGet(-count);
            throw new IpcException(
                    ErrorCode.LIMIT,
                    "ports: " + MAX_OPEN + " were handed over to this process and are open (expected: fewer)");
        }
    }

    /** What is queued before the handshake has to be taken back if the peer turns out to know no ports. */
    private void keepIfEarly(Outgoing item) {
        lock.lock();
        try {
            if (early != null) {
                early.add(item);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives an end of a pipe a number. The lock of the outbox is held. */
    PortWire newWire(PipeEnd end) {
        long number = lastOwn + 2;
        PortWire wire = new PortWire(this, number, end);
        wires.put(number, wire);
        lastOwn = number;
        return wire;
    }

    /** Tells the peer that a port is closed, unless it is. */
    void close(PortWire wire) {
        if (!wires.remove(wire.number(), wire)) {
            return;
        }
        OutFrame close = OutFrame.of(new Frame.PortClose(wire.number()));
        Outgoing item = Outgoing.frame(close, 0, SendListener.NONE);
        keepIfEarly(item);
        try {
            outbox.offer(item, Admission.ALWAYS); // bounded by the number of ports
        } catch (IpcException e) {
            // The connection ends, and the port with it.
        }
        countClosed(wire.number());
    }

    /** Closes a port that the peer has no more. */
    void forget(PortWire wire) {
        if (wires.remove(wire.number(), wire)) {
            countClosed(wire.number());
            wire.end().close();
        }
    }

    private void countClosed(long number) {
        (isOwn(number) ? ownOpen : peersOpen).decrementAndGet();
    }

    private boolean isOwn(long number) {
        return number % 2 == firstOwn % 2;
    }

    void noteCredit(PortWire wire) {
        credits.add(wire);
        outbox.wakeUp();
    }

    /** Returns credit that is due, or null. On the thread that writes. */
    @Nullable
    Frame nextCredit() {
        PortWire wire;
        while ((wire = credits.poll()) != null) {
            Frame credit = wires.get(wire.number()) == wire ? wire.takeCredit() : null;
            if (credit != null) {
                return credit;
            }
        }
        return null;
    }

    // ---- What comes ----------------------------------------------------------------------------------------------

    /** The features that both sides know. I/O thread. */
    void onPeer(long features) {
        List<Outgoing> queued;
        lock.lock();
        try {
            isSupported = (features & Wire.FEATURE_PORTS) != 0;
            queued = early;
            early = null;
        } finally {
            lock.unlock();
        }
        if (!isSupported && queued != null) {
            queued.forEach(outbox::cancel);
            closeAll();
        }
    }

    /** Takes the ports of a message; whoever gets them opens or refuses them. I/O thread. */
    List<PipeEnd> accept(Incoming message) {
        List<PortOffer> offers = message.ports();
        if (offers.isEmpty() || !isSupported) {
            return List.of();
        }
        if (message.isBroadcast() || message.destination() != 0) {
            throw PipeEnd.broken("ports in a message to others (expected: only in one to its receiver)");
        }
        if (offers.size() > MAX_PER_MESSAGE) {
            throw PipeEnd.broken(
                    "ports in one message: " + offers.size() + " (expected: at most " + MAX_PER_MESSAGE + ")");
        }
        List<PipeEnd> ends = new ArrayList<>(offers.size());
        for (PortOffer offer : offers) {
            ends.add(accept(offer));
        }
        return ends;
    }

    private PipeEnd accept(PortOffer offer) {
        long number = offer.port();
        if (isOwn(number) || number <= lastOfPeer) {
            throw PipeEnd.broken("port: " + Long.toUnsignedString(number) + " (expected: "
                    + (firstOwn == 2 ? "odd" : "even") + ", and more than " + lastOfPeer + ")");
        }
        if (offer.underWayBytes() < 0) {
            throw PipeEnd.broken("bytes under way from a port: " + offer.underWayBytes() + " (expected: 0 or more)");
        }
        if (peersOpen.incrementAndGet() > MAX_OPEN) {
            throw new IpcException(
                    ErrorCode.LIMIT, "ports: more than " + MAX_OPEN + " are open (expected: to close some first)");
        }
        lastOfPeer = number;
        PipeEnd away = PipeEnd.ofNewPipe();
        PortWire wire = new PortWire(this, number, away);
        wire.establish();
        away.begin(wire, offer.underWayBytes());
        wires.put(number, wire);
        return away.other();
    }

    /** Makes ports of ends that came with a message. */
    static List<MessagePort> open(List<PipeEnd> ends, Services services) {
        if (ends.isEmpty()) {
            return List.of();
        }
        List<MessagePort> ports = new ArrayList<>(ends.size());
        for (PipeEnd end : ends) {
            ports.add(LocalPort.received(end, services));
        }
        return List.copyOf(ports);
    }

    /** The listeners of a message have returned: ports that none of them got are closed. */
    static void endDelivery(List<MessagePort> ports, boolean isSeen) {
        for (MessagePort port : ports) {
            if (!isSeen) {
                port.close();
            } else if (port instanceof LocalPort local) {
                local.endDelivery();
            }
        }
    }

    /** Takes a message to a port. I/O thread. */
    void onMessage(Incoming message) {
        int bytes = message.payloadBytes();
        PortItem item = new PortItem(message.payload(), accept(message), room.share(bytes, message::release));
        PortWire wire = find(message.port());
        if (wire == null) {
            item.drop();
        } else {
            wire.end().arrive(item);
        }
    }

    /** Takes room that a port has again. I/O thread. */
    void onCredit(long port, long bytes) {
        PortWire wire = find(port);
        if (wire != null) {
            wire.end().credited(bytes);
        }
    }

    /** Takes the close of a port. I/O thread. */
    void onClose(long port) {
        PortWire wire = find(port);
        if (wire != null) {
            forget(wire);
        }
    }

    /** Returns the wire with a number, or null if it is closed. */
    private @Nullable PortWire find(long number) {
        PortWire wire = wires.get(number);
        if (wire == null && (number <= 0 || number > (isOwn(number) ? lastOwn : lastOfPeer))) {
            throw PipeEnd.broken("port: " + number + " (expected: one that was offered)");
        }
        return wire;
    }

    /** Returns how many ports lead over the connection. */
    int size() {
        return wires.size();
    }

    // ---- The end -------------------------------------------------------------------------------------------------

    /** The connection has ended: what leads over it is closed. Idempotent. */
    void closeAll() {
        wires.values().forEach(this::forget);
    }
}
