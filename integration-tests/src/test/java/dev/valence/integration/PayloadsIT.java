package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.TypeRef;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of all kinds and sizes that travel to another process, are decoded there, encoded again and travel back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PayloadsIT {

    private static final int LARGEST = 64 << 20;
    private static final CallOptions PATIENT = CallOptions.withDeadline(Duration.ofSeconds(Rig.PATIENCE_SECONDS));
    private static final TypeRef<List<Note>> NOTES = new TypeRef<>() {};
    private static final TypeRef<Map<String, Set<Integer>>> INDEX = new TypeRef<>() {};

    @AutoClose
    private final Rig rig = Rig.open();

    private Renderer renderer;

    enum Priority {
        LOW,
        HIGH {
            @Override
            boolean isUrgent() {
                return true;
            }
        };

        boolean isUrgent() {
            return false;
        }
    }

    /** Names its parts as the wire names its own. */
    record Note(String id, String channel, int type, String absent) {}

    record Times(
            Date moment, Instant instant, LocalDate date, LocalDateTime time, ZonedDateTime zoned, Duration span) {}

    record Numbers(
            BigDecimal exact,
            BigInteger large,
            long least,
            long most,
            double nan,
            double infinity,
            double minusInfinity,
            double minusZero) {}

    record Everything(
            Note note,
            List<Note> notes,
            Map<String, List<Integer>> index,
            Map<Priority, DayOfWeek> plan,
            Times times,
            Numbers numbers,
            Nested nested) {}

    /** Bytes and strings inside something else; an array in a record is compared by its content here. */
    record Nested(String text, byte[] bytes, List<byte[]> more) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Nested that
                    && Objects.equals(text, that.text)
                    && Arrays.equals(bytes, that.bytes)
                    && Arrays.deepEquals(more.toArray(), that.more.toArray());
        }

        @Override
        public int hashCode() {
            return text.length();
        }
    }

    /** A bean, as older code has them. */
    public static final class Person {

        private String name = "";
        private List<String> nicknames = List.of();

        public String getName() {
            return name;
        }

        public void setName(String newName) {
            name = newName;
        }

        public List<String> getNicknames() {
            return nicknames;
        }

        public void setNicknames(List<String> newNicknames) {
            nicknames = newNicknames;
        }
    }

    static void payloads(IpcRenderer renderer) {
        echo(renderer);
        pass(renderer, "text", String.class);
        pass(renderer, "bytes", byte[].class);
        pass(renderer, "nested", Nested.class);
        pass(renderer, "everything", Everything.class);
        renderer.handle("size of failure", int.class, (event, size) -> sizeRefused(event.sender(), size));
    }

    /** Asks main for what it is asked for itself. */
    private static <T> void pass(IpcRenderer renderer, String channel, Class<T> type) {
        renderer.handle(channel + " there", type, (event, value) -> renderer.invokeSync(channel, value, type, PATIENT));
    }

    /** Answers requests and messages with what they carry. */
    private static <S extends IpcSender> void echo(IpcReceiver<S> receiver) {
        echo(receiver, "text", TypeRef.of(String.class));
        echo(receiver, "bytes", TypeRef.of(byte[].class));
        echo(receiver, "any", TypeRef.of(Object.class));
        echo(receiver, "everything", TypeRef.of(Everything.class));
        echo(receiver, "nested", TypeRef.of(Nested.class));
        echo(receiver, "person", TypeRef.of(Person.class));
        echo(receiver, "priority", TypeRef.of(Priority.class));
        echo(receiver, "notes", NOTES);
        echo(receiver, "index", INDEX);
        echo(receiver, "struct", TypeRef.of(Struct.class));
        echo(receiver, "timestamp", TypeRef.of(Timestamp.class));
        receiver.handle("urgent", Priority.class, (event, priority) -> priority.isUrgent());
        receiver.handle("is null", Note.class, (event, note) -> note == null);
    }

    private static <S extends IpcSender, T> void echo(IpcReceiver<S> receiver, String channel, TypeRef<T> type) {
        receiver.handle(channel, type, (event, value) -> value, HandlerOptions.defaults());
        receiver.on(channel, type, (event, value) -> event.reply(channel + " back", value));
    }

    /** Tries to send bytes that are too many; returns the code and what the message says. */
    private static String sizeRefused(IpcSender to, int size) {
        IpcException refusal =
                catchThrowableOfType(IpcException.class, () -> to.invokeSync("bytes", new byte[size], byte[].class));
        return refusal == null ? "taken" : refusal.code() + " " + refusal.getMessage();
    }

    @BeforeAll
    void launch() {
        echo(rig.main());
        renderer = rig.launch("payloads");
    }

    // ---- Sizes ---------------------------------------------------------------------------------------------------

    /** How a value gets to the renderer and back. */
    enum Way {
        /** As a request and its reply. */
        INVOKE {
            @Override
            <T> T bounce(PayloadsIT test, String channel, T value, Class<T> type) {
                return Rig.await(test.renderer.invoke(channel, value, type, PATIENT));
            }
        },
        /** The same, while the thread waits. */
        INVOKE_SYNC {
            @Override
            <T> T bounce(PayloadsIT test, String channel, T value, Class<T> type) {
                return test.renderer.invokeSync(channel, value, type, PATIENT);
            }
        },
        /** As a message, and a message back. */
        SEND {
            @Override
            <T> T bounce(PayloadsIT test, String channel, T value, Class<T> type) {
                CompletableFuture<T> back = new CompletableFuture<>();
                test.rig.main().once(channel + " back", type, (event, payload) -> back.complete(payload));
                test.renderer.send(channel, value);
                return Rig.await(back);
            }
        },
        /** As a request, in which the renderer makes a request to main, both with replies. */
        INVOKE_TWICE {
            @Override
            <T> T bounce(PayloadsIT test, String channel, T value, Class<T> type) {
                return test.renderer.invokeSync(channel + " there", value, type, PATIENT);
            }
        };

        abstract <T> T bounce(PayloadsIT test, String channel, T value, Class<T> type);
    }

    static Stream<Arguments> sizesAndWays() {
        return IntStream.of(0, 1, 65535, 65536, 65537, 262147, 3145729)
                .boxed()
                .flatMap(size -> Arrays.stream(Way.values()).map(way -> Arguments.of(size, way)));
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void PL1_bytesOfAnySize_comeBackUnchanged(int size, Way way) {
        byte[] bytes = randomBytes(size);

        assertEqual(way.bounce(this, "bytes", bytes, byte[].class), bytes);
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void PL1_textOfAnySize_comesBackUnchanged(int size, Way way) {
        String text = text(size);
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSize(size);

        assertThat(way.bounce(this, "text", text, String.class).equals(text)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void PL1_nestedValueOfAnySize_comesBackUnchanged(int size, Way way) {
        Nested nested = new Nested(text(size), randomBytes(size), List.of(randomBytes(size), new byte[0]));

        assertThat(way.bounce(this, "nested", nested, Nested.class).equals(nested))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void PL1_largestPayload_comesBackUnchanged(Way way) {
        byte[] bytes = randomBytes(LARGEST);

        assertEqual(way.bounce(this, "bytes", bytes, byte[].class), bytes);
    }

    @Test
    void PL1_oneByteMoreThanTheLargest_isRefusedAtTheSender() {
        String refusal = ErrorCode.PAYLOAD_TOO_LARGE + " payload: " + (LARGEST + 1) + " bytes";

        assertThat(sizeRefused(renderer, LARGEST + 1)).startsWith(refusal);
        assertThat(renderer.invokeSync("size of failure", LARGEST + 1, String.class))
                .startsWith(refusal);
    }

    private static byte[] randomBytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** Returns a text of this many bytes, with characters of one to four of them, so that pieces end inside some. */
    private static String text(int bytes) {
        String unit = "aä€😀";
        int rest = bytes % 10;
        return unit.repeat(bytes / 10) + "0123456789".substring(0, rest);
    }

    private static void assertEqual(byte[] actual, byte[] expected) {
        assertThat(actual).hasSize(expected.length);
        assertThat(Arrays.mismatch(actual, expected)).isEqualTo(-1);
    }

    // ---- Kinds ---------------------------------------------------------------------------------------------------

    static Stream<Object> scalars() {
        return Stream.of(
                "text",
                "",
                true,
                false,
                (byte) -1,
                Short.MIN_VALUE,
                Integer.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                'ä',
                1.5f,
                -0.0,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY);
    }

    @ParameterizedTest
    @MethodSource("scalars")
    void IR2_IR3_IR6_X4_scalar_comesBackAsWhatItWas(Object value) {
        assertThat(renderer.invokeSync("any", value, Object.class)).isEqualTo(value);
    }

    @Test
    void null_arrivesAsNull() {
        assertThat(renderer.invokeSync("any", null, Object.class)).isNull();
        assertThat(renderer.invokeSync("text", null, String.class)).isNull();
        assertThat(renderer.invokeSync("everything", null, Everything.class)).isNull();
        assertThat(renderer.invokeSync("is null", null, boolean.class)).isTrue();
    }

    @Test
    void IR6_X4_nullInAMap_isNotTheSameAsAbsent() {
        Map<String, Object> map = new HashMap<>();
        map.put("null", null);

        assertThat(renderer.invokeSync("any", map, Object.class)).isEqualTo(map).isNotEqualTo(Map.of());
    }

    @ParameterizedTest
    @EnumSource
    void IR1_IR2_IR3_IR6_X4_recordOfEverything_comesBackEqual(Way way) {
        Map<Priority, DayOfWeek> plan = new EnumMap<>(Map.of(Priority.HIGH, DayOfWeek.MONDAY));
        Note note = new Note("7", "action", 3, null);
        Everything everything = new Everything(
                note,
                List.of(note, new Note("", "ä€😀", -1, "there")),
                Map.of("odd", List.of(1, 3, 5), "none", List.of()),
                plan,
                new Times(
                        new Date(1234567890123L),
                        Instant.parse("2026-02-28T23:59:59.123456789Z"),
                        LocalDate.of(2024, 2, 29),
                        LocalDateTime.of(1999, 12, 31, 23, 59, 59, 1),
                        ZonedDateTime.of(2026, 3, 29, 3, 0, 0, 0, ZoneId.of("Europe/Paris")),
                        Duration.ofSeconds(-5, 7)),
                new Numbers(
                        new BigDecimal("12345678901234567890.0987654321000"),
                        BigInteger.TWO.pow(200).negate(),
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        -0.0),
                new Nested("text", new byte[] {1, -1}, List.of(new byte[] {0}, new byte[0])));

        assertThat(way.bounce(this, "everything", everything, Everything.class)).isEqualTo(everything);
    }

    @Test
    void bean_comesBackEqual() {
        Person person = new Person();
        person.setName("Ada");
        person.setNicknames(List.of("the enchantress", "of numbers"));

        assertThat(renderer.invokeSync("person", person, Person.class))
                .usingRecursiveComparison()
                .isEqualTo(person);
    }

    @Test
    void enumConstantWithABody_isThatConstantThere() {
        assertThat(renderer.invokeSync("priority", Priority.HIGH, Priority.class))
                .isEqualTo(Priority.HIGH);
        assertThat(renderer.invokeSync("urgent", Priority.HIGH, boolean.class)).isTrue();
        assertThat(renderer.invokeSync("urgent", Priority.LOW, boolean.class)).isFalse();
    }

    @Test
    void collectionOfTypedElements_comesBackEqual() {
        List<Note> notes = List.of(new Note("1", "a", 1, null), new Note("2", "b", 2, "x"));
        Map<String, Set<Integer>> index = Map.of("primes", Set.of(2, 3, 5), "none", Set.of());

        assertThat(renderer.invokeSync("notes", notes, NOTES, PATIENT)).isEqualTo(notes);
        assertThat(renderer.invokeSync("index", index, INDEX, PATIENT)).isEqualTo(index);
    }

    @Test
    void protobufMessage_comesBackEqual() {
        Struct struct = Struct.newBuilder()
                .putFields(
                        "nothing",
                        Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build())
                .putFields(
                        "list",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder()
                                        .addValues(Value.newBuilder().setNumberValue(0.1))
                                        .addValues(Value.newBuilder().setStringValue("ä")))
                                .build())
                .build();
        Timestamp time = Timestamp.newBuilder().setSeconds(-1).setNanos(5).build();

        assertThat(renderer.invokeSync("struct", struct, Struct.class)).isEqualTo(struct);
        assertThat(renderer.invokeSync("timestamp", time, Timestamp.class)).isEqualTo(time);
    }
}
