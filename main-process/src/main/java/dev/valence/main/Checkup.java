package dev.valence.main;

import dev.valence.connection.SendLevels;
import dev.valence.main.RendererSnapshot.InFlight;
import dev.valence.main.RendererSnapshot.Lane;
import dev.valence.session.SessionLoad;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Takes the snapshot of one renderer. */
final class Checkup {

    private Checkup() {}

    /** Takes the lock of the renderer, then those of its session, one at a time; reads a file of the system at the end. */
    static RendererSnapshot of(RendererPeer renderer) {
        Incarnation present;
        RendererState state;
        Duration uptime;
        OptionalLong pid;
        @Nullable ChildProcess child;
        renderer.lock().lock();
        try {
            present = renderer.present();
            state = present.state();
            uptime = present.uptime();
            child = present.process();
            pid = present.pid();
        } finally {
            renderer.lock().unlock();
        }
        SessionLoad load = present.session().load();
        SendLevels levels = load.levels();
        return new RendererSnapshot(
                renderer.id(),
                renderer.name(),
                present.number(),
                state,
                pid,
                uptime,
                child == null ? OptionalLong.empty() : child.residentBytes(),
                new Lane(levels.queuedDataBytes(), levels.dataCreditBytes()),
                new Lane(levels.queuedReplyBytes(), levels.replyCreditBytes()),
                new InFlight(load.requestsTo(), load.streamsTo()),
                new InFlight(load.requestsFrom(), load.streamsFrom()),
                load.ports(),
                renderer.tally().counters());
    }
}
