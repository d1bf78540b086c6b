package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.Payload;
import dev.valence.TypeRef;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberCodecTest {

    private final Codecs codecs = new Codecs(List.of());

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Integer.MAX_VALUE + 1L, Long.MIN_VALUE, Long.MAX_VALUE})
    void long_arrivesExact(long value) {
        assertThat(decode(value, long.class)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0x8000000000000000L, // -0.0
                0x0000000000000001L, // least subnormal
                0x7ff0000000000000L, // infinity
                0xfff0000000000000L,
                0x7ff8000000000000L, // the usual NaN
                0xfff8dead0000beefL // another one
            })
    void double_keepsEveryBit(long bits) {
        double value = Double.longBitsToDouble(bits);

        assertThat(Double.doubleToRawLongBits((double) decode(value, double.class)))
                .isEqualTo(bits);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80000000, 0x00000001, 0x7f800000, 0x7fc00000, 0xffc0beef})
    void float_keepsEveryBit(int bits) {
        float value = Float.intBitsToFloat(bits);

        assertThat(Float.floatToRawIntBits((float) decode(value, float.class))).isEqualTo(bits);
    }

    @Test
    void integer_isDecodedToAnyTypeThatHoldsIt() {
        assertThat(decode((byte) -5, long.class)).isEqualTo(-5L);
        assertThat(decode(-5L, byte.class)).isEqualTo((byte) -5);
        assertThat(decode(300, short.class)).isEqualTo((short) 300);
        assertThat(decode(Integer.MIN_VALUE + 0L, int.class)).isEqualTo(Integer.MIN_VALUE);
        assertThat(decode(1 << 24, float.class)).isEqualTo((float) (1 << 24));
        assertThat(decode(-(1L << 53), double.class)).isEqualTo(-0x1p53);
        assertThat(decode(Long.MIN_VALUE, double.class)).isEqualTo(-0x1p63);
        assertThat(decode(0, double.class)).isEqualTo(0.0);
        assertThat(decode(1.5f, double.class)).isEqualTo(1.5);
    }

    @Test
    void integerBeyondRange_isDecodeFailedWithValueAndRange() {
        failsAsInteger(300, byte.class, "300 (expected: -128 to 127)");
        failsAsInteger(-32769, Short.class, "-32769 (expected: -32768 to 32767)");
        failsAsInteger(1L << 31, int.class, "2147483648 (expected: -2147483648 to 2147483647)");
    }

    @Test
    void integerThatFloatingPointCannotHold_isDecodeFailed() {
        failsAsInteger((1 << 24) + 1, float.class, "16777217 (expected: at most 24 significant bits)");
        failsAsInteger(Long.MAX_VALUE, double.class, "9223372036854775807 (expected: at most 53 significant bits)");
    }

    @Test
    void numberForNarrowerKind_isDecodeFailed() {
        CodecsTest.fails(
                () -> decode(1.5, float.class),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 5 (floating point) cannot be decoded to float: it is a java.lang.Double");
        CodecsTest.fails(
                () -> decode(1.0, int.class),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 5 (floating point) cannot be decoded to int: it is a java.lang.Double");
        failsAsInteger(65, char.class, "it is a java.lang.Integer");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 9})
    void numberOfOddLength_isDecodeFailed(int length) {
        byte[] bytes = new byte[length];

        CodecsTest.fails(
                () -> codecs.decode(new Payload(4, bytes), TypeRef.of(long.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 4 (integer) cannot be decoded to long: " + length
                        + " bytes (expected: [1, 2, 4, 8])");
        CodecsTest.fails(
                () -> codecs.decode(new Payload(5, bytes), TypeRef.of(double.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 5 (floating point) cannot be decoded to double: " + length
                        + " bytes (expected: [4, 8])");
    }

    private void failsAsInteger(Object value, Class<?> type, String why) {
        CodecsTest.fails(
                () -> decode(value, type),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 4 (integer) cannot be decoded to " + type.getName() + ": " + why);
    }

    private Object decode(Object value, Class<?> type) {
        return codecs.decode(codecs.encode(value), TypeRef.of(type));
    }
}
