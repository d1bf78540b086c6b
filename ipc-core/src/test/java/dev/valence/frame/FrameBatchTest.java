package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.fixtures.ProtoFrames;
import dev.valence.fixtures.RecordingHandler;
import dev.valence.fixtures.TestFrames;
import dev.valence.proto.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameBatchTest {

    private final RecordingHandler source = new RecordingHandler("source");
    private final FrameBatch batch = new FrameBatch(source);

    @Test
    void noFrames_makeNoBatch() {
        assertThat(batch.take()).isZero();
    }

    @Test
    void smallFrames_shareABatchUpToItsSize() throws IOException {
        int each = 1024 - Wire.PREFIX_BYTES;
        for (int i = 0; i < 65; i++) {
            source.queue(TestFrames.ofSize(i, each));
        }
        assertThat(takeAll()).containsExactly(FrameBatch.BYTES, 1024);
    }

    @Test
    void frameThatDoesNotFit_waitsForTheNextBatch() throws IOException {
        source.queue(TestFrames.numbered(1));
        source.queue(TestFrames.ofSize(2, Wire.MAX_FRAME_BYTES));
        source.queue(TestFrames.numbered(3));
        int small = ProtoFrames.size(TestFrames.numbered(1));
        assertThat(takeAll()).containsExactly(small, FrameBatch.MAX_BYTES, small);
    }

    @Test
    void batch_saysHowManyFramesItHasAndWhetherThereAreMore() {
        source.queue(TestFrames.numbered(1));
        source.queue(TestFrames.numbered(2));
        source.queue(TestFrames.ofSize(3, Wire.MAX_FRAME_BYTES));
        int size = batch.take();
        assertThat(batch.count()).isEqualTo(2);
        assertThat(batch.isExhausted()).isFalse();
        batch.writeTo(ByteBuffer.allocate(size));
        batch.take(); // is full, so nobody asks whether there is another
        assertThat(batch.isExhausted()).isFalse();
        batch.writeTo(ByteBuffer.allocate(FrameBatch.MAX_BYTES));
        source.queue(TestFrames.numbered(4));
        batch.take();
        assertThat(batch.count()).isEqualTo(1);
        assertThat(batch.isExhausted()).isTrue();
    }

    @Test
    void frameLongerThanTheWireAllows_isRefused() {
        source.queue(TestFrames.ofSize(1, Wire.MAX_FRAME_BYTES + 1));
        assertThatThrownBy(batch::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("frame: 327681 bytes (expected: at most 327680)");
    }

    /** Takes batches until there are none and checks that each says its size and that the frames come in order. */
    private List<Integer> takeAll() throws IOException {
        List<Integer> sizes = new ArrayList<>();
        RecordingHandler sink = new RecordingHandler("sink");
        FrameAssembler assembler = new FrameAssembler(sink, () -> false);
        for (int size = batch.take(); size > 0; size = batch.take()) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(size);
            batch.writeTo(bytes);
            assertThat(bytes.hasRemaining()).isFalse();
            assertThat(assembler.read(bytes.flip())).isZero();
            sizes.add(size);
        }
        long last = -1;
        while (sink.unread() > 0) {
            Frame frame = sink.next();
            assertThat(TestFrames.numberOf(frame)).isGreaterThan(last);
            last = TestFrames.numberOf(frame);
        }
        return sizes;
    }
}
