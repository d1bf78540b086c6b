package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.Origin;
import dev.valence.Payload;
import dev.valence.Tap;
import dev.valence.TapEvent;
import dev.valence.TapEvent.Direction;
import dev.valence.TapEvent.Kind;
import dev.valence.call.CallbackScope;
import dev.valence.call.IncomingCall;
import dev.valence.call.OutgoingCall;
import dev.valence.connection.Incoming;
import dev.valence.connection.SendListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the tap, if there is one, what goes through a session. Without a tap nothing is made and nothing is called.
 *
 * <p><b>Threads.</b> Any.
 */
final class Traffic {

    private static final Logger LOG = LoggerFactory.getLogger(Tap.class);
    private static final Payload NOTHING = new Payload(0, new byte[0]);

    private final @Nullable Tap tap;
    private final Origin peer;

    Traffic(@Nullable Tap tap, Origin peer) {
        this.tap = tap;
        this.peer = peer;
    }

    /** Whether what is sent and comes is shown. */
    boolean isTapped() {
        return tap != null;
    }

    /** A message or request has come. */
    void received(Kind kind, Incoming whole, @Nullable ErrorCode outcome) {
        if (tap != null) {
            received(kind, whole.channel(), whole.payload(), outcome);
        }
    }

    /** Something has come. */
    void received(Kind kind, String channel, Payload payload, @Nullable ErrorCode outcome) {
        if (tap != null) {
            show(tap, new TapEvent(Direction.RECEIVED, kind, peer, channel, payload, outcome, null));
        }
    }

    /** Returns a listener that shows something when it is sent, besides what another does. */
    SendListener sending(Kind kind, String channel, Payload payload, SendListener listener) {
        if (tap == null) {
            return listener;
        }
        TapEvent event = new TapEvent(Direction.SENT, kind, peer, channel, payload, null, null);
        return new Shown(listener, () -> show(tap, event));
    }

    /** A call of this side has ended. */
    void ended(OutgoingCall<?> call, long startNanos) {
        if (tap != null) {
            Payload reply = call.replyPayload();
            ErrorCode code = call.failureCode();
            show(
                    tap,
                    new TapEvent(
                            Direction.RECEIVED,
                            reply == null ? Kind.FAILURE : Kind.REPLY,
                            peer,
                            call.channel(),
                            reply == null ? NOTHING : reply,
                            code,
                            Duration.ofNanos(System.nanoTime() - startNanos)));
        }
    }

    /** A reply goes out. */
    void replied(IncomingCall call, Payload reply) {
        if (tap != null) {
            show(tap, answer(call, reply, null));
        }
    }

    /** A request of the peer ends without a reply. */
    void failed(IncomingCall call, ErrorCode code) {
        if (tap != null) {
            show(tap, answer(call, NOTHING, code));
        }
    }

    /** A request of the peer was not taken. */
    void refused(String channel, ErrorCode code) {
        if (tap != null) {
            show(tap, new TapEvent(Direction.SENT, Kind.FAILURE, peer, channel, NOTHING, code, Duration.ZERO));
        }
    }

    /** A stream of this side, or of the peer, has ended; with a code if it failed. */
    void streamEnded(Direction direction, String channel, @Nullable ErrorCode code) {
        if (tap != null) {
            show(tap, new TapEvent(direction, Kind.STREAM_END, peer, channel, NOTHING, code, null));
        }
    }

    private TapEvent answer(IncomingCall call, Payload payload, @Nullable ErrorCode code) {
        Kind kind = code == null ? Kind.REPLY : Kind.FAILURE;
        return new TapEvent(Direction.SENT, kind, peer, call.channel(), payload, code, call.age());
    }

    private static void show(Tap tap, TapEvent event) {
        CallbackScope.runRefusing("a tap", () -> {
            try {
                tap.onEvent(event);
            } catch (Throwable t) { // whatever it is, the bytes go on
                report(t);
            }
        });
    }

    /** A logger calls the methods of a throwable, and those are code of the application too. */
    private static void report(Throwable failure) {
        try {
            LOG.warn("a tap failed", failure);
        } catch (Throwable t) {
            LOG.warn("a tap failed with what cannot be logged: {}", failure.getClass());
        }
    }

    /** Does what another listener does, and shows the tap what was sent. */
    private record Shown(SendListener listener, Runnable show) implements SendListener {
        @Override
        public void onQueued(long id) {
            listener.onQueued(id);
        }

        @Override
        public void onSent() {
            show.run();
            listener.onSent();
        }

        @Override
        public void onDropped() {
            listener.onDropped();
        }

        @Override
        public void onLost() {
            listener.onLost();
        }

        @Override
        public void onGapUntold() {
            listener.onGapUntold();
        }
    }
}
