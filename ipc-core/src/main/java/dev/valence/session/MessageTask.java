package dev.valence.session;

import dev.valence.IpcSender;
import dev.valence.connection.Incoming;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message that waits for its turn to be delivered, and what its listeners then see of it: many messages come, and this is one
 * object for each instead of two.
 */
final class MessageTask<S extends IpcSender> extends MessageEvent<S> implements Runnable {

    private @Nullable Incoming message; // null once it runs: who keeps the event does not keep the payload

    MessageTask(Session<S> session, Incoming message) {
        super(session, message.header());
        this.message = message;
    }

    @Override
    public void run() {
        Incoming due = Objects.requireNonNull(message);
        message = null;
        session().delivery.deliver(due, this, List.of());
    }
}
