package dev.valence.session;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;

/**
 * Integers in two's complement, big-endian; the number of bytes tells an {@code int} from a {@code long}. They are decoded
 * to any primitive number that holds the same value.
 */
final class IntegerCodec implements PayloadCodec {

    @Override
    public int encoding() {
        return Encoding.INTEGER;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == Integer.class || type == Long.class || type == Short.class || type == Byte.class;
    }

    @Override
    public byte[] encode(Object value) {
        if (value instanceof Integer number) {
            return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        }
        if (value instanceof Long number) {
            return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        }
        if (value instanceof Short number) {
            return ByteBuffer.allocate(Short.BYTES).putShort(number).array();
        }
        return new byte[] {(Byte) value};
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        Number number = read(bytes);
        if (number.getClass() == type || !(type instanceof Class<?> wanted)) {
            return number;
        }
        long value = number.longValue();
        if (wanted == Long.class) {
            return value;
        } else if (wanted == Integer.class) {
            return (int) checkRange(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        } else if (wanted == Short.class) {
            return (short) checkRange(value, Short.MIN_VALUE, Short.MAX_VALUE);
        } else if (wanted == Byte.class) {
            return (byte) checkRange(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
        } else if (wanted == Double.class) {
            return (double) checkExact(value, 53);
        } else if (wanted == Float.class) {
            return (float) checkExact(value, 24);
        }
        return number;
    }

    private static Number read(byte[] bytes) {
        Encoding.checkLength(bytes, Byte.BYTES, Short.BYTES, Integer.BYTES, Long.BYTES);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return switch (bytes.length) {
            case Byte.BYTES -> in.get();
            case Short.BYTES -> in.getShort();
            case Integer.BYTES -> in.getInt();
            default -> in.getLong();
        };
    }

    private static long checkRange(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(value + " (expected: " + min + " to " + max + ")");
        }
        return value;
    }

    private static long checkExact(long value, int precisionBits) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.abs(value)) - Long.numberOfTrailingZeros(value);
        if (bits > precisionBits) {
            throw new IllegalArgumentException(value + " (expected: at most " + precisionBits + " significant bits)");
        }
        return value;
    }
}
