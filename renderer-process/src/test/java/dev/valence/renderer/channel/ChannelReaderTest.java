package dev.valence.renderer.channel;

import static dev.valence.fixtures.FrameSink.body;
import static dev.valence.fixtures.FrameSink.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.fixtures.FrameSink;
import dev.valence.frame.FrameAssembler;
import dev.valence.frame.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChannelReaderTest {

    private final FrameSink frames = new FrameSink(Wire.MAX_FRAME_BYTES);
    private final Socket socket = new Socket();
    private final ChannelReader reader = new ChannelReader(socket, new FrameAssembler(frames, () -> false));

    @Test
    void framesInReadsOfAnySize_areTheSame() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 30; round++) {
            frames.received.clear();
            int[] sizes = new int[40];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = 1 + random.nextInt(random.nextInt(10) == 0 ? Wire.MAX_FRAME_BYTES : 1 << random.nextInt(15));
            }
            byte[] stream = stream(sizes);
            int largest = 1 << (4 + random.nextInt(16));
            for (int at = 0; at < stream.length; ) {
                int count = Math.min(1 + random.nextInt(largest), stream.length - at);
                readAll(ByteBuffer.wrap(stream, at, count));
                at += count;
            }
            assertThat(reader.isMidFrame()).isFalse();
            assertThat(frames.received).hasSameSizeAs(sizes);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(frames.received.get(i)).isEqualTo(body(sizes[i]));
            }
        }
    }

    @Test
    void chunks_areReadOneByOneToTheirEnd() throws IOException {
        int[] sizes = new int[20];
        Arrays.fill(sizes, Wire.CHUNK_BYTES + 20);
        socket.bytes = ByteBuffer.wrap(stream(sizes));
        while (frames.received.isEmpty()) {
            reader.read();
        }
        for (int chunk = 2; chunk <= sizes.length; chunk++) {
            reader.read();
            assertThat(frames.received).hasSize(chunk);
        }
    }

    @Test
    void fullBuffer_isTold() throws IOException {
        socket.bytes = ByteBuffer.wrap(stream(100, Wire.MAX_FRAME_BYTES));
        assertThat(reader.read()).isEqualTo(ChannelReader.Outcome.BUFFER_FULL);
        assertThat(reader.isMidFrame()).isTrue();
        assertThat(reader.read()).isEqualTo(ChannelReader.Outcome.BUFFER_FULL);
        assertThat(reader.isMidFrame()).isFalse();
        assertThat(reader.read()).isEqualTo(ChannelReader.Outcome.NOTHING_TO_READ);
        socket.bytes = ByteBuffer.wrap(stream(100));
        assertThat(reader.read()).isEqualTo(ChannelReader.Outcome.READ);
        socket.isClosed = true;
        assertThat(reader.read()).isEqualTo(ChannelReader.Outcome.END);
    }

    @Test
    void lengthThatNoFrameHas_takesNoMemory() {
        socket.bytes = ByteBuffer.allocate(4).putInt(0, Wire.MAX_FRAME_BYTES + 1);
        assertThatThrownBy(reader::read).hasMessageStartingWith("frame length: ");
    }

    private void readAll(ByteBuffer bytes) throws IOException {
        socket.bytes = bytes;
        while (bytes.hasRemaining()) {
            reader.read();
        }
    }

    /** Gives what is there, as a socket does. */
    private static final class Socket implements ReadableByteChannel {

        private ByteBuffer bytes = ByteBuffer.allocate(0);
        private boolean isClosed;

        @Override
        public int read(ByteBuffer to) {
            if (isClosed) {
                return -1;
            }
            int count = Math.min(to.remaining(), bytes.remaining());
            to.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return !isClosed;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
