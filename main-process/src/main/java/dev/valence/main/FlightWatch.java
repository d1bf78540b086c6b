package dev.valence.main;

import dev.valence.Registration;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Waits for the flight recorder of this JVM, and then tells its recordings of the renderers of one main.
 *
 * <p><b>Threads.</b> Called by whichever thread makes the recorder, and by those of the recorder.
 */
final class FlightWatch implements FlightRecorderListener, Registration {

    private final Supplier<MainSnapshot> snapshots;
    private final Runnable hook = this::tell;
    private volatile boolean isClosed; // set before listener and hook are taken out, read after they are put in

    FlightWatch(Supplier<MainSnapshot> snapshots) {
        this.snapshots = snapshots;
    }

    void begin() {
        FlightRecorder.addListener(this); // calls recorderInitialized if there is a recorder already
        if (isClosed) {
            FlightRecorder.removeListener(this);
        }
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
        FlightEvents.register(); // so that tools list them
        Flight.recorderIsThere();
        FlightRecorder.addPeriodicEvent(RendererHealthEvent.class, hook);
        if (isClosed) {
            FlightRecorder.removePeriodicEvent(hook);
        }
    }

    private void tell() {
        snapshots.get().renderers().forEach(FlightEvents::health);
    }

    @Override
    public void close() {
        isClosed = true;
        FlightRecorder.removeListener(this);
        if (FlightRecorder.isInitialized()) {
            FlightRecorder.removePeriodicEvent(hook);
        }
    }
}
