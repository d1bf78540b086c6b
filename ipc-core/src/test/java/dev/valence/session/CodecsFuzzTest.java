package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.TypeRef;
import dev.valence.proto.Frame;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure can be repeated. */
class CodecsFuzzTest {

    private static final int ROUNDS = Boolean.getBoolean("valence.full") ? 2_000_000 : 50_000;

    private static final List<TypeRef<?>> TYPES = List.of(
            TypeRef.of(Object.class),
            TypeRef.of(String.class),
            TypeRef.of(byte[].class),
            TypeRef.of(boolean.class),
            TypeRef.of(byte.class),
            TypeRef.of(short.class),
            TypeRef.of(int.class),
            TypeRef.of(long.class),
            TypeRef.of(float.class),
            TypeRef.of(double.class),
            TypeRef.of(char.class),
            TypeRef.of(Number.class),
            TypeRef.of(Void.class),
            TypeRef.of(Frame.class),
            new TypeRef<Map<String, List<Integer>>>() {});

    private final Codecs codecs = new Codecs(List.of());

    @Test
    void arbitraryBytes_areDecodedOrDecodeFailed() {
        Random random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            Payload payload = new Payload(random.nextInt(10), bytes);
            TypeRef<?> type = TYPES.get(random.nextInt(TYPES.size()));
            try {
                codecs.decode(payload, type);
            } catch (IpcException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED);
            } catch (Throwable e) {
                throw new AssertionError("round " + round + ": " + payload + " as " + type, e);
            }
        }
    }

    @Test
    void arbitraryStrings_arriveEqualOrAreEncodeFailed() {
        Random random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            String text = random.ints(random.nextInt(6), 0xD7F0, 0xE010)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            boolean wellFormed = text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
            if (wellFormed) {
                assertThat(codecs.decode(codecs.encode(text), TypeRef.of(String.class)))
                        .isEqualTo(text);
            } else {
                assertThatCode(() -> codecs.encode(text)).isInstanceOf(IpcException.class);
            }
        }
    }
}
