package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import java.util.Arrays;

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
        return copyOf((byte[]) value);
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        return copyOf(bytes);
    }

    /** Not by {@code clone}, which fills a large array with zeros first as long as its caller is not compiled. */
    private static byte[] copyOf(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length);
    }
}
