package dev.valence.session;

import dev.valence.InvokeEvent;
import dev.valence.IpcSender;
import dev.valence.call.IncomingCall;
import dev.valence.frame.Frame.Opening;
import java.time.Duration;

/** A request as its handler sees it. */
final class RequestEvent<S extends IpcSender> extends MessageEvent<S> implements InvokeEvent<S> {

    private final IncomingCall call;

    RequestEvent(Session<S> session, Opening header, IncomingCall call) {
        super(session, header);
        this.call = call;
    }

    @Override
    public boolean isCancelled() {
        return call.isCancelled();
    }

    @Override
    public void onCancel(Runnable action) {
        call.onCancel(action);
    }

    @Override
    public Duration remaining() {
        return call.remaining();
    }
}
