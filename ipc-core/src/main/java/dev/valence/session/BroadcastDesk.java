package dev.valence.session;

import dev.valence.Delivery;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.TapEvent.Kind;
import dev.valence.call.LateMap;
import dev.valence.connection.Admission;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.OutFrame;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The broadcasts that go to one peer, and the reports of who got them: in a renderer those that main owes, in main those
 * that it sends.
 *
 * <p><b>Threads.</b> Any. Futures are completed on the callback executor.
 */
final class BroadcastDesk {

    private final Session<?> session;
    private final Services services;
    private final Outbox outbox;
    private final SendListener ids;
    private final LateMap<Long, CompletableFuture<Delivery.Report>> waiting = new LateMap<>();
    private final AtomicLong reportBytes = new AtomicLong(); // that wait to be sent

    /**
     * Makes it without broadcasts.
     *
     * @param ids notes the ids of everything that is sent to the peer
     */
    BroadcastDesk(Session<?> session, Services services, Outbox outbox, SendListener ids) {
        this.session = session;
        this.services = services;
        this.outbox = outbox;
        this.ids = ids;
    }

    /** Sends a broadcast to main, which says who got it. */
    Delivery publish(String channel, Payload payload) {
        CompletableFuture<Delivery.Report> report = new CompletableFuture<>();
        Opening header = Opening.broadcast(0, channel, payload.encoding());
        SendListener awaiting = new MessageFate(ids, services.tally()) {
            @Override
            public void onQueued(long id) {
                super.onQueued(id);
                waiting.put(id, report);
            }
        };
        SendListener shown = session.traffic().sending(Kind.BROADCAST, channel, payload, awaiting);
        if (!session.offer(Outgoing.message(header, payload.bytes(), true, shown))) {
            throw new IpcException(ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait");
        }
        return new Delivery(report);
    }

    /**
     * Adds a message of main or of another renderer if this peer takes its size and there is room for it.
     *
     * @param wakeUps see {@link Outbox#offerBroadcast}
     */
    boolean offer(Outgoing message, int payloadBytes, String channel, int origin, List<Runnable> wakeUps) {
        long max = session.peerBounds().payloadBytes();
        if (max == 0 || payloadBytes <= max) {
            return outbox.offerBroadcast(message, channel, origin, wakeUps);
        }
        services.tally().countUntoldGap();
        return false;
    }

    /** Answers a broadcast with who got it. */
    void sendReport(Report report) {
        OutFrame frame = OutFrame.of(report);
        if (reportBytes.addAndGet(frame.size()) > services.limits().queueHardBytes()) {
            throw new IpcException(ErrorCode.LIMIT, "reports of broadcasts pile up (expected: a peer that reads them)");
        }
        SendListener written = new SendListener() {
            @Override
            public void onSent() {
                reportBytes.addAndGet(-frame.size());
            }
        };
        outbox.offer(Outgoing.answer(report.id(), frame, written), Admission.ALWAYS);
    }

    /** Takes what main says; false if nothing waits for it. */
    boolean complete(Report report) {
        CompletableFuture<Delivery.Report> future = waiting.remove(report.id());
        if (future == null) {
            return false;
        }
        Delivery.Report result = new Delivery.Report(Set.copyOf(report.accepted()), Set.copyOf(report.skipped()));
        services.dispatcher().execute(() -> future.complete(result));
        return true;
    }

    void failAll(IpcException reason) {
        for (Long id : waiting.keys()) {
            CompletableFuture<Delivery.Report> future = waiting.remove(id);
            if (future != null) {
                services.dispatcher().execute(() -> future.completeExceptionally(reason));
            }
        }
    }
}
