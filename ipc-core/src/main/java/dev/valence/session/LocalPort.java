package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.MessagePort;
import dev.valence.Payload;
import dev.valence.PortEvent;
import dev.valence.PortListener;
import dev.valence.Registration;
import dev.valence.TypeRef;
import dev.valence.call.CallbackScope;
import dev.valence.call.Dispatcher;
import dev.valence.session.PipeEnd.Reservation;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port of the application: it has an end of a pipe until it is handed over. */
final class LocalPort implements MessagePort {

    private static final Logger LOG = LoggerFactory.getLogger(LocalPort.class);

    private final PipeEnd end;
    private final Services services;
    private final boolean isMadeHere;
    private final Dispatcher.Inbox turn;
    private final List<ListenerEntry<?>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<CloseAction> closeActions = new ConcurrentLinkedQueue<>(); // taking one out runs it
    private volatile Codecs codecs; // of the process, then of the connection that the other end went over
    private volatile boolean isBeingDelivered; // to listeners, which may be about to start it
    private volatile boolean isClosedHere; // by its owner

    private LocalPort(PipeEnd end, Services services, boolean isMadeHere) {
        this.end = end;
        this.services = services;
        this.isMadeHere = isMadeHere;
        this.isBeingDelivered = !isMadeHere;
        this.codecs = services.codecs();
        this.turn = services.dispatcher().newInbox();
        end.attach(this);
    }

    /** Makes a port of an end that came over a connection. */
    static LocalPort received(PipeEnd end, Services services) {
        return new LocalPort(end, services, false);
    }

    /** Makes a port of an end of a pipe that begins here. */
    static LocalPort made(PipeEnd end, Services services) {
        return new LocalPort(end, services, true);
    }

    PipeEnd end() {
        return end;
    }

    static IllegalStateException handedOver() {
        return new IllegalStateException("port: handed over (expected: to be used by the process that got it)");
    }

    private record ListenerEntry<T>(TypeRef<T> type, PortListener<T> listener, AtomicBoolean isRemoved) {}

    /** Equal to itself only. */
    private static final class CloseAction {
        final Runnable action;

        CloseAction(Runnable action) {
            this.action = Objects.requireNonNull(action, "action");
        }
    }

    private record Event(MessagePort port, List<MessagePort> ports, AtomicBoolean isSeen) implements PortEvent {}

    // ---- What it sends -------------------------------------------------------------------------------------------

    @Override
    public void postMessage(@Nullable Object payload, MessagePort... ports) {
        checkHeld();
        PortParcel parcel = PortParcel.take(ports, this);
        boolean sent = false;
        try {
            if (end.isOpen()) {
                PortItem item = new PortItem(encode(payload), parcel.ends(), null);
                sent = reserve(item.charge()) && end.post(item);
            }
        } finally {
            if (!sent) {
                parcel.giveBack();
            }
        }
    }

    private Payload encode(@Nullable Object value) {
        Payload payload = codecs.encode(value);
        int max = services.limits().payloadBytes();
        if (payload.bytes().length > max) {
            throw new IpcException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "payload: " + payload.bytes().length + " bytes (expected: at most " + max + ")");
        }
        return payload;
    }

    /** Takes room at the other end, waiting for it if this thread may; false if the pipe is closed. */
    private boolean reserve(long charge) {
        long nanos = services.limits().sendTimeout().toNanos();
        CallbackScope scope = CallbackScope.current();
        Reservation result = end.reserve(this, charge, scope == null ? nanos : 0);
        if (result == Reservation.NO_ROOM && scope != null) {
            if (!scope.mayWaitForRoom()) {
                throw noRoom("and this callback may not wait (expected: a callback of the elastic executor)");
            }
            scope.beginWaitForRoom(); // others run meanwhile, perhaps those that are waited for
            try {
                result = end.reserve(this, charge, nanos);
            } finally {
                scope.endWaitForRoom();
            }
        }
        if (result == Reservation.NO_ROOM) {
            throw noRoom("for " + services.limits().sendTimeout().toMillis()
                    + " ms (expected: listeners that keep up; limit " + PortWindow.BYTES + " bytes)");
        }
        return result == Reservation.TAKEN;
    }

    private static IpcException noRoom(String why) {
        return new IpcException(ErrorCode.BACKPRESSURE, "no room at the other end of the port, " + why);
    }

    /** The other end went over a connection: what it encodes there has to be known here. */
    void onConnected(PortWire wire) {
        if (isMadeHere) {
            codecs = wire.desk().services().codecs();
        }
    }

    // ---- What it receives ----------------------------------------------------------------------------------------

    @Override
    public <T> Registration onMessage(TypeRef<T> type, PortListener<T> listener) {
        checkHeld();
        ListenerEntry<T> entry = new ListenerEntry<>(
                Objects.requireNonNull(type, "type"),
                Objects.requireNonNull(listener, "listener"),
                new AtomicBoolean());
        listeners.add(entry);
        return () -> {
            entry.isRemoved.set(true);
            listeners.remove(entry);
        };
    }

    @Override
    public Registration onClose(Runnable action) {
        checkHeld();
        CloseAction entry = new CloseAction(action);
        closeActions.add(entry);
        if (isCloseReached()) {
            expectClose();
        }
        return () -> closeActions.remove(entry);
    }

    /** Whether the close of the other end may be told. */
    private boolean isCloseReached() {
        return end.isCloseReached(!isBeingDelivered);
    }

    /** The listeners that got this port have returned. */
    void endDelivery() {
        isBeingDelivered = false;
        if (isCloseReached()) {
            expectClose();
        }
    }

    @Override
    public void start() {
        checkHeld();
        expect(end.start(this));
    }

    /** Some messages wait. */
    void expect(int count) {
        for (int i = 0; i < count; i++) {
            turn.submit(this::next);
        }
    }

    /** The other end is closed, and nothing has to come before the news. */
    void expectClose() {
        turn.submit(this::tellClosed);
    }

    private void next() {
        PortItem item = end.poll(this);
        if (item == PortItem.CLOSE) {
            tellClosed();
        } else if (item != null) {
            deliver(item);
        }
    }

    private void deliver(PortItem item) {
        AtomicBoolean isConsumed = new AtomicBoolean();
        Runnable consume = () -> {
            if (isConsumed.compareAndSet(false, true)) {
                item.release();
                end.consumed(item.charge());
            }
        };
        CallbackScope scope = CallbackScope.current();
        if (scope != null) {
            scope.onWait(consume);
        }
        Event event = new Event(this, PortDesk.open(item.ports(), services), new AtomicBoolean());
        boolean isHandled = false;
        try {
            for (ListenerEntry<?> entry : listeners) {
                isHandled |= run(entry, event, item.payload());
            }
            if (!isHandled) {
                services.tally().countUnhandledMessage();
            }
        } finally {
            PortDesk.endDelivery(event.ports(), event.isSeen.get());
            if (scope != null) {
                scope.onWait(null);
            }
            consume.run();
        }
    }

    @SuppressWarnings("NullAway") // a null payload is passed as null, whatever the type
    private <T> boolean run(ListenerEntry<T> entry, Event event, Payload payload) {
        if (entry.isRemoved.get()) {
            return false;
        }
        try {
            T value = codecs.decode(payload, entry.type);
            event.isSeen.set(true);
            entry.listener.onMessage(event, value);
        } catch (Throwable t) { // one listener does not stop the others
            report("listener", t);
        }
        return true;
    }

    private void tellClosed() {
        if (isClosedHere || !end.isHeldBy(this) || !isCloseReached()) {
            return; // started meanwhile: the close comes behind what waited
        }
        CloseAction next;
        while ((next = closeActions.poll()) != null) {
            try {
                next.action.run();
            } catch (Throwable t) {
                report("close action", t);
            }
        }
    }

    private static void report(String what, Throwable failure) {
        try {
            LOG.error("a {} of a port failed", what, failure);
        } catch (Throwable t) { // a logger calls the throwable's methods, and those are code of the application
            LOG.error("a {} of a port failed with what cannot be logged: {}", what, failure.getClass());
        }
    }

    // ---- Its end -------------------------------------------------------------------------------------------------

    private void checkHeld() {
        if (!end.isHeldBy(this)) {
            throw handedOver();
        }
    }

    @Override
    public void close() {
        if (end.isHeldBy(this)) {
            isClosedHere = true;
            end.close(this);
        }
    }

    @Override
    public boolean isClosed() {
        return !end.isHeldBy(this) || !end.isOpen();
    }

    @Override
    public String toString() {
        return "port (" + (!end.isHeldBy(this) ? "handed over" : end.isOpen() ? "open" : "closed") + ")";
    }
}
