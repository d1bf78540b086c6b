package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;

/** Floats and doubles as their IEEE 754 bits, big-endian. A float is decoded to a double too, not the other way. */
final class FloatingPointCodec implements PayloadCodec {

    @Override
    public int encoding() {
        return Encoding.FLOATING_POINT;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == Double.class || type == Float.class;
    }

    @Override
    public byte[] encode(Object value) {
        // The raw bits, so that a NaN stays the NaN it is.
        if (value instanceof Double number) {
            return ByteBuffer.allocate(Double.BYTES)
                    .putLong(Double.doubleToRawLongBits(number))
                    .array();
        }
        return ByteBuffer.allocate(Float.BYTES)
                .putInt(Float.floatToRawIntBits((Float) value))
                .array();
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length == Double.BYTES) {
            return Double.longBitsToDouble(in.getLong());
        }
        Encoding.checkLength(bytes, Float.BYTES, Double.BYTES);
        float number = Float.intBitsToFloat(in.getInt());
        if (type == Double.class) {
            return (double) number;
        }
        return number;
    }
}
