package dev.valence;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into bytes and back. The wire carries the number of the encoding and never the name of a class: the type
 * that the receiver registered decides what is decoded.
 *
 * <p>Built in are null, strings, boxed primitives, {@code byte[]} and, where protobuf-java is on the class path, protobuf
 * messages. Further codecs are found through {@link java.util.ServiceLoader}, at the first value that the built-in ones do not
 * take.
 *
 * <p><b>Threads.</b> Called on many threads at once.
 */
public interface PayloadCodec {

    /**
     * Returns the number on the wire. 1 to 99 belong to the library (8 is CBOR), 100 and above to applications.
     */
    int encoding();

    /** Returns whether this codec encodes values of this class. Asked once for each class and codec. */
    boolean encodes(Class<?> type);

    /**
     * Encodes a value.
     *
     * @return given away: not changed afterwards
     * @throws Exception becomes {@link ErrorCode#ENCODE_FAILED} with its message, which should name the place
     */
    byte[] encode(Object value) throws Exception;

    /**
     * Decodes a value.
     *
     * @param bytes lent
     * @param type the type that the receiver registered
     * @return null only if the bytes say so
     * @throws Exception becomes {@link ErrorCode#DECODE_FAILED} with its message, which should name the place
     */
    @Nullable
    Object decode(byte[] bytes, Type type) throws Exception;
}
