package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.InvokeEvent;
import dev.valence.IpcException;
import dev.valence.IpcSender;
import dev.valence.Payload;
import dev.valence.TapEvent.Direction;
import dev.valence.call.IncomingCall;
import dev.valence.call.LateMap;
import dev.valence.connection.Incoming;
import dev.valence.connection.Outbox;
import dev.valence.frame.Frame.Failure;
import dev.valence.session.Registry.StreamEntry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves streams to one peer: each ends exactly once, unless it was cancelled.
 *
 * <p><b>Threads.</b> Requests come on the I/O thread, start inside the sender's turn, and end on any thread.
 */
final class StreamDesk<S extends IpcSender> {

    private final Session<S> session;
    private final Services services;
    private final List<Registry<S>> registries; // the scope first, then the global one
    private final Outbox outbox;
    private final StreamGate gate;
    private final LateMap<Long, IncomingStream> streams = new LateMap<>(); // until their end is written

    StreamDesk(Session<S> session, Services services, List<Registry<S>> registries, Outbox outbox) {
        this.session = session;
        this.services = services;
        this.registries = registries;
        this.outbox = outbox;
        this.gate = new StreamGate(outbox);
    }

    StreamGate gate() {
        return gate;
    }

    Outbox outbox() {
        return outbox;
    }

    Traffic traffic() {
        return session.traffic();
    }

    Payload encode(Object item) {
        return session.encode(item);
    }

    void execute(Runnable task) {
        services.dispatcher().execute(task);
    }

    /**
     * Takes a stream; returns null if it was refused. I/O thread.
     *
     * @param requests that count against the same bound
     */
    @Nullable
    IncomingStream accept(Incoming request, int requests) {
        if (requests + streams.size() >= services.limits().pendingRequests()) {
            services.tally().countRefusedRequest();
            refuse(request, ErrorCode.LIMIT);
            return null;
        }
        long micros = Math.min(request.timeLeftMicros(), TimeUnit.NANOSECONDS.toMicros(Long.MAX_VALUE / 2));
        IncomingCall call = new IncomingCall(request.id(), request.channel(), session, 0, services.dispatcher());
        IncomingStream stream =
                new IncomingStream(this, call, TimeUnit.MICROSECONDS.toNanos(micros), request.initialItems());
        streams.put(request.id(), stream);
        return stream;
    }

    /** Fails a request without details, and releases it. */
    void refuse(Incoming request, ErrorCode code) {
        session.traffic().streamEnded(Direction.SENT, request.channel(), code);
        outbox.offerControl(new Failure(request.id(), code.number(), null));
        request.release();
    }

    /** Starts a stream. Inside the turn. */
    void start(IncomingStream stream, Incoming request) {
        StreamEntry<S, ?, ?> entry = null;
        for (int i = 0; i < registries.size() && entry == null; i++) {
            entry = registries.get(i).streamHandler(request.channel());
        }
        StreamEntry<S, ?, ?> handler = entry;
        if (handler == null) {
            boolean isWanted = !stream.call().isCancelled();
            stream.endRefused();
            if (isWanted) {
                refuse(request, ErrorCode.NO_HANDLER);
            } else {
                request.release();
            }
        } else {
            services.dispatcher().startHandler(() -> run(handler, stream, request));
        }
    }

    private void run(StreamEntry<S, ?, ?> handler, IncomingStream stream, Incoming request) {
        try {
            if (!stream.call().isCancelled()) {
                stream.call().run(() -> subscribe(handler, stream, request));
            }
        } finally {
            request.release();
            stream.handlerReturned();
        }
    }

    @SuppressWarnings("NullAway") // a null request is passed as null, whatever the type
    private <Q, T> void subscribe(StreamEntry<S, Q, T> entry, IncomingStream stream, Incoming request) {
        Q decoded;
        try {
            decoded = services.codecs().take(request.payload(), entry.type);
        } catch (IpcException e) {
            stream.fail(ErrorCode.DECODE_FAILED, e);
            return;
        }
        request.release(); // what the handler does now may take long
        try {
            InvokeEvent<S> event = new RequestEvent<>(session, request.header(), stream.call());
            Flow.Publisher<T> publisher = Objects.requireNonNull(
                    entry.handler.handle(event, decoded),
                    () -> "stream handler of '" + request.channel() + "' returned null (expected: a publisher)");
            publisher.subscribe(stream);
        } catch (Throwable t) {
            stream.fail(ErrorCode.HANDLER_FAILED, t);
        }
    }

    /** Takes credit. I/O thread. */
    void onCredit(long id, long items, long bytes) {
        IncomingStream stream = streams.get(id);
        if (stream != null) { // else it has ended
            stream.onCredit(items, bytes);
        }
    }

    /** Marks a stream as no longer wanted. I/O thread. */
    void cancel(long id) {
        IncomingStream stream = streams.get(id);
        if (stream != null) {
            stream.cancel();
        }
    }

    /** The peer is gone: nobody wants any item. */
    void cancelAll() {
        streams.values().forEach(IncomingStream::cancel);
    }

    void remove(IncomingStream stream) {
        streams.remove(stream.call().id(), stream);
    }

    /** Returns how many streams are open. */
    int size() {
        return streams.size();
    }
}
