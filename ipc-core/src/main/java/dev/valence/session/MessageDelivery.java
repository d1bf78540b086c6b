package dev.valence.session;

import dev.valence.GapListener;
import dev.valence.IpcSender;
import dev.valence.Payload;
import dev.valence.Registration;
import dev.valence.call.CallbackScope;
import dev.valence.connection.Incoming;
import dev.valence.session.Registry.ListenerEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final Map<String, Long> missed = new HashMap<>(); // inside the turn only
    private final List<GapListener> gapListeners = new CopyOnWriteArrayList<>();
    private int unfinished; // inside the turn only; messages whose listeners run, or wait for a reply
    private @Nullable Runnable onFinished; // inside the turn only

    MessageDelivery(Session<S> session, Services services, List<Registry<S>> registries) {
        this.session = session;
        this.services = services;
        this.registries = registries;
    }

    /**
     * Runs the listeners of a message.
     *
     * @param offered ends of pipes that came with it
     */
    void deliver(Incoming message, List<PipeEnd> offered) {
        unfinished++;
        CallbackScope scope = CallbackScope.current();
        if (scope != null) {
            scope.onWait(message::release);
        }
        try {
            Long lost = missed.remove(message.channel());
            MessageEvent<S> event = new MessageEvent<>(
                    session,
                    message.channel(),
                    message.origin(),
                    lost == null ? 0 : lost,
                    PortDesk.open(offered, services));
            List<ListenerEntry<S, ?>> entries = listeners(message.channel());
            boolean isLastUse = entries.size() == 1 && !message.isBroadcast(); // main passes broadcasts on
            boolean isHandled = false;
            for (ListenerEntry<S, ?> entry : entries) {
                isHandled |= run(entry, event, message.payload(), isLastUse);
            }
            if (!isHandled) {
                services.tally().countUnhandledMessage();
            }
            event.closeUnseen();
        } finally {
            message.release();
            unfinished--;
            checkFinished();
        }
    }

    private List<ListenerEntry<S, ?>> listeners(String channel) {
        List<ListenerEntry<S, ?>> all = List.of();
        for (Registry<S> registry : registries) {
            List<ListenerEntry<S, ?>> some = registry.listeners(channel);
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
        missed.merge(channel, count, Long::sum);
        for (GapListener listener : gapListeners) {
            try {
                listener.onGap(channel, count);
            } catch (Throwable t) { // one listener does not stop the others
                services.hook().onUncaughtError(new MessageEvent<>(session, channel, 0, count, List.of()), t);
            }
        }
    }

    /** Adds a listener for gaps. */
    Registration onGap(GapListener listener) {
        GapListener own = (channel, count) -> listener.onGap(channel, count); // the same one may be there twice
        gapListeners.add(own);
        return () -> gapListeners.remove(own);
    }
}
