/** A renderer of Valence: connects to the main process that launched or invited it. */
@org.jspecify.annotations.NullMarked
module dev.valence.renderer {
    requires transitive dev.valence.core;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.valence.renderer;
}
