package dev.valence.session;

import dev.valence.GapListener;
import dev.valence.IpcSender;
import dev.valence.Payload;
import dev.valence.Registration;
import dev.valence.call.CallbackScope;
import dev.valence.connection.Incoming;
import dev.valence.frame.Frame.Opening;
import dev.valence.session.Registry.ListenerEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the messages of one sender to its listeners.
 *
 * <p><b>Threads.</b> Everything runs inside the sender's turn.
 */
final class MessageDelivery<S extends IpcSender> {

    private final Session<S> session;
    private final Services services;
    private final List<Registry<S>> registries; // the scope first, then the global one
    private @Nullable Map<String, Long> missed; // inside the turn only; null while there is nothing
    private volatile List<GapListener> gapListeners = List.of(); // written with the monitor of this held
    private int unfinished; // inside the turn only; messages whose listeners run, or wait for a reply
    private @Nullable Runnable onFinished; // inside the turn only

    MessageDelivery(Session<S> session, Services services, List<Registry<S>> registries) {
        this.session = session;
        this.services = services;
        this.registries = registries;
    }

    /**
     * Returns what runs the listeners of a message.
     *
     * @param offered ends of pipes that came with it
     */
    Runnable delivering(Incoming message, List<PipeEnd> offered) {
        return offered.isEmpty()
                ? new MessageTask<>(session, message)
                : () -> deliver(message, new MessageEvent<>(session, message.header()), offered);
    }

    /**
     * Runs the listeners of a message.
     *
     * @param event of the message, which nobody has yet
     * @param offered ends of pipes that came with it
     */
    void deliver(Incoming message, MessageEvent<S> event, List<PipeEnd> offered) {
        unfinished++;
        CallbackScope scope = CallbackScope.current();
        if (scope != null) {
            scope.onWait(message);
        }
        try {
            event.begin(takeMissed(message.channel()), PortDesk.open(offered, services));
            try {
                runAll(message, event);
            } finally {
                event.end();
            }
        } finally {
            if (scope != null) {
                scope.onWait(null);
            }
            message.release();
            unfinished--;
            checkFinished();
        }
    }

    private void runAll(Incoming message, MessageEvent<S> event) {
        Payload payload = message.payload();
        List<ListenerEntry<S, ?>> entries = listeners(message.channel());
        boolean isLastUse = entries.size() == 1 && !message.isLent();
        boolean isHandled = false;
        for (int i = 0; i < entries.size(); i++) {
            isHandled |= run(entries.get(i), event, payload, isLastUse);
        }
        if (!isHandled) {
            services.tally().countUnhandledMessage();
        }
    }

    /** Returns how many messages of a channel were dropped before the one that is here. */
    private long takeMissed(String channel) {
        Long lost = missed == null ? null : missed.remove(channel);
        return lost == null ? 0 : lost;
    }

    private List<ListenerEntry<S, ?>> listeners(String channel) {
        List<ListenerEntry<S, ?>> all = List.of();
        for (int i = 0; i < registries.size(); i++) {
            List<ListenerEntry<S, ?>> some = registries.get(i).listeners(channel);
            if (all.isEmpty()) {
                all = some;
            } else if (!some.isEmpty()) {
                all = new ArrayList<>(all);
                all.addAll(some);
            }
        }
        return all;
    }

    /** Runs an action, inside the turn, once no listener runs or waits any more. */
    void whenFinished(Runnable action) {
        onFinished = action;
        checkFinished();
    }

    private void checkFinished() {
        Runnable action = onFinished;
        if (action != null && unfinished == 0) {
            onFinished = null;
            action.run();
        }
    }

    @SuppressWarnings("NullAway") // a null payload is passed as null, whatever the type
    private <T> boolean run(ListenerEntry<S, T> entry, MessageEvent<S> event, Payload payload, boolean isLastUse) {
        if (!entry.claim()) {
            return false;
        }
        try {
            Codecs codecs = services.codecs();
            T value = isLastUse ? codecs.take(payload, entry.type) : codecs.decode(payload, entry.type);
            event.see();
            entry.listener.onMessage(event, value);
        } catch (Throwable t) { // one listener does not stop the others
            services.hook().onUncaughtError(event, t);
        }
        return true;
    }

    /** Messages of a channel were dropped here. */
    void onGap(String channel, long count) {
        if (missed == null) {
            missed = new HashMap<>();
        }
        missed.merge(channel, count, Long::sum);
        for (GapListener listener : gapListeners) {
            try {
                listener.onGap(channel, count);
            } catch (Throwable t) { // one listener does not stop the others
                MessageEvent<S> event = new MessageEvent<>(session, Opening.broadcast(0, channel, 0));
                event.begin(count, List.of());
                services.hook().onUncaughtError(event, t);
            }
        }
    }

    /** Adds a listener for gaps. */
    Registration onGap(GapListener listener) {
        GapListener own = (channel, count) -> listener.onGap(channel, count); // the same one may be there twice
        changeGapListeners(listeners -> listeners.add(own));
        return () -> changeGapListeners(listeners -> listeners.remove(own));
    }

    private synchronized void changeGapListeners(Consumer<List<GapListener>> change) {
        List<GapListener> changed = new ArrayList<>(gapListeners);
        change.accept(changed);
        gapListeners = List.copyOf(changed);
    }
}
