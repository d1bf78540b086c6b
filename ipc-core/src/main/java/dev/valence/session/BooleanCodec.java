package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;

/** Booleans as one byte, 0 or 1. */
final class BooleanCodec implements PayloadCodec {

    @Override
    public int encoding() {
        return Encoding.BOOLEAN;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == Boolean.class;
    }

    @Override
    public byte[] encode(Object value) {
        return new byte[] {(byte) ((Boolean) value ? 1 : 0)};
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        Encoding.checkLength(bytes, Byte.BYTES);
        if (bytes[0] != 0 && bytes[0] != 1) {
            throw new IllegalArgumentException("byte " + bytes[0] + " (expected: 0 or 1)");
        }
        return bytes[0] == 1;
    }
}
