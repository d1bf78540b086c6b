package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReassemblyTest {

    private static final int KIB = 1024;
    private static final int MAX = 1_000_000;

    private final Reassembly<String> reassembly = new Reassembly<>(MAX);

    @Test
    void pieces_becomeThePayload() {
        byte[] whole = new byte[2 * KIB + 3];
        new SplittableRandom(1).nextBytes(whole);
        reassembly.begin("header", 7, whole.length, ByteBuffer.wrap(whole, 0, KIB));
        assertThat(reassembly.isUnderWay()).isTrue();
        assertThat(reassembly.missing()).isEqualTo(KIB + 3);
        reassembly.take(chunk(7, true), ByteBuffer.wrap(whole, KIB, KIB));
        assertThat(reassembly.missing()).isEqualTo(3);
        reassembly.take(chunk(7, false), ByteBuffer.wrap(whole, 2 * KIB, 3));
        assertThat(reassembly.bytes()).isEqualTo(whole);
        assertThat(reassembly.end()).isEqualTo("header");
        assertThat(reassembly.isUnderWay()).isFalse();
        reassembly.begin("next", 8, KIB + 1, bytes(KIB));
        reassembly.take(chunk(8, false), bytes(1));
        assertThat(reassembly.bytes()).hasSize(KIB + 1);
    }

    /** Room is made by another thread, so how many pieces are copied before the last one differs. */
    @Test
    void largePayload_isPutTogetherWhileItComes() {
        byte[] whole = new byte[40 * Wire.CHUNK_BYTES + 5];
        new SplittableRandom(2).nextBytes(whole);
        Reassembly<String> large = new Reassembly<>(whole.length);
        large.begin("header", 7, whole.length, ByteBuffer.wrap(whole, 0, Wire.CHUNK_BYTES));
        for (int offset = Wire.CHUNK_BYTES; offset < whole.length; offset += Wire.CHUNK_BYTES) {
            int length = Math.min(Wire.CHUNK_BYTES, whole.length - offset);
            large.take(chunk(7, offset + length < whole.length), ByteBuffer.wrap(whole, offset, length));
            if (offset == 20 * Wire.CHUNK_BYTES) {
                Awaitility.await().until(() -> large.pieces().hasRoom());
            }
        }
        assertThat(large.bytes()).isEqualTo(whole);
    }

    @Test
    void roomForALargePayload_isMadeOnceAQuarterIsThere() {
        int pieces = 16;
        Reassembly<String> large = new Reassembly<>(pieces * Wire.CHUNK_BYTES);
        large.begin("header", 7, pieces * Wire.CHUNK_BYTES, bytes(Wire.CHUNK_BYTES));
        large.take(chunk(7, true), bytes(Wire.CHUNK_BYTES));
        large.take(chunk(7, true), bytes(Wire.CHUNK_BYTES));
        assertThat(large.pieces().isRoomAsked()).isFalse();
        large.take(chunk(7, true), bytes(Wire.CHUNK_BYTES));
        assertThat(large.pieces().isRoomAsked()).isTrue();
    }

    @Test
    void roomForALittlePayload_isMadeAtOnce() {
        int little = 4 * Wire.CHUNK_BYTES;
        assertThat(begun(little).pieces().hasRoom()).isTrue();
        assertThat(begun(little + 1).pieces().hasRoom()).isFalse();
    }

    private static Reassembly<String> begun(int size) {
        Reassembly<String> begun = new Reassembly<>(size);
        begun.begin("header", 7, size, bytes(KIB));
        return begun;
    }

    @Test
    void abortedPayload_isForgotten() {
        reassembly.begin("header", 7, 2 * KIB, bytes(KIB));
        reassembly.take(new Chunk(7, Wire.DATA_LANE, false, true), bytes(0));
        reassembly.end();
        assertThat(reassembly.isUnderWay()).isFalse();
        broken("chunk of 7 (expected: none)", () -> reassembly.take(chunk(7, true), bytes(KIB)));
    }

    @Test
    void chunkOfAnotherPayload_isBroken() {
        reassembly.begin("header", 7, 3 * KIB, bytes(KIB));
        Chunk abort = new Chunk(8, Wire.DATA_LANE, false, true);
        broken("chunk of 8 (expected: one of 7)", () -> reassembly.take(chunk(8, true), bytes(KIB)));
        broken("chunk of 8 (expected: one of 7)", () -> reassembly.take(abort, bytes(0)));
    }

    @Test
    void sizeThatCannotBe_isBroken() {
        for (long size : new long[] {0, -1, Long.MIN_VALUE, MAX + 1, Long.MAX_VALUE}) {
            broken(
                    "size: " + size + " (expected: 1 to 1000000)",
                    () -> reassembly.begin("header", 7, size, bytes(KIB)));
        }
    }

    @Test
    void piecesThatDoNotAddUp_areBroken() {
        broken(
                "pieces of 1024 bytes, more=true (expected: 1024 in all)",
                () -> reassembly.begin("h", 7, KIB, bytes(KIB)));
        broken(
                "pieces of 1025 bytes, more=true (expected: 1024 in all)",
                () -> reassembly.begin("h", 7, KIB, bytes(KIB + 1)));
        Reassembly<String> early = new Reassembly<>(MAX);
        early.begin("h", 7, 2 * KIB, bytes(KIB));
        broken("pieces of 1025 bytes, more=false (expected: 2048 in all)", () -> early.take(chunk(7, false), bytes(1)));
        Reassembly<String> late = new Reassembly<>(MAX);
        late.begin("h", 7, 2 * KIB, bytes(KIB));
        broken(
                "pieces of 2049 bytes, more=false (expected: 2048 in all)",
                () -> late.take(chunk(7, false), bytes(KIB + 1)));
    }

    @Test
    void pieceOfAWrongLength_isBroken() {
        broken("empty piece of a payload (expected: 1 byte or more)", () -> reassembly.begin("h", 7, 4, bytes(0)));
        broken(
                "piece of a payload: 1023 bytes (expected: at least 1024, unless it is the last)",
                () -> new Reassembly<>(MAX).begin("h", 7, MAX, bytes(KIB - 1)));
        broken(
                "payload of one frame: 262145 bytes (expected: at most 262144)",
                () -> new Reassembly<>(MAX).begin("h", 7, MAX, bytes(Wire.CHUNK_BYTES + 1)));
    }

    private static void broken(String message, ThrowingCallable action) {
        assertThatThrownBy(action)
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
    }

    private static Chunk chunk(long id, boolean more) {
        return new Chunk(id, Wire.DATA_LANE, more, false);
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size);
    }
}
