package dev.valence.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.valence.TypeRef;
import dev.valence.jackson.Values.Empty;
import dev.valence.jackson.Values.Gadget;
import dev.valence.jackson.Values.Greeting;
import dev.valence.jackson.Values.Holder;
import dev.valence.jackson.Values.Level;
import dev.valence.jackson.Values.NamedByClass;
import dev.valence.jackson.Values.Node;
import dev.valence.jackson.Values.Pair;
import dev.valence.jackson.Values.Primitives;
import dev.valence.jackson.Values.Typed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborRefusalTest {

    private final CborCodec codec = new CborCodec();

    static Stream<Object> noData() throws Exception {
        Runnable lambda = () -> {};
        return Stream.of(
                Thread.currentThread(),
                Thread.currentThread().getThreadGroup(),
                CborRefusalTest.class.getClassLoader(),
                String.class,
                String.class.getModule(),
                String.class.getMethod("length"),
                new TypeRef<List<String>>() {}.type(),
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                Stream.of(1),
                new CompletableFuture<>(),
                new FutureTask<>(() -> 1),
                ProcessHandle.current(),
                lambda);
    }

    @ParameterizedTest
    @MethodSource("noData")
    void valueThatIsNoData_isRefusedAtAnyDepth(Object value) {
        String refusal = value.getClass().getTypeName() + " is no data";

        assertThat(codec.encodes(value.getClass())).isFalse();
        failsToEncode(new Object[] {value}, refusal + " at /0");
        failsToEncode(new Holder(List.of(Map.of("x", value))), refusal + " at /value/0/x");
    }

    @Test
    void classOfJdkWithoutEncoding_isRefused() {
        failsToEncode(new Holder(new BitSet()), "java.util.BitSet is no data at /value");
        failsToEncode(new Holder(new Random()), "java.util.Random is no data at /value");
    }

    @Test
    void refusedTypeInKey_isRefused() {
        failsToEncode(Map.of(String.class, 1), "java.lang.Class is no data at /class java.lang.String");
    }

    @Test
    void refusedTypeThatIsNull_isEncoded() {
        Typed nothing = new Typed(null, null, Map.of());

        assertThat(codec.decode(codec.encode(nothing), Typed.class)).isEqualTo(nothing);
    }

    @Test
    void refusedTypeAtReceiver_isRefused() {
        failsToDecode(Map.of("type", "java.lang.String"), Typed.class, "java.lang.Class is no data at /type");
        failsToDecode(Map.of("thread", Map.of()), Typed.class, "java.lang.Thread is no data at /thread");
        failsToDecode(
                Map.of("byType", Map.of("java.lang.String", 1)), Typed.class, "java.lang.Class is no data at /byType");
        failsToDecode("/etc/passwd", FileInputStream.class, "java.io.FileInputStream is no data");
    }

    @Test
    void beanWithoutProperties_isRefusedUnlessItIsARecord() {
        failsToEncodeWith(new Holder(new Object()), "No serializer found for class java.lang.Object", " at /value");
        assertThat(codec.encode(new Empty())).isEqualTo(new byte[] {(byte) 0xa0});
    }

    @Test
    void cycle_isRefusedAndPlaceNamed() {
        Node node = new Node();
        node.next = new Node();
        node.next.next = node;
        List<Object> list = new ArrayList<>();
        list.add(Map.of("up", list));
        Node self = new Node();
        self.next = self;

        failsToEncodeWith(node, "Document nesting depth (501) exceeds the maximum allowed (500", "/next/next/next");
        failsToEncodeWith(list, "Document nesting depth (501) exceeds the maximum allowed (500", "/0/up/0/up/0/up");
        failsToEncodeWith(self, "Direct self-reference leading to cycle", " at /next");
    }

    @Test
    void loneSurrogate_isRefusedWithIndexAndPlace() {
        failsToEncode("\uD83D", "lone surrogate U+D83D at index 0");
        failsToEncode(new Pair<>("x", List.of("ok 😀", "x\uDC00")), "lone surrogate U+DC00 at index 1 at /second/1");
        failsToEncode(Map.of("a", Map.of("\uDC00", 1)), "lone surrogate U+DC00 at index 0 at /a/\uDC00");
        failsToEncode(List.of('\uD83D'), "lone surrogate U+D83D at index 0 at /0");
        failsToEncode(new Greeting("x".repeat(70_000) + "\uD83D", 1), "lone surrogate U+D83D at index 70000 at /text");
    }

    @Test
    void tooLargeNumber_isRefused() {
        BigInteger number = BigInteger.ONE.shiftLeft(8 * 8192 - 1);

        failsToEncode(new Holder(number), "number of 8193 bytes (expected: at most 8192) at /value");
        failsToEncode(new Holder(new BigDecimal(number)), "number of 8193 bytes (expected: at most 8192) at /value");
    }

    @Test
    void getterThatThrows_isRefusedWithItsMessage() {
        failsToEncode(List.of(new Broken()), "not now at /0/state");
    }

    @Test
    void nullForPrimitive_isRefused() {
        failsToDecodeWith(
                Collections.singletonMap("times", null),
                Greeting.class,
                "Cannot map `null` into type `int`",
                " at /times");
        failsToDecodeWith(
                Collections.singletonList(null), int[].class, "Cannot coerce `null` to element of `int[]`", " at /0");
    }

    @Test
    void valueForOtherType_isNotGuessed() {
        failsToDecodeWith(List.of("1"), int[].class, "Cannot coerce String value (\"1\")", " at /0");
        failsToDecodeWith(List.of(1.5), int[].class, "Cannot coerce Floating-point value (1.5)", " at /0");
        failsToDecodeWith(List.of(1), boolean[].class, "Cannot coerce Integer value (1)", " at /0");
        failsToDecodeWith(Map.of("s", 32768), Primitives.class, "Numeric value (32768) out of range", " at /s");
        failsToDecodeWith(List.of(Long.MAX_VALUE), int[].class, "Numeric value (9223372036854775807) out", " at /0");
        failsToDecodeWith(1, Level.class, "Cannot deserialize value of type", "");
        failsToDecodeWith("very high", Level.class, "Cannot deserialize value of type", "");
        failsToDecodeWith("", Greeting.class, "Cannot coerce empty String (\"\")", "");
    }

    @Test
    void classNameInBytes_isNotFollowed() {
        failsToDecodeWith(new Gadget(1), NamedByClass.class, "Could not resolve type id", "");
    }

    @Test
    void longQuotation_isAbridged() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(
                        codec.encode(Map.of("k".repeat(5000), "v".repeat(5000))),
                        new TypeRef<Map<String, Integer>>() {}.type()))
                .satisfies(e -> assertThat(e.getMessage())
                        .hasSizeLessThan(600)
                        .contains("… at /kkk")
                        .endsWith("k…"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0102", "18", "9f01", "62c3", "5affffffff", "9bffffffffffffffff", "ff", "1c"})
    void malformedBytes_areRefused(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(bytes, Object.class));
    }

    @Test
    void tooDeepBytes_areRefused() {
        byte[] bytes = new byte[100_000];
        Arrays.fill(bytes, (byte) 0x81);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(bytes, Object.class))
                .withMessageStartingWith("Document nesting depth (501) exceeds the maximum allowed (500");
    }

    static final class Broken {
        public String getState() {
            throw new IllegalStateException("not now");
        }
    }

    private void failsToEncode(Object value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(value))
                .withMessage(message);
    }

    private void failsToEncodeWith(Object value, String start, String place) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(value))
                .withMessageStartingWith(start)
                .withMessageContaining(place);
    }

    private void failsToDecode(Object value, Type type, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(codec.encode(value), type))
                .withMessage(message);
    }

    private void failsToDecodeWith(Object value, Type type, String start, String end) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(codec.encode(value), type))
                .withMessageStartingWith(start)
                .satisfies(e -> assertThat(e.getMessage()).endsWith(end));
    }
}
