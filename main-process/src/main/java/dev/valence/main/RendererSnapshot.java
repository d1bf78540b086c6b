package dev.valence.main;

import dev.valence.Counters;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A renderer at a glance, see {@link IpcMain#snapshot}. All of it is of one incarnation, but for the counters.
 *
 * @param id number of the renderer
 * @param name from its spec
 * @param incarnation number of its present incarnation
 * @param state how far that is
 * @param pid of its process; empty before it is started, after its end, and for invited ones
 * @param uptime since its launch began or it was invited; zero in RESTARTING
 * @param residentBytes what the process has in RAM; empty without a pid, and where the system does not tell (all but Linux)
 * @param data messages and requests on their way to it
 * @param replies answers and items of streams on their way to it
 * @param toRenderer what main asked it for and is not over
 * @param fromRenderer what it asked main for and is not over; an answer ends it when it is sent
 * @param ports open ports that lead over its connection
 * @param counters what main dropped and refused in its dealings with this renderer, through all incarnations
 */
public record RendererSnapshot(
        int id,
        String name,
        int incarnation,
        RendererState state,
        OptionalLong pid,
        Duration uptime,
        OptionalLong residentBytes,
        Lane data,
        Lane replies,
        InFlight toRenderer,
        InFlight fromRenderer,
        int ports,
        Counters counters) {

    /** Checks. */
    public RendererSnapshot {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(pid, "pid");
        Objects.requireNonNull(uptime, "uptime");
        Objects.requireNonNull(residentBytes, "residentBytes");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(replies, "replies");
        Objects.requireNonNull(toRenderer, "toRenderer");
        Objects.requireNonNull(fromRenderer, "fromRenderer");
        Objects.requireNonNull(counters, "counters");
    }

    /** Returns how many processes of this renderer there were before the present one. */
    public int restarts() {
        return incarnation - 1;
    }

    /**
     * One lane of a connection.
     *
     * @param queuedBytes that wait in main, with what their headers are charged with; an answer that is being sent no longer counts
     * @param creditBytes what the renderer still has room for; zero before it is connected. A lane whose queue grows while
     *     its credit stays low has a renderer that does not keep up
     */
    public record Lane(long queuedBytes, long creditBytes) {}

    /**
     * What one side asked the other for and is not over.
     *
     * @param requests without an answer
     * @param streams without an end
     */
    public record InFlight(int requests, int streams) {}
}
