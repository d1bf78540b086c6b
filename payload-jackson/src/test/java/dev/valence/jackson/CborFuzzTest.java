package dev.valence.jackson;

import dev.valence.TypeRef;
import dev.valence.jackson.Values.Level;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure can be repeated. */
class CborFuzzTest {

    private static final int ROUNDS = Boolean.getBoolean("valence.full") ? 2_000_000 : 50_000;

    record Everything(
            int number,
            double fraction,
            char letter,
            String text,
            byte[] bytes,
            List<String> list,
            Map<String, Long> map,
            BigDecimal exact,
            BigInteger big,
            Instant instant,
            ZonedDateTime zoned,
            Duration duration,
            Date date,
            Optional<Everything> inner,
            Level level,
            EnumMap<Level, Integer> byLevel,
            Object any,
            UUID uuid,
            URI uri,
            int[] ints) {}

    private static final List<Type> TYPES = List.of(
            Object.class,
            String.class,
            Integer.class,
            Double.class,
            BigDecimal.class,
            BigInteger.class,
            byte[].class,
            int[].class,
            char[].class,
            Instant.class,
            UUID.class,
            Level.class,
            Throwable.class,
            new TypeRef<Map<String, List<Integer>>>() {}.type(),
            new TypeRef<Optional<Set<String>>>() {}.type());

    private final CborCodec codec = new CborCodec();

    @Test
    void arbitraryBytes_areDecodedOrRefused() {
        Random random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            decode(bytes, TYPES.get(random.nextInt(TYPES.size())));
        }
    }

    @Test
    void damagedBytes_areDecodedOrRefused() {
        byte[] whole = codec.encode(everything());
        Random random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes =
                    Arrays.copyOf(whole, random.nextInt(3) == 0 ? random.nextInt(whole.length) + 1 : whole.length);
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            decode(bytes, random.nextBoolean() ? Everything.class : TYPES.get(random.nextInt(TYPES.size())));
        }
    }

    private void decode(byte[] bytes, Type type) {
        try {
            codec.decode(bytes, type);
        } catch (Exception expected) {
            // An error is none
        } catch (Error e) {
            throw new AssertionError(HexFormat.of().formatHex(bytes) + " as " + type, e);
        }
    }

    private static Everything everything() {
        return new Everything(
                1,
                1.5,
                'c',
                "strä",
                new byte[] {1, 2},
                List.of("a", "b"),
                Map.of("k", 1L << 40),
                new BigDecimal("1.20"),
                BigInteger.TWO.pow(90),
                Instant.EPOCH,
                ZonedDateTime.parse("2024-02-29T23:59:59+01:00[Europe/Berlin]"),
                Duration.ofSeconds(3),
                new Date(0),
                Optional.empty(),
                Level.HIGH,
                new EnumMap<>(Map.of(Level.LOW, 1)),
                List.of(1, "x", Map.of("y", 2.5)),
                new UUID(1, 2),
                URI.create("a:b"),
                new int[] {1, 2, 70_000});
    }
}
