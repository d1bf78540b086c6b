package dev.valence.renderer;

import dev.valence.connection.Connection;
import dev.valence.connection.Pulse;
import dev.valence.session.HealthDesk;
import dev.valence.session.Services;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the log of a renderer when main is silent, and when it is heard of again. Nothing else follows: main may be
 * stopped in a debugger, and its end shows in other ways.
 *
 * <p><b>Threads.</b> The clock only.
 */
final class MainPulse implements Runnable {

    private static final Logger LIFECYCLE = LoggerFactory.getLogger("valence.lifecycle");

    private final Connection connection;
    private final HealthDesk main;
    private final Pulse pulse;

    private MainPulse(Connection connection, HealthDesk main, Pulse pulse) {
        this.connection = connection;
        this.main = main;
        this.pulse = pulse;
    }

    /** Watches from now on until the services are closed. */
    static void watch(Connection connection, HealthDesk main, Services services) {
        MainPulse watch = new MainPulse(connection, main, new Pulse(services.limits(), System::nanoTime));
        services.deadlines().repeat(watch, services.limits().heartbeatInterval().toNanos());
    }

    /** Looks once; called by the clock. */
    @Override
    public void run() {
        if (connection.isBehind()) {
            pulse.skip();
            return;
        }
        Pulse.State before = pulse.state();
        boolean isHeard = connection.takeHeard();
        Pulse.State now = pulse.beat(isHeard);
        if (!isHeard) { // main pings as well, so that this side as a rule need not
            main.ping(pulse.ping());
        }
        if (now == before) {
            return;
        }
        if (now == Pulse.State.SILENT) {
            LIFECYCLE.warn("nothing has come from main for {}", Duration.ofNanos(pulse.silentNanos()));
        } else {
            LIFECYCLE.info("main is heard of again");
        }
    }
}
