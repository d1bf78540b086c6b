package dev.valence.micrometer;

import dev.valence.Counters;
import dev.valence.main.RendererState;
import io.micrometer.core.instrument.FunctionCounter;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** The meters of a main as a whole in one registry. */
final class ProcessMeters {

    private final MeterGroup group;
    private final Glance glance;

    private ProcessMeters(MeterGroup group, Glance glance) {
        this.group = group;
        this.glance = glance;
    }

    /** Registers them in an empty group, and returns that. */
    static MeterGroup register(MeterGroup group, Glance glance) {
        new ProcessMeters(group, glance).register();
        return group;
    }

    private void register() {
        for (RendererState state : RendererState.values()) {
            if (state != RendererState.GONE) { // main knows none of those
                group.gauge(
                        "valence.renderers",
                        "Renderers in a state",
                        null,
                        () -> count(state),
                        "state",
                        state.name().toLowerCase(Locale.ROOT));
            }
        }
        counter("unhandled.messages", Counters::unhandledMessages);
        counter("undelivered.messages", Counters::undeliveredMessages);
        counter("refused.sends", Counters::refusedSends);
        counter("full.queues", Counters::fullQueues);
        counter("skipped.broadcasts", Counters::skippedBroadcasts);
        counter("dropped.relays", Counters::droppedRelays);
        counter("untold.gaps", Counters::untoldGaps);
        counter("denied.frames", Counters::deniedFrames);
        counter("denied.uses", Counters::deniedUses);
        counter("refused.requests", Counters::refusedRequests);
        counter("dropped.replies", Counters::droppedReplies);
        counter("late.answers", Counters::lateAnswers);
    }

    private long count(RendererState state) {
        return glance.latest().renderers().stream()
                .filter(renderer -> renderer.state() == state)
                .count();
    }

    private void counter(String what, ToLongFunction<Counters> number) {
        group.add(FunctionCounter.builder(
                        "valence.dropped",
                        glance,
                        source -> number.applyAsLong(source.latest().counters()))
                .description("What main dropped and refused")
                .tags(group.tags())
                .tags("what", what)
                .register(group.registry()));
    }
}
