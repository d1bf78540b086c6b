package dev.valence.call;

import dev.valence.IpcException;
import dev.valence.connection.SendListener;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that wait for their answer. Taking one out is the act that decides who ends it: reply,
 * failure, deadline, cancel and close all race to it.
 */
public final class CallTable implements SendListener {

    private final LateMap<Long, OutgoingCall<?>> calls = new LateMap<>();
    private volatile long highestId; // written with the lock of the outbox held

    /** Adds a call. */
    void put(long id, OutgoingCall<?> call) {
        calls.put(id, call);
    }

    /** Notes an id that was given to a call or a message; ids only rise. */
    @Override
    public void onQueued(long id) {
        if (id != 0) { // most messages have none
            highestId = id;
        }
    }

    /** Takes a call out; null if another was first. */
    public @Nullable OutgoingCall<?> take(long id) {
        return calls.remove(id);
    }

    /** Takes a call out that has ended. */
    void remove(long id) {
        calls.remove(id);
    }

    /** Returns whether this id was ever given to a call or message. */
    public boolean isKnown(long id) {
        return id > 0 && id <= highestId;
    }

    /** Returns the calls that wait, as they are now; what changes meanwhile may be seen or not. */
    Collection<OutgoingCall<?>> all() {
        return calls.values();
    }

    /** Returns how many calls wait. */
    public int size() {
        return calls.size();
    }

    /** Ends every call. */
    public void failAll(IpcException reason) {
        for (Long id : calls.keys()) {
            OutgoingCall<?> call = calls.remove(id);
            if (call != null) {
                call.fail(reason);
            }
        }
    }
}
