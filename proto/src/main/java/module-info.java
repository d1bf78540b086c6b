/** The wire and only the wire: the {@code Frame} message and what it is made of. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.valence.proto {
    requires transitive com.google.protobuf;

    exports dev.valence.proto;
}
