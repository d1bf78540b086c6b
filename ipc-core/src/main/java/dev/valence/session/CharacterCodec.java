package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;

/** Characters as one unit of UTF-16, big-endian; a surrogate is as good as any. */
final class CharacterCodec implements PayloadCodec {

    @Override
    public int encoding() {
        return Encoding.CHARACTER;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == Character.class;
    }

    @Override
    public byte[] encode(Object value) {
        return ByteBuffer.allocate(Character.BYTES).putChar((Character) value).array();
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        Encoding.checkLength(bytes, Character.BYTES);
        return ByteBuffer.wrap(bytes).getChar();
    }
}
