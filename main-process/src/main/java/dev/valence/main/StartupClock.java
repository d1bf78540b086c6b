package dev.valence.main;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Times the start of one process.
 *
 * <p><b>Threads.</b> One thread at a time writes; any reads.
 */
final class StartupClock {

    private long beganNanos; // written before startup
    private volatile @Nullable Startup startup; // null before the launch

    /** The launch begins. */
    void began() {
        beganNanos = System.nanoTime();
    }

    /** Its JVM runs. */
    void started(StartKind kind) {
        startup = new Startup(kind, null, null);
    }

    /** Main has let it in. */
    void connected() {
        Startup before = startup;
        if (before != null) {
            startup = new Startup(before.kind(), elapsed(), null);
        }
    }

    /** Its listeners are in place. */
    void ready() {
        Startup before = startup;
        if (before != null) {
            startup = new Startup(before.kind(), before.connected(), elapsed());
        }
    }

    /** Returns what is known so far; nothing before the launch. */
    Optional<Startup> startup() {
        return Optional.ofNullable(startup);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }
}
