package dev.valence.main.netty;

import static dev.valence.fixtures.FrameSink.body;
import static dev.valence.fixtures.FrameSink.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.fixtures.FrameSink;
import dev.valence.frame.FrameAssembler;
import dev.valence.frame.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadBufferTest {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true); // counts exactly
    private final FrameSink frames = new FrameSink(Wire.MAX_FRAME_BYTES);
    private final FrameAssembler assembler = new FrameAssembler(frames, () -> false);
    private final EmbeddedChannel channel = new EmbeddedChannel(); // for its configuration
    private final ReadBuffer buffer = new ReadBuffer();
    private final ExtendedHandle handle = buffer.newHandle();

    @AfterEach
    void everyBufferIsReleased() {
        channel.finish();
        buffer.release();
        assertThat(held()).isZero();
    }

    @Test
    void framesInReadsOfAnySize_areTheSameAndLeaveNothing() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 10; round++) {
            frames.received.clear();
            int[] sizes = new int[40];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = 1 + random.nextInt(random.nextInt(10) == 0 ? Wire.MAX_FRAME_BYTES : 1 << random.nextInt(15));
            }
            byte[] stream = stream(sizes);
            int largest = 1 << (8 + random.nextInt(12));
            for (int at = 0; at < stream.length; ) {
                int count = Math.min(1 + random.nextInt(largest), stream.length - at);
                readAll(ByteBuffer.wrap(stream, at, count), 1 + random.nextInt(3));
                at += count;
            }
            assertThat(buffer.isMidFrame()).isFalse();
            assertThat(held()).isZero();
            assertThat(frames.received).hasSameSizeAs(sizes);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(frames.received.get(i)).isEqualTo(body(sizes[i]));
            }
        }
    }

    @Test
    void frameInPieces_staysWhereItIs() throws IOException {
        ByteBuffer stream = ByteBuffer.wrap(stream(Wire.CHUNK_BYTES));
        readAll(stream.limit(8 * 1024), 1); // what the first buffer takes
        Set<Long> places = new HashSet<>();
        for (int end = 32 * 1024; end < stream.capacity(); end += 32 * 1024) {
            stream.limit(end);
            ByteBuf read = handle.allocate(allocator);
            places.add(read.memoryAddress());
            pass(stream, read);
            handle.readComplete();
        }
        assertThat(places).hasSize(1);
        assertThat(held()).isEqualTo(stream.capacity());
        readAll(stream.limit(stream.capacity()), 1);
        assertThat(frames.received).containsExactly(body(Wire.CHUNK_BYTES));
        assertThat(held()).isZero();
    }

    @Test
    void chunks_areReadOneByOneToTheirEnd() throws IOException {
        int[] sizes = new int[20];
        Arrays.fill(sizes, Wire.CHUNK_BYTES + 20);
        ByteBuffer stream = ByteBuffer.wrap(stream(sizes));
        while (frames.received.isEmpty()) {
            read(stream);
        }
        for (int chunk = 2; chunk <= sizes.length; chunk++) {
            read(stream);
            assertThat(frames.received).hasSize(chunk);
        }
    }

    @Test
    void partOfASmallFrame_takesNoMoreThanTheFrame() throws IOException {
        byte[] stream = stream(100, 100);
        for (int end = 105; end < stream.length; end++) {
            readAll(ByteBuffer.wrap(stream, 0, end), 1);
            assertThat(held()).isBetween(end - 104L, 104L);
            readAll(ByteBuffer.wrap(stream, end, stream.length - end), 1);
            assertThat(held()).isZero();
        }
    }

    @Test
    void beginOfALargeFrame_takesWhatCame() throws IOException {
        readAll(ByteBuffer.wrap(stream(Wire.MAX_FRAME_BYTES), 0, 100), 1);
        assertThat(held()).isEqualTo(100);
    }

    @Test
    void readOfNothing_losesNothing() throws IOException {
        byte[] stream = stream(1000);
        readAll(ByteBuffer.wrap(stream, 0, 500), 1);
        assertThat(handle.allocate(allocator).release()).isFalse(); // as Netty does if there was nothing to read
        handle.readComplete();
        assertThat(held()).isLessThanOrEqualTo(stream.length);
        readAll(ByteBuffer.wrap(stream, 500, stream.length - 500), 1);
        assertThat(frames.received).containsExactly(body(1000));
    }

    @Test
    void lengthThatNoFrameHas_keepsNothing() {
        ByteBuffer bytes = ByteBuffer.allocate(4).putInt(0, Wire.MAX_FRAME_BYTES + 1);
        assertThatThrownBy(() -> readAll(bytes, 1)).hasMessageStartingWith("frame length: ");
        assertThat(buffer.isMidFrame()).isFalse();
        assertThat(held()).isZero();
    }

    /** Reads, so many times in a row each time, until everything is read. */
    private void readAll(ByteBuffer socket, int inARow) throws IOException {
        while (socket.hasRemaining()) {
            handle.reset(channel.config());
            for (int i = 0; i < inARow && socket.hasRemaining(); i++) {
                read(socket);
            }
            handle.readComplete();
        }
    }

    private void read(ByteBuffer socket) throws IOException {
        pass(socket, handle.allocate(allocator));
    }

    private void pass(ByteBuffer socket, ByteBuf read) throws IOException {
        int count = Math.min(read.writableBytes(), socket.remaining());
        handle.attemptedBytesRead(read.writableBytes());
        read.writeBytes(socket.slice(socket.position(), count));
        socket.position(socket.position() + count);
        handle.lastBytesRead(count);
        buffer.take(read, assembler);
    }

    private long held() {
        return allocator.metric().usedDirectMemory();
    }
}
