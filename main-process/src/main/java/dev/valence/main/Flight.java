package dev.valence.main;

import dev.valence.Registration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Whether this JVM has a flight recorder. Names no type of {@code jdk.jfr}: events and what describes them are loaded when
 * the recorder is, and a JVM without that module works too.
 */
final class Flight {

    private static volatile boolean hasRecorder; // once true, always

    private Flight() {}

    static boolean hasRecorder() {
        return hasRecorder;
    }

    /** The recorder is there. */
    static void recorderIsThere() {
        hasRecorder = true;
    }

    /**
     * Tells recordings of the renderers of a main, from when the recorder is there until the registration is closed.
     *
     * @param aside begins that: to ask for the recorder takes 15 ms, for which nobody has to wait
     */
    static Registration watch(Supplier<MainSnapshot> snapshots, Executor aside) {
        try {
            FlightWatch watch = new FlightWatch(snapshots);
            aside.execute(watch::begin);
            return watch;
        } catch (LinkageError e) { // a JVM without the module
            return () -> {};
        }
    }
}
