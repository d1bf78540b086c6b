/**
 * Records, beans and collections as payloads, encoded as CBOR by Jackson. To have it on the class path or module path is
 * enough; {@link dev.valence.jackson.CborCodec} says what it takes.
 *
 * @provides dev.valence.PayloadCodec for what has no built-in encoding
 */
@org.jspecify.annotations.NullMarked
module dev.valence.jackson {
    requires transitive dev.valence.core;
    requires tools.jackson.dataformat.cbor;
    requires transitive static org.jspecify;

    exports dev.valence.jackson;

    provides dev.valence.PayloadCodec with
            dev.valence.jackson.CborCodec;
}
