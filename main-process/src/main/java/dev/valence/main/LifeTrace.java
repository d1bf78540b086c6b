package dev.valence.main;

/**
 * Tells a flight recording of the life of one incarnation. Costs the reading of a flag while this JVM has no recorder.
 *
 * @param name of the renderer
 * @param id of the renderer
 * @param incarnation number of the incarnation
 */
record LifeTrace(String name, int id, int incarnation) {

    /** Its state changes. */
    void moved(RendererState from, RendererState to) {
        if (Flight.hasRecorder()) {
            FlightEvents.moved(this, from, to);
        }
    }

    /** It has ended. */
    void ended(RendererExit exit) {
        if (Flight.hasRecorder()) {
            FlightEvents.ended(this, exit);
        }
    }
}
