package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.call.Dispatcher;
import dev.valence.connection.Connection;
import dev.valence.connection.Pulse;
import dev.valence.connection.Pulse.State;
import dev.valence.frame.Frame.Pong;
import dev.valence.session.Services;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pings a process that is ready, and tells when it does not respond and when it does again. It never ends one.
 *
 * <p><b>Threads.</b> {@link #beat} on the clock, {@link #onPong} on the I/O thread, dumps on both and on any other. What is
 * found is decided and noted with the lock of the renderer held, so that it comes in order with the rest of its life.
 */
final class Heartbeat {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final Incarnation incarnation;
    private final ReentrantLock lock; // of the renderer
    private final Life life; // guarded by lock
    private final Pulse pulse; // guarded by lock
    private @Nullable Connection connection; // guarded by lock; null before the first frame

    Heartbeat(Incarnation incarnation, Life life) {
        this.incarnation = incarnation;
        this.lock = incarnation.renderer().lock();
        this.life = life;
        this.pulse = new Pulse(services().limits(), System::nanoTime);
    }

    /** Its client has connected. The lock is held. */
    void connected(Connection accepted) {
        connection = accepted;
    }

    /** An interval is over. */
    void beat() {
        long ping;
        Finding finding;
        lock.lock();
        try {
            if (connection == null || !isWatched()) {
                return;
            }
            if (connection.isBehind()) { // since the ping before, most likely
                pulse.skip();
                return;
            }
            finding = judge(pulse.state(), pulse.beat(connection.takeHeard()), null);
            ping = pulse.ping();
        } finally {
            lock.unlock();
        }
        incarnation.session().health().ping(ping);
        follow(finding);
    }

    /** It has answered a ping. */
    void onPong(Pong pong) {
        long turnNanos = TimeUnit.MICROSECONDS.toNanos(pong.oldestTurnMicros());
        Finding finding;
        lock.lock();
        try {
            if (!isWatched()) {
                return;
            }
            finding = judge(pulse.state(), pulse.pong(pong.nonce(), turnNanos), null);
        } finally {
            lock.unlock();
        }
        follow(finding);
    }

    /** The thread dump of a suspect is there; null if it will not come. */
    private void onDump(@Nullable String text) {
        Finding finding;
        lock.lock();
        try {
            if (!isWatched()) {
                return;
            }
            finding = judge(pulse.state(), pulse.dumped(), text);
        } finally {
            lock.unlock();
        }
        follow(finding);
    }

    /** A process whose place another takes is of no interest any more. */
    private boolean isWatched() {
        return life.isReady() && incarnation.renderer().present() == incarnation;
    }

    /** What is to be done without the lock. */
    private enum Finding {
        NOTHING,
        NOTED,
        DUMP_WANTED
    }

    private Finding judge(State before, State now, @Nullable String dump) {
        if (before == now) {
            return Finding.NOTHING;
        }
        return switch (now) {
            case SUSPECT -> Finding.DUMP_WANTED;
            case SILENT -> unresponsive(Unresponsiveness.Kind.SILENT, pulse.silentNanos(), null);
            case STUCK -> unresponsive(Unresponsiveness.Kind.STUCK, pulse.turnNanos(), dump);
            case STEADY -> responsive();
        };
    }

    private Finding unresponsive(Unresponsiveness.Kind kind, long nanos, @Nullable String dump) {
        if (!life.unresponsive()) {
            return Finding.NOTHING;
        }
        RendererPeer renderer = incarnation.renderer();
        LIFECYCLE.warn("{} {}: {} for {} ms", renderer.peerName(), renderer.id(), kind, nanos / 1_000_000);
        Unresponsiveness how = new Unresponsiveness(kind, Duration.ofNanos(nanos), dump);
        host().note(listener -> listener.unresponsive(renderer, how));
        return Finding.NOTED;
    }

    private Finding responsive() {
        if (!life.responsive()) {
            return Finding.NOTHING;
        }
        host().note(listener -> listener.responsive(incarnation.renderer()));
        return Finding.NOTED;
    }

    private void follow(Finding finding) {
        switch (finding) {
            case NOTHING -> {}
            case NOTED -> host().tell();
            case DUMP_WANTED -> {
                var unused = incarnation.session().health().threadDump().whenComplete((text, failure) -> onDump(text));
            }
        }
    }

    /** See {@link Renderer#threadDump}. */
    CompletableFuture<String> threadDump() {
        CompletableFuture<String> told = new CompletableFuture<>();
        Dispatcher dispatcher = services().dispatcher();
        Duration patience = services().limits().requestDeadline();
        IpcException late =
                new IpcException(ErrorCode.DEADLINE_EXCEEDED, "no thread dump within " + patience.toMillis() + " ms");
        Future<?> timer = services()
                .deadlines()
                .schedule(() -> dispatcher.execute(() -> told.completeExceptionally(late)), patience.toNanos());
        var unused = incarnation
                .session()
                .health()
                .threadDump()
                .whenCompleteAsync(
                        (text, failure) -> {
                            if (timer != null) {
                                timer.cancel(false);
                            }
                            if (failure == null) {
                                told.complete(text);
                            } else {
                                told.completeExceptionally(failure.getCause() == null ? failure : failure.getCause());
                            }
                        },
                        dispatcher);
        return told;
    }

    private RendererHost host() {
        return incarnation.renderer().host();
    }

    private Services services() {
        return host().services();
    }
}
