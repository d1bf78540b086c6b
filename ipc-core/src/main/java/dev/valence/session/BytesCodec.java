package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;

/**
 * Byte arrays as they are. Copied in both directions, so that neither side sees what the other does with its array later,
 * except where an arrived array has one receiver ({@link Codecs#take}). Who wants to save the copy of the sender sends a
 * {@link dev.valence.Payload}.
 */
final class BytesCodec implements PayloadCodec {

    @Override
    public int encoding() {
        return Encoding.BYTES;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == byte[].class;
    }

    @Override
    public byte[] encode(Object value) {
        return ((byte[]) value).clone();
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        return bytes.clone();
    }
}
