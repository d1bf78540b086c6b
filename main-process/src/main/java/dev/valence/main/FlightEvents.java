package dev.valence.main;

import jdk.jfr.FlightRecorder;

/** Makes the events of flight recordings. Only for a JVM that has a recorder. */
final class FlightEvents {

    private FlightEvents() {}

    static void register() {
        FlightRecorder.register(RendererStateEvent.class);
        FlightRecorder.register(RendererExitEvent.class);
    }

    static void moved(LifeTrace life, RendererState from, RendererState to) {
        RendererStateEvent event = new RendererStateEvent();
        event.rendererName = life.name();
        event.rendererId = life.id();
        event.incarnation = life.incarnation();
        event.from = from.name();
        event.to = to.name();
        event.commit();
    }

    static void ended(LifeTrace life, RendererExit exit) {
        RendererExitEvent event = new RendererExitEvent();
        event.rendererName = life.name();
        event.rendererId = life.id();
        event.incarnation = life.incarnation();
        event.reason = exit.reason().name();
        event.pid = exit.pid().orElse(0);
        event.exitCode = exit.exitCode().orElse(-1);
        event.signal = exit.signal().orElse(0);
        event.uptime = exit.uptime().toNanos();
        event.commit();
    }

    static void health(RendererSnapshot renderer) {
        RendererHealthEvent event = new RendererHealthEvent();
        event.rendererName = renderer.name();
        event.rendererId = renderer.id();
        event.incarnation = renderer.incarnation();
        event.state = renderer.state().name();
        event.pid = renderer.pid().orElse(0);
        event.uptime = renderer.uptime().toNanos();
        event.residentBytes = renderer.residentBytes().orElse(0);
        event.queuedData = renderer.data().queuedBytes();
        event.dataCredit = renderer.data().creditBytes();
        event.queuedReplies = renderer.replies().queuedBytes();
        event.replyCredit = renderer.replies().creditBytes();
        event.requestsTo = renderer.toRenderer().requests();
        event.requestsFrom = renderer.fromRenderer().requests();
        event.streamsTo = renderer.toRenderer().streams();
        event.streamsFrom = renderer.fromRenderer().streams();
        event.ports = renderer.ports();
        event.undelivered = renderer.counters().undeliveredMessages();
        event.skipped = renderer.counters().skippedBroadcasts();
        event.dropped = renderer.counters().droppedRelays();
        event.commit();
    }
}
