package dev.valence.frame;

import static dev.valence.fixtures.FrameSink.body;
import static dev.valence.fixtures.FrameSink.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.fixtures.FrameSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameAssemblerTest {

    private static final int LIMIT = 5000;

    private final FrameSink frames = new FrameSink(LIMIT);
    private int stopAfter = Integer.MAX_VALUE;
    private final FrameAssembler assembler = new FrameAssembler(frames, () -> frames.received.size() >= stopAfter);

    @Test
    void framesCutAtEveryPlace_areTheSame() throws IOException {
        byte[] stream = stream(1, 2, 5, 300);
        for (int cut = 0; cut <= stream.length; cut++) {
            frames.received.clear();
            ByteBuffer bytes = ByteBuffer.wrap(stream, 0, cut);
            assembler.read(bytes);
            assertThat(assembler.read(bytes.limit(stream.length))).isZero();
            assertThat(bytes.hasRemaining()).isFalse();
            assertThat(frames.received).containsExactly(body(1), body(2), body(5), body(300));
        }
    }

    @Test
    void framesInPiecesOfAnySize_areTheSame() throws IOException {
        Random random = new Random(1);
        int[] sizes = random.ints(200, 1, 3000).toArray();
        byte[] stream = stream(sizes);
        for (int round = 0; round < 50; round++) {
            frames.received.clear();
            ByteBuffer left = ByteBuffer.allocate(0);
            for (int at = 0; at < stream.length; ) {
                int count = Math.min(1 + random.nextInt(1 << random.nextInt(14)), stream.length - at);
                ByteBuffer direct = ByteBuffer.allocateDirect(left.remaining() + count);
                left = direct.put(left).put(stream, at, count).flip();
                int needed = assembler.read(left);
                assertThat(needed > left.remaining()).isEqualTo(left.hasRemaining());
                at += count;
            }
            assertThat(left.hasRemaining()).isFalse();
            assertThat(frames.received).hasSameSizeAs(sizes);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(frames.received.get(i)).isEqualTo(body(sizes[i]));
            }
        }
    }

    @Test
    void frame_isNotCopied() throws IOException {
        byte[] stream = stream(10);
        AtomicReference<byte[]> passed = new AtomicReference<>();
        frames.afterEach(frame -> passed.set(frame.array()));
        assembler.read(ByteBuffer.wrap(stream));
        assertThat(passed.get()).isSameAs(stream);
    }

    @Test
    void frameThatIsNotWhole_staysAndSaysWhatItTakes() throws IOException {
        byte[] stream = stream(7, 3);
        int begin = Wire.PREFIX_BYTES + 7;
        for (int end = begin; end < stream.length; end++) {
            frames.received.clear();
            ByteBuffer bytes = ByteBuffer.wrap(stream, 0, end);
            int came = end - begin;
            int isKnown = came < Wire.PREFIX_BYTES ? Wire.PREFIX_BYTES : Wire.PREFIX_BYTES + 3;
            assertThat(assembler.read(bytes)).isEqualTo(came == 0 ? 0 : isKnown);
            assertThat(bytes.position()).isEqualTo(begin);
            assertThat(bytes.limit()).isEqualTo(end);
            assertThat(frames.received).containsExactly(body(7));
        }
    }

    @Test
    void handlerThatMovesTheBuffer_doesNotMatter() throws IOException {
        frames.afterEach(ByteBuffer::clear);
        assembler.read(ByteBuffer.wrap(stream(7, 3, 300)));
        assertThat(frames.received).containsExactly(body(7), body(3), body(300));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, LIMIT + 1, 0x48545450})
    void lengthThatNoFrameHas_isRefused(int length) {
        ByteBuffer prefix = ByteBuffer.allocate(4).putInt(0, length);
        assertThatThrownBy(() -> assembler.read(prefix))
                .isInstanceOf(IOException.class)
                .hasMessage("frame length: " + Integer.toUnsignedString(length) + " (expected: 1 to " + LIMIT + ")");
        assertThat(frames.received).isEmpty();
    }

    @Test
    void longestFrame_isAccepted() throws IOException {
        assembler.read(ByteBuffer.wrap(stream(LIMIT)));
        assertThat(frames.received).containsExactly(body(LIMIT));
    }

    @Test
    void onceStopped_theRestIsIgnored() throws IOException {
        stopAfter = 2;
        ByteBuffer stream = ByteBuffer.wrap(stream(1, 2, 3, 4));
        assertThat(assembler.read(stream)).isZero();
        assertThat(stream.hasRemaining()).isFalse();
        assertThat(assembler.read(ByteBuffer.wrap(stream(5)))).isZero();
        assertThat(frames.received).containsExactly(body(1), body(2));
    }
}
