package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameAssemblerTest {

    private final Collector frames = new Collector();
    private final FrameAssembler assembler =
            new FrameAssembler(frames, () -> frames.received.size() >= frames.stopAfter);

    @Test
    void framesCutAtEveryPlace_areTheSame() throws IOException {
        byte[] stream = stream(1, 2, 5, 300);
        for (int cut = 0; cut <= stream.length; cut++) {
            frames.received.clear();
            assembler.read(ByteBuffer.wrap(stream, 0, cut));
            assembler.read(ByteBuffer.wrap(stream, cut, stream.length - cut));
            assertThat(frames.received).containsExactly(body(1), body(2), body(5), body(300));
            assertThat(assembler.isMidFrame()).isFalse();
        }
    }

    @Test
    void framesInPiecesOfAnySize_areTheSame() throws IOException {
        Random random = new Random(1);
        int[] sizes = random.ints(200, 1, 3000).toArray();
        byte[] stream = stream(sizes);
        for (int round = 0; round < 50; round++) {
            frames.received.clear();
            for (int at = 0; at < stream.length; ) {
                int count = Math.min(1 + random.nextInt(1 << random.nextInt(14)), stream.length - at);
                ByteBuffer direct = ByteBuffer.allocateDirect(count).put(stream, at, count);
                assembler.read(direct.flip());
                assertThat(direct.hasRemaining()).isFalse();
                at += count;
            }
            assertThat(frames.received).hasSameSizeAs(sizes);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(frames.received.get(i)).isEqualTo(body(sizes[i]));
            }
        }
    }

    @Test
    void frameThatIsWhole_isNotCopied() throws IOException {
        byte[] stream = stream(10);
        assembler.read(ByteBuffer.wrap(stream));
        assertThat(frames.last.array()).isSameAs(stream);
    }

    @Test
    void middleOfAFrame_isKnown() throws IOException {
        byte[] stream = stream(3);
        assertThat(assembler.isMidFrame()).isFalse();
        for (int i = 0; i < stream.length; i++) {
            assembler.read(ByteBuffer.wrap(stream, i, 1));
            assertThat(assembler.isMidFrame()).isEqualTo(i < stream.length - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Collector.LIMIT + 1, 0x48545450})
    void lengthThatNoFrameHas_isRefused(int length) {
        ByteBuffer prefix = ByteBuffer.allocate(4).putInt(0, length);
        assertThatThrownBy(() -> assembler.read(prefix))
                .isInstanceOf(IOException.class)
                .hasMessage("frame length: " + Integer.toUnsignedString(length) + " (expected: 1 to " + Collector.LIMIT
                        + ")");
        assertThat(frames.received).isEmpty();
    }

    @Test
    void longestFrame_isAccepted() throws IOException {
        assembler.read(ByteBuffer.wrap(stream(Collector.LIMIT)));
        assertThat(frames.received).containsExactly(body(Collector.LIMIT));
    }

    @Test
    void onceStopped_theRestIsIgnored() throws IOException {
        frames.stopAfter = 2;
        ByteBuffer stream = ByteBuffer.wrap(stream(1, 2, 3, 4));
        assembler.read(stream);
        assembler.read(ByteBuffer.wrap(stream(5)));
        assertThat(frames.received).containsExactly(body(1), body(2));
    }

    private static byte[] stream(int... sizes) {
        int length = 0;
        for (int size : sizes) {
            length += Wire.PREFIX_BYTES + size;
        }
        ByteBuffer stream = ByteBuffer.allocate(length);
        for (int size : sizes) {
            stream.putInt(size).put(body(size));
        }
        return stream.array();
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private static final class Collector implements FrameHandler {

        static final int LIMIT = 5000;

        final List<byte[]> received = new ArrayList<>();
        ByteBuffer last;
        int stopAfter = Integer.MAX_VALUE;

        @Override
        public void onFrame(ByteBuffer frame) {
            last = frame;
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            received.add(bytes);
        }

        @Override
        public OutFrame nextFrame() {
            return null;
        }

        @Override
        public void onClosed(IOException cause) {}

        @Override
        public int maxFrameBytes() {
            return LIMIT;
        }
    }
}
