/** The health of a main's renderers as Micrometer meters: {@link dev.valence.micrometer.RendererMeters}. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@org.jspecify.annotations.NullMarked
module dev.valence.micrometer {
    requires transitive dev.valence.main;
    requires transitive micrometer.core;
    requires org.slf4j;
    requires transitive static org.jspecify;

    exports dev.valence.micrometer;
}
