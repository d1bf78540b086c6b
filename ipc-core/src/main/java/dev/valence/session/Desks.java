package dev.valence.session;

import dev.valence.IpcSender;
import dev.valence.connection.Outbox;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers the requests of one peer, serves it streams and has its ports: each desk is made when it is needed first, for
 * most peers use few of them. What only concerns a desk that is not there has no effect.
 *
 * <p><b>Threads.</b> Any. The monitor of this is held while a desk is made, and while the peer's features become known.
 */
final class Desks<S extends IpcSender> {

    /** The features of a peer that has not said yet what it knows: all there can be. */
    static final long NOT_KNOWN = -1;

    private final Session<S> session;
    private final Services services;
    private final List<Registry<S>> registries;
    private final Outbox outbox;
    private final SendListener ids;

    // written with the monitor held
    private volatile @Nullable RequestDesk<S> requests;
    private volatile @Nullable StreamDesk<S> streams;
    private volatile @Nullable PortDesk ports;
    private volatile long features = NOT_KNOWN;

    /**
     * Makes none of them.
     *
     * @param ids told the ids of what is sent
     */
    Desks(Session<S> session, Services services, List<Registry<S>> registries, Outbox outbox, SendListener ids) {
        this.session = session;
        this.services = services;
        this.registries = registries;
        this.outbox = outbox;
        this.ids = ids;
    }

    RequestDesk<S> requests() {
        RequestDesk<S> made = requests;
        return made == null ? makeRequests() : made;
    }

    private synchronized RequestDesk<S> makeRequests() {
        RequestDesk<S> desk = requests;
        if (desk == null) {
            desk = new RequestDesk<>(session, services, registries, outbox);
            requests = desk;
        }
        return desk;
    }

    StreamDesk<S> streams() {
        StreamDesk<S> made = streams;
        return made == null ? makeStreams() : made;
    }

    private synchronized StreamDesk<S> makeStreams() {
        StreamDesk<S> desk = streams;
        if (desk == null) {
            desk = new StreamDesk<>(session, services, registries, outbox);
            streams = desk;
        }
        return desk;
    }

    PortDesk ports() {
        PortDesk made = ports;
        return made == null ? makePorts() : made;
    }

    private synchronized PortDesk makePorts() {
        PortDesk desk = ports;
        if (desk == null) {
            desk = new PortDesk(session, services, outbox, ids, features);
            ports = desk;
        }
        return desk;
    }

    /** The features that both sides know. I/O thread. */
    void onPeer(long known) {
        PortDesk desk;
        synchronized (this) {
            features = known;
            desk = ports;
        }
        if (desk != null) {
            desk.onPeer(known);
        }
    }

    /** Returns whether the peer knows something, as far as is known. */
    boolean isKnown(long feature) {
        return (features & feature) != 0;
    }

    /** Returns how many requests of the peer are not answered. */
    int openRequests() {
        RequestDesk<S> desk = requests;
        return desk == null ? 0 : desk.size();
    }

    /** Returns how many streams to the peer are open. */
    int openStreams() {
        StreamDesk<S> desk = streams;
        return desk == null ? 0 : desk.size();
    }

    /** Returns how many ports lead over the connection. */
    int openPorts() {
        PortDesk desk = ports;
        return desk == null ? 0 : desk.size();
    }

    /** There may be room for answers and items that wait for it. */
    void onReplyRoom() {
        RequestDesk<S> answers = requests;
        if (answers != null) {
            answers.onRoom();
        }
        StreamDesk<S> items = streams;
        if (items != null) {
            items.gate().advance();
        }
    }

    /** Returns credit for ports that is due, or null. By the thread that writes. */
    @Nullable
    Frame nextCredit() {
        PortDesk desk = ports;
        return desk == null ? null : desk.nextCredit();
    }

    /** Takes credit for a stream. I/O thread. */
    void onStreamCredit(long id, long items, long bytes) {
        StreamDesk<S> desk = streams;
        if (desk != null) {
            desk.onCredit(id, items, bytes);
        }
    }

    /** Marks a request, or a stream, as no longer wanted. I/O thread. */
    void cancel(long id) {
        RequestDesk<S> answers = requests;
        if (answers != null) {
            answers.cancel(id);
        }
        StreamDesk<S> items = streams;
        if (items != null) {
            items.cancel(id);
        }
    }

    /** The peer is gone: it wants nothing any more. Idempotent. */
    void cancelAll() {
        RequestDesk<S> answers = requests;
        if (answers != null) {
            answers.cancelAll();
        }
        PortDesk pipes = ports;
        if (pipes != null) {
            pipes.closeAll();
        }
        StreamDesk<S> items = streams;
        if (items != null) {
            items.cancelAll();
        }
    }
}
