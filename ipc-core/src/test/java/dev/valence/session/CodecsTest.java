package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.PayloadCodec;
import dev.valence.TypeRef;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecsTest {

    private final Codecs codecs = new Codecs(List.of());

    static Stream<Arguments> frozen() {
        return Stream.of(
                Arguments.of(null, 0, ""),
                Arguments.of(new byte[] {1, -1}, 1, "01ff"),
                Arguments.of("aä€😀", 2, "61c3a4e282acf09f9880"),
                Arguments.of(false, 3, "00"),
                Arguments.of(true, 3, "01"),
                Arguments.of((byte) -2, 4, "fe"),
                Arguments.of((short) 258, 4, "0102"),
                Arguments.of(-2, 4, "fffffffe"),
                Arguments.of(Long.MIN_VALUE, 4, "8000000000000000"),
                Arguments.of(1.5f, 5, "3fc00000"),
                Arguments.of(-0.0, 5, "8000000000000000"),
                Arguments.of('\uD83D', 6, "d83d"),
                Arguments.of(StringValue.of("x"), 7, "0a0178"));
    }

    @ParameterizedTest
    @MethodSource("frozen")
    void builtInValue_hasItsBytesOnTheWire(Object value, int encoding, String hex) {
        assertThat(codecs.encode(value))
                .isEqualTo(new Payload(encoding, HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @MethodSource("frozen")
    void builtInValue_arrivesAsItsTypeAndAsVoid(Object value, int encoding, String hex) {
        Payload payload = new Payload(encoding, HexFormat.of().parseHex(hex));
        Class<?> type = value == null ? Object.class : value.getClass();

        assertThat((Object) codecs.decode(payload, TypeRef.of(type))).isEqualTo(value);
        assertThat(codecs.decode(payload, TypeRef.of(Void.class))).isNull();
        assertThat(codecs.decode(payload, TypeRef.of(void.class))).isNull();
    }

    @Test
    void supertype_getsNaturalValue() {
        assertThat(decode("x", Object.class)).isEqualTo("x");
        assertThat(decode("x", CharSequence.class)).isEqualTo("x");
        assertThat(decode(7, Object.class)).isEqualTo(7);
        assertThat(decode(7L, Number.class)).isEqualTo(7L);
        assertThat(decode((short) 7, Serializable.class)).isEqualTo((short) 7);
        assertThat(decode(1.5f, Number.class)).isEqualTo(1.5f);
        assertThat(decode('c', Object.class)).isEqualTo('c');
        assertThat(decode(true, Object.class)).isEqualTo(true);
        assertThat(decode(new byte[] {1}, Object.class)).isEqualTo(new byte[] {1});
        assertThat(codecs.decode(codecs.encode("x"), new TypeRef<Comparable<String>>() {}))
                .isEqualTo("x");
    }

    @Test
    void payload_isPassedOnInBothDirections() {
        Payload payload = new Payload(4711, new byte[] {1});

        assertThat(codecs.encode(payload)).isSameAs(payload);
        assertThat(codecs.decode(payload, TypeRef.of(Payload.class))).isSameAs(payload);
    }

    @Test
    void takenBytes_areNotCopied() {
        Payload payload = codecs.encode(new byte[] {1});
        assertThat(codecs.take(payload, TypeRef.of(byte[].class))).isSameAs(payload.bytes());
        assertThat(codecs.take(payload, TypeRef.of(Object.class))).isSameAs(payload.bytes());
        assertThat(codecs.take(codecs.encode("a"), TypeRef.of(String.class))).isEqualTo("a");
    }

    @Test
    void byteArray_isCopiedInBothDirections() {
        byte[] sent = {1};
        Payload payload = codecs.encode(sent);
        sent[0] = 2;
        byte[] received = codecs.decode(payload, TypeRef.of(byte[].class));
        received[0] = 3;

        assertThat(payload.bytes()).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 262147, 3145729})
    void byteArrayOfAnySize_arrivesEqual(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31);
        }

        assertThat(decode(bytes, byte[].class)).isEqualTo(bytes);
    }

    @Test
    void nullForReference_isNull() {
        assertThat(decode(null, String.class)).isNull();
        assertThat(decode(null, Integer.class)).isNull();
        assertThat(codecs.decode(codecs.encode(null), new TypeRef<List<String>>() {}))
                .isNull();
    }

    @Test
    void nullForPrimitive_isDecodeFailed() {
        fails(
                () -> decode(null, int.class),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 0 (null) cannot be decoded to int: null is not a value of a primitive");
    }

    @Test
    void nullWithBytes_isDecodeFailed() {
        fails(
                () -> codecs.decode(new Payload(0, new byte[2]), TypeRef.of(String.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 0 (null) cannot be decoded to java.lang.String: 2 bytes (expected: none)");
    }

    record Point(int x, int y) {}

    @Test
    void valueForOtherType_isDecodeFailedAndSaysWhatItIs() {
        fails(
                () -> decode("x", Point.class),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 2 (string) cannot be decoded to dev.valence.session.CodecsTest$Point: it is a"
                        + " java.lang.String");
        fails(
                () -> decode(5, String.class),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 4 (integer) cannot be decoded to java.lang.String: it is a java.lang.Integer");
        fails(
                () -> codecs.decode(codecs.encode(new byte[0]), new TypeRef<List<String>[]>() {}),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 1 (bytes) cannot be decoded to java.util.List<java.lang.String>[]: it is a byte[]");
    }

    @Test
    void malformedScalar_isDecodeFailed() {
        fails(
                () -> codecs.decode(new Payload(3, new byte[] {2}), TypeRef.of(boolean.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 3 (boolean) cannot be decoded to boolean: byte 2 (expected: 0 or 1)");
        fails(
                () -> codecs.decode(new Payload(6, new byte[3]), TypeRef.of(char.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 6 (character) cannot be decoded to char: 3 bytes (expected: [2])");
    }

    @Test
    void typeThatNoCodecTakes_isEncodeFailedAndNamesIt() {
        fails(
                () -> codecs.encode(Thread.currentThread()),
                ErrorCode.ENCODE_FAILED,
                "payload of type java.lang.Thread cannot be encoded (expected: a string, boxed primitive, byte[],"
                        + " protobuf message, or what a further codec takes; further codecs: none, valence-jackson"
                        + " takes records and collections)");
    }

    @Test
    void encodingThatNoCodecHas_isDecodeFailedAndNamesIt() {
        Codecs own = new Codecs(List.of(new PointCodec()));

        fails(
                () -> own.decode(new Payload(101, new byte[0]), TypeRef.of(String.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 101 cannot be decoded to java.lang.String: no codec for it (further codecs:"
                        + " dev.valence.session.CodecsTest$PointCodec)");
    }

    @Test
    void codecOfProgram_takesItsTypesInBothDirections() {
        PointCodec codec = new PointCodec();
        Codecs own = new Codecs(List.of(codec));
        Payload payload = own.encode(new Point(3, -4));

        assertThat(payload).isEqualTo(new Payload(100, "3,-4".getBytes(StandardCharsets.US_ASCII)));
        assertThat(own.decode(payload, TypeRef.of(Point.class))).isEqualTo(new Point(3, -4));
        assertThat(own.encode("text").encoding()).isEqualTo(2);
        own.encode(new Point(0, 0));
        assertThat(codec.asked).containsExactly(Point.class);
    }

    @Test
    void codecThatThrows_isWrappedWithItsMessage() {
        Codecs own = new Codecs(List.of(new PointCodec()));

        fails(
                () -> own.encode(new Point(-1, -1)),
                ErrorCode.ENCODE_FAILED,
                "payload of type dev.valence.session.CodecsTest$Point cannot be encoded: no such point");
        fails(
                () -> own.decode(new Payload(100, "1".getBytes(StandardCharsets.US_ASCII)), TypeRef.of(Point.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 100 cannot be decoded to dev.valence.session.CodecsTest$Point: Index 1 out of"
                        + " bounds for length 1");
        fails(
                () -> own.encode(new Point(-2, -2)),
                ErrorCode.ENCODE_FAILED,
                "payload of type dev.valence.session.CodecsTest$Point cannot be encoded: java.lang.StackOverflowError");
    }

    @Test
    void codecThatReturnsOtherType_isDecodeFailed() {
        Codecs own = new Codecs(List.of(new PointCodec()));

        fails(
                () -> own.decode(own.encode(new Point(1, 2)), TypeRef.of(Thread.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 100 cannot be decoded to java.lang.Thread: it is a"
                        + " dev.valence.session.CodecsTest$Point");
    }

    @Test
    void numberOfLibrary_isRefusedForProgram() {
        PayloadCodec codec = new PointCodec() {
            @Override
            public int encoding() {
                return 7;
            }
        };

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Codecs(List.of(codec)))
                .withMessage(codec.getClass().getName() + ": encoding 7 (expected: 100 or more)");
    }

    @Test
    void twoCodecsWithOneNumber_areRefusedAndNamed() {
        PayloadCodec other = new PointCodec() {};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Codecs(List.of(new PointCodec(), other)))
                .withMessage("encoding 100: dev.valence.session.CodecsTest$PointCodec and "
                        + other.getClass().getName() + " (expected: one codec)");
    }

    private <T> Object decode(Object value, Class<T> type) {
        return codecs.decode(codecs.encode(value), TypeRef.of(type));
    }

    static void fails(ThrowingCallable call, ErrorCode code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }

    private static class PointCodec implements PayloadCodec {

        final List<Class<?>> asked = new ArrayList<>();

        @Override
        public int encoding() {
            return 100;
        }

        @Override
        public boolean encodes(Class<?> type) {
            asked.add(type);
            return type == Point.class;
        }

        @Override
        public byte[] encode(Object value) throws Exception {
            Point point = (Point) value;
            if (point.x == -1) {
                throw new Exception("no such point");
            }
            if (point.x == -2) {
                throw new StackOverflowError();
            }
            return (point.x + "," + point.y).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public Object decode(byte[] bytes, Type type) {
            String[] parts = new String(bytes, StandardCharsets.US_ASCII).split(",");
            return new Point(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
    }
}
