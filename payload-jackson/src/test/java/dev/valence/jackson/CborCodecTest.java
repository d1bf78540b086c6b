package dev.valence.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.valence.TypeRef;
import dev.valence.jackson.Values.Bean;
import dev.valence.jackson.Values.Circle;
import dev.valence.jackson.Values.Drawing;
import dev.valence.jackson.Values.Empty;
import dev.valence.jackson.Values.Greeting;
import dev.valence.jackson.Values.Holder;
import dev.valence.jackson.Values.Level;
import dev.valence.jackson.Values.Pair;
import dev.valence.jackson.Values.Primitives;
import dev.valence.jackson.Values.Reserved;
import dev.valence.jackson.Values.Shape;
import dev.valence.jackson.Values.Square;
import dev.valence.jackson.Values.Tree;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborCodecTest {

    private final CborCodec codec = new CborCodec();

    static Stream<Object> values() {
        Bean bean = new Bean();
        bean.setName("n");
        bean.setTags(Arrays.asList("a", null));
        bean.plain = 7;
        byte b = Byte.MIN_VALUE;
        short s = Short.MAX_VALUE;
        return Stream.of(
                new Empty(),
                new Greeting("hello", 3),
                new Greeting(null, -1),
                new Tree(
                        List.of(new Greeting("a", 1), new Greeting("ä€😀\0", 2)),
                        Map.of("x", Set.of(1, 2), "", Set.of()),
                        Optional.of("y"),
                        new Tree(null, null, Optional.empty(), null)),
                new Primitives(true, b, s, Integer.MIN_VALUE, Long.MIN_VALUE, -0.0f, -0.0, '\uFFFF'),
                new Primitives(false, b, s, Integer.MAX_VALUE, Long.MAX_VALUE, Float.NaN, Double.NaN, '\0'),
                new Primitives(false, b, s, 0, 0, Float.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 'c'),
                new Primitives(false, b, s, 0, 0, Float.MIN_VALUE, Double.MIN_VALUE, 'c'),
                new Reserved("1", "2", "3", "4"),
                bean,
                Level.LOW,
                Level.HIGH,
                TimeUnit.DAYS,
                Optional.of("x"),
                OptionalInt.of(3),
                UUID.fromString("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
                URI.create("https://valence.dev/x?y#z"),
                Locale.GERMANY,
                new int[] {1, -2, Integer.MAX_VALUE},
                new long[] {Long.MIN_VALUE},
                new double[] {Double.NaN, -0.0},
                new boolean[] {true, false},
                new char[] {'a', 'ß'},
                new String[] {"a", null},
                new byte[][] {{}, {1, 2}},
                new Greeting[] {new Greeting("x", 1)});
    }

    static Stream<Object> times() {
        LocalDateTime dateTime = LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123456789);
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        return Stream.of(
                Instant.EPOCH,
                Instant.MIN,
                Instant.MAX,
                Instant.ofEpochSecond(-1, 1),
                dateTime,
                LocalDateTime.MIN,
                LocalDateTime.MAX,
                LocalDate.MIN,
                LocalDate.MAX,
                LocalTime.MIDNIGHT,
                LocalTime.MAX,
                OffsetTime.of(LocalTime.NOON, ZoneOffset.ofHours(-7)),
                OffsetDateTime.of(dateTime, ZoneOffset.ofHoursMinutes(5, 30)),
                OffsetDateTime.MIN,
                OffsetDateTime.MAX,
                ZonedDateTime.of(dateTime, berlin),
                ZonedDateTime.of(dateTime, ZoneId.of("UTC")),
                ZonedDateTime.of(dateTime, ZoneOffset.UTC),
                ZonedDateTime.ofInstant(Instant.parse("2024-10-27T00:30:00Z"), berlin), // 2:30 for the first time
                ZonedDateTime.ofInstant(Instant.parse("2024-10-27T01:30:00Z"), berlin), // and for the second
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE, 999999999),
                Duration.ofNanos(-1),
                Period.of(-1, 2, 30),
                Year.of(2024),
                YearMonth.of(2024, 2),
                MonthDay.of(2, 29),
                DayOfWeek.FRIDAY,
                ZoneOffset.ofHours(3),
                new Date(-1),
                new Date(1_700_000_000_123L));
    }

    static Stream<Object> bigNumbers() {
        BigInteger largest = BigInteger.ONE.shiftLeft(8 * 8192 - 1).subtract(BigInteger.ONE);
        return Stream.of(
                BigInteger.ZERO,
                BigInteger.ONE.negate(),
                BigInteger.valueOf(Long.MIN_VALUE).subtract(BigInteger.ONE),
                BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE),
                BigInteger.ONE.shiftLeft(64),
                BigInteger.ONE.shiftLeft(64).negate(),
                largest,
                largest.negate(),
                BigDecimal.ZERO,
                new BigDecimal("0.00"),
                new BigDecimal("1.10"),
                new BigDecimal("-1E+30"),
                new BigDecimal("1E-30"),
                new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE),
                new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
                new BigDecimal(largest, 17));
    }

    @ParameterizedTest
    @MethodSource({"values", "times", "bigNumbers"})
    void value_arrivesEqual(Object value) {
        Class<?> type = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();

        assertThat(decode(value, type)).isEqualTo(value);
    }

    static Stream<Arguments> generics() {
        Map<String, Integer> withNull = new HashMap<>();
        withNull.put("x", null);
        return Stream.of(
                Arguments.of(List.of(new Greeting("x", 1)), new TypeRef<List<Greeting>>() {}),
                Arguments.of(Set.of(Level.HIGH), new TypeRef<Set<Level>>() {}),
                Arguments.of(EnumSet.of(Level.HIGH), new TypeRef<EnumSet<Level>>() {}),
                Arguments.of(new EnumMap<>(Map.of(Level.HIGH, 1)), new TypeRef<EnumMap<Level, Integer>>() {}),
                Arguments.of(new TreeMap<>(Map.of(3, 1L)), new TypeRef<TreeMap<Integer, Long>>() {}),
                Arguments.of(Map.of(Instant.EPOCH, Duration.ZERO), new TypeRef<Map<Instant, Duration>>() {}),
                Arguments.of(withNull, new TypeRef<Map<String, Integer>>() {}),
                Arguments.of(Optional.empty(), new TypeRef<Optional<String>>() {}),
                Arguments.of(List.of(Optional.empty(), Optional.of(1)), new TypeRef<List<Optional<Integer>>>() {}),
                Arguments.of(new Pair<>(List.of(1L), List.of()), new TypeRef<Pair<List<Long>>>() {}),
                Arguments.of(new Circle(1), new TypeRef<Shape>() {}),
                Arguments.of(new Drawing(new Circle(1), List.of(new Square(2))), TypeRef.of(Drawing.class)),
                Arguments.of(new Shape[] {new Circle(1), new Square(2)}, new TypeRef<Shape[]>() {}));
    }

    @ParameterizedTest
    @MethodSource("generics")
    void genericValue_arrivesEqual(Object value, TypeRef<?> type) {
        assertThat(decode(value, type.type())).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 262147, 3145729})
    void nestedValueOfAnySize_arrivesEqual(int size) {
        for (String unit : List.of("a", "ä", "€", "😀")) {
            Greeting greeting = new Greeting(unit.repeat(size), 1);
            assertThat(decode(greeting, Greeting.class)).isEqualTo(greeting);
        }
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 7);
        assertThat(decode(List.of(bytes), new TypeRef<List<byte[]>>() {}.type()))
                .asInstanceOf(LIST)
                .containsExactly(bytes);
        Map<String, Integer> longKey = Map.of("k".repeat(size), 1);
        assertThat(decode(longKey, Map.class)).isEqualTo(longKey);
    }

    @Test
    void untypedReceiver_getsNaturalValues() {
        Object value = Map.of(
                "text",
                "x",
                "number",
                1,
                "long",
                Long.MAX_VALUE,
                "fraction",
                1.5,
                "exact",
                new BigDecimal("1.10"),
                "yes",
                true,
                "list",
                List.of(1, List.of()));

        assertThat(decode(value, Object.class)).isEqualTo(value);
        assertThat(decode(List.of(new byte[] {1}), Object.class))
                .asInstanceOf(LIST)
                .containsExactly(new byte[] {1});
    }

    @Test
    void nestedByteArray_isBinary() {
        assertThat(codec.encode(List.of(new byte[] {1, 2})))
                .isEqualTo(HexFormat.of().parseHex("81420102"));
    }

    @Test
    void absentProperty_isNullOrZero() {
        assertThat(decode(Map.of("text", "x"), Greeting.class)).isEqualTo(new Greeting("x", 0));
        assertThat(decode(Map.of(), Tree.class)).isEqualTo(new Tree(null, null, Optional.empty(), null));
    }

    @Test
    void unknownProperty_isIgnored() {
        assertThat(decode(Map.of("text", "x", "new", List.of(1), "times", 2), Greeting.class))
                .isEqualTo(new Greeting("x", 2));
        assertThat(decode(Map.of("new", 1), Empty.class)).isEqualTo(new Empty());
    }

    @Test
    void nullAndUndefined_areNull() {
        assertThat(codec.decode(new byte[] {(byte) 0xf6}, Greeting.class)).isNull();
        assertThat(codec.decode(new byte[] {(byte) 0xf7}, Object.class)).isNull();
        assertThat(decode(new Holder(null), Holder.class)).isEqualTo(new Holder(null));
        assertThat(decode(Collections.singletonList(null), List.class)).isEqualTo(Collections.singletonList(null));
    }

    @Test
    void sharedReference_arrivesAsEqualValues() {
        Greeting shared = new Greeting("x", 1);

        Pair<?> pair = (Pair<?>) decode(new Pair<>(shared, shared), new TypeRef<Pair<Greeting>>() {}.type());

        assertThat(pair).isEqualTo(new Pair<>(shared, shared));
        assertThat(pair.first()).isNotSameAs(pair.second());
    }

    @Test
    void deepestNesting_arrivesEqual() {
        List<Object> list = new ArrayList<>();
        for (int depth = 1; depth < 500; depth++) {
            list = new ArrayList<>(List.of(list));
        }

        assertThat(decode(list, Object.class)).isEqualTo(list);
    }

    @Test
    void manyProperties_arriveEqual() {
        Map<String, Integer> map = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            map.put("key " + i, i);
        }

        assertThat(decode(map, Map.class)).isEqualTo(map);
    }

    private Object decode(Object value, Type type) {
        return codec.decode(codec.encode(value), type);
    }
}
