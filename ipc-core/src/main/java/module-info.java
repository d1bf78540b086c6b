/**
 * What both ends of Valence share: the API, and the calls, connections and frames behind it. No sockets.
 *
 * @uses dev.valence.PayloadCodec encodings besides the built-in ones
 */
@SuppressWarnings("requires-automatic")
@org.jspecify.annotations.NullMarked
module dev.valence.core {
    requires static com.google.protobuf; // protobuf messages as payloads
    requires org.slf4j;
    requires transitive static org.jspecify;

    exports dev.valence;
    exports dev.valence.frame to
            dev.valence.main,
            dev.valence.renderer;
    exports dev.valence.connection to
            dev.valence.main,
            dev.valence.renderer;
    exports dev.valence.call to
            dev.valence.main,
            dev.valence.renderer;
    exports dev.valence.session to
            dev.valence.main,
            dev.valence.renderer;

    uses dev.valence.MessageChannel.Maker;
    uses dev.valence.PayloadCodec;

    provides dev.valence.MessageChannel.Maker with
            dev.valence.session.LocalChannels;
}
