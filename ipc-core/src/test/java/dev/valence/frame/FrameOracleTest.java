package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.ProtoFrames;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.proto.Close;
import dev.valence.proto.Feature;
import dev.valence.proto.Frame;
import dev.valence.proto.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reader and the writer of frames do what the code does that protobuf generates of {@code frame.proto}: with the frames of
 * every released version, with frames at random, and with bytes that may be none. Seeded, so that a failure can be repeated.
 */
class FrameOracleTest {

    private static final int ROUNDS = Boolean.getBoolean("valence.full") ? 300_000 : 30_000;
    private static final Path GOLDEN = Path.of("../proto/src/test/resources/golden/v1.0.txt");

    private final FrameReader reader = new FrameReader(); // one for all: what it keeps must not matter

    static List<String> golden() throws IOException {
        return Files.readAllLines(GOLDEN);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void goldenFrame_isReadAndWrittenAsItIs(String line) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(line.split(" ", 2)[1]);
        assertTakenOrRefused(bytes);
    }

    @Test
    void framesAtRandom_areReadAndWrittenAsTheyAre() throws Exception {
        SplittableRandom random = new SplittableRandom(20260102);
        for (int round = 0; round < ROUNDS; round++) {
            assertTakenOrRefused(OracleFrames.random(random).toByteArray());
        }
    }

    @Test
    void mutatedBytes_areTakenOrRefusedAlike() throws Exception {
        SplittableRandom random = new SplittableRandom(20260103);
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(OracleFrames.random(random).toByteArray(), random);
            taken += assertTakenOrRefused(bytes) ? 1 : 0;
        }
        assertThat(taken).isBetween(ROUNDS / 10, ROUNDS * 9 / 10); // or the mutations say little
    }

    @Test
    void messagesLikeTheOneBefore_areReadAsIfThereWereNone() throws Exception {
        SplittableRandom random = new SplittableRandom(20260106);
        for (int round = 0; round < ROUNDS / 10; round++) {
            Frame frame = OracleFrames.randomMessage(random);
            byte[] bytes = frame.toByteArray();
            assertTakenOrRefused(bytes);
            for (int i = 0; i < 3; i++) {
                ByteString payload = ByteString.copyFrom(new byte[random.nextInt(200)]);
                Frame other = frame.toBuilder()
                        .setMessage(frame.getMessage().toBuilder().setPayload(payload))
                        .build();
                assertTakenOrRefused(other.toByteArray());
                assertTakenOrRefused(mutated(other.toByteArray(), random));
                assertTakenOrRefused(mutated(bytes, random));
                ByteString behind =
                        OracleFrames.randomMessage(random).getMessage().toByteString();
                assertTakenOrRefused(
                        OracleFrames.ofMessage(frame.getMessage().toByteString().concat(behind)));
                assertTakenOrRefused(OracleFrames.ofMessage(frame.getMessage().toByteString()));
            }
        }
    }

    @Test
    void arbitraryBytes_areTakenOrRefusedAlike() throws Exception {
        SplittableRandom random = new SplittableRandom(20260104);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            if (bytes.length > 2 && random.nextBoolean()) { // a body, and bytes that may be one
                bytes[0] = (byte) (2 + 8 * (4 + random.nextInt(11)));
                bytes[1] = (byte) (bytes.length - 2);
            }
            assertTakenOrRefused(bytes);
        }
    }

    @Test
    void textsAtRandom_areWrittenAsProtobufWritesThem() {
        SplittableRandom random = new SplittableRandom(20260105);
        for (int round = 0; round < ROUNDS; round++) {
            String text = random.ints(random.nextInt(8), 0, 0x11000)
                    .map(c -> random.nextInt(3) == 0 ? 0xD7F0 + c % 0x820 : c % (1 << random.nextInt(1, 17)))
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            byte[] own = ProtoFrames.bytes(OutFrame.of(new dev.valence.frame.Frame.Close(1, text)));
            Frame frame = Frame.newBuilder()
                    .setClose(Close.newBuilder().setCode(1).setReason(text))
                    .build();
            assertThat(own).as("%s", text).isEqualTo(frame.toByteArray());
        }
    }

    @Test
    void constants_areThoseOfTheSchema() {
        assertThat(Wire.DATA_LANE).isEqualTo(Lane.LANE_DATA_VALUE);
        assertThat(Wire.REPLY_LANE).isEqualTo(Lane.LANE_REPLY_VALUE);
        assertThat(Wire.FEATURE_STREAMS).isEqualTo(Feature.FEATURE_STREAMS_VALUE);
        assertThat(Wire.FEATURE_PORTS).isEqualTo(Feature.FEATURE_PORTS_VALUE);
        assertThat(Wire.FEATURE_REGIONS).isEqualTo(Feature.FEATURE_REGIONS_VALUE);
        assertThat(Wire.FEATURE_THREAD_DUMPS).isEqualTo(Feature.FEATURE_THREAD_DUMPS_VALUE);
        assertThat(Wire.CLIENT_JVM).isEqualTo(dev.valence.proto.ClientKind.CLIENT_JVM_VALUE);
    }

    private static Frame parsed(byte[] bytes) {
        try {
            return Frame.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** Returns whether they were taken. */
    private boolean assertTakenOrRefused(byte[] bytes) throws IOException {
        Frame frame = parsed(bytes);
        boolean isTaken = frame != null && OracleFrames.isTaken(bytes, frame);
        if (isTaken && hasEndlessNumber(bytes)) {
            return false; // protobuf-java takes some of these, depending on what follows
        }
        if (isTaken) {
            assertReadAndWritten(bytes, frame);
        } else {
            assertRefused(bytes);
        }
        return isTaken;
    }

    /** Whether the reader says that a number has ten bytes and goes on. */
    private boolean hasEndlessNumber(byte[] bytes) {
        int longest = 0;
        for (int i = 0, run = 0; i < bytes.length; i++) {
            run = bytes[i] < 0 ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        if (longest < 10) {
            return false;
        }
        try {
            var unused = reader.read(ByteBuffer.wrap(bytes));
            return false;
        } catch (IpcException e) {
            return e.getMessage().equals("not a frame: a number of more than 10 bytes (expected: fewer)");
        }
    }

    private void assertReadAndWritten(byte[] bytes, Frame frame) {
        Frame known = OracleFrames.known(frame);
        for (ByteBuffer buffer : List.of(ByteBuffer.wrap(bytes), inTheMiddle(bytes))) {
            dev.valence.frame.Frame read;
            try {
                read = reader.read(buffer);
            } catch (RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes) + ": " + frame, e);
            }
            assertThat(reader.origin()).isEqualTo(frame.getOrigin());
            assertThat(reader.destination()).isEqualTo(frame.getDestination());
            byte[] payload = new byte[buffer.remaining()];
            buffer.get(payload);
            byte[] written = ProtoFrames.bytes(OutFrame.of(read, payload, 0, payload.length));
            if (!Arrays.equals(written, known.toByteArray())) {
                assertThat(parsed(written)).as(HexFormat.of().formatHex(bytes)).isEqualTo(known);
                assertThat(written).isEqualTo(known.toByteArray());
            }
            if (read instanceof Opening opening && opening.kind() == Kind.MESSAGE) {
                OutFrame headed = OutFrame.of(new MessageHeader(opening), payload);
                assertThat(ProtoFrames.bytes(headed)).isEqualTo(written);
            }
            ByteBuffer direct = ByteBuffer.allocateDirect(Wire.PREFIX_BYTES + written.length);
            OutFrame.of(read, payload, 0, payload.length).writeTo(direct);
            assertThat(direct.flip().getInt()).isEqualTo(written.length);
            assertThat(direct).isEqualTo(ByteBuffer.wrap(written));
        }
    }

    private void assertRefused(byte[] bytes) {
        for (ByteBuffer buffer : List.of(ByteBuffer.wrap(bytes), inTheMiddle(bytes))) {
            try {
                dev.valence.frame.Frame read = reader.read(buffer);
                throw new AssertionError("not refused: " + HexFormat.of().formatHex(bytes) + ", read as " + read);
            } catch (IpcException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
                assertThat(e).hasMessageStartingWith("not a frame: ");
            } catch (RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes), e);
            }
        }
    }

    /** Returns bytes as a transport may have them: outside the heap, and with others around them. */
    private static ByteBuffer inTheMiddle(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length + 20)
                .put(new byte[] {8, 8, 8, 8, 8, 8, 8})
                .put(bytes)
                .flip()
                .position(7);
    }

    private static byte[] mutated(byte[] bytes, SplittableRandom random) {
        byte[] mutated = bytes;
        for (int i = random.nextInt(3); i >= 0 && mutated.length > 0; i--) {
            int at = random.nextInt(mutated.length);
            int length = random.nextInt(Math.min(6, mutated.length - at + 1));
            switch (random.nextInt(6)) {
                case 0 -> {
                    mutated = mutated.clone();
                    mutated[at] ^= (byte) (1 << random.nextInt(8));
                }
                case 1 -> {
                    mutated = mutated.clone();
                    mutated[at] = (byte) random.nextInt();
                }
                case 2 -> mutated = joined(Arrays.copyOf(mutated, at), tail(mutated, at + length));
                case 3 -> mutated = joined(Arrays.copyOf(mutated, at + length), tail(mutated, at));
                case 4 -> mutated = Arrays.copyOf(mutated, at);
                default -> { // a field again, or another one, and perhaps a second body
                    mutated = joined(mutated, OracleFrames.random(random).toByteArray());
                }
            }
        }
        return mutated;
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
