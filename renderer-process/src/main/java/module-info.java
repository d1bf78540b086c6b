/** A renderer process and its connection to main. */
@org.jspecify.annotations.NullMarked
module dev.valence.renderer {
    requires transitive dev.valence.core;
    requires org.slf4j;
    requires transitive static org.jspecify;
}
