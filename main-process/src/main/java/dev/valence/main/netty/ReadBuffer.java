package dev.valence.main.netty;

import dev.valence.frame.FrameAssembler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a channel reads into. While a frame is there in part, the next read goes behind that part, into a buffer with room for
 * the whole frame; between frames each read has a buffer of its own, and the connection none.
 *
 * <p><b>Threads.</b> Event loop only.
 *
 * <p><b>Ownership.</b> A buffer with a part of a frame is kept here; Netty gets it once more for each read, and gives it back to
 * {@link #take}, or releases it if there was nothing to read.
 */
final class ReadBuffer implements RecvByteBufAllocator {

    private static final int MOST_BYTES = 256 * 1024;
    private static final RecvByteBufAllocator SIZES = new AdaptiveRecvByteBufAllocator(1024, 8 * 1024, MOST_BYTES);

    private @Nullable ByteBuf part; // from its reader index on, what there is of a frame that has not come whole
    private int needed; // bytes that this frame takes in all, as far as is known

    /**
     * Cuts what was read into frames and keeps what is left of the last one.
     *
     * @param read taken over
     */
    void take(ByteBuf read, FrameAssembler assembler) throws IOException {
        ByteBuf before = part;
        part = null;
        try {
            ByteBuffer bytes = read.internalNioBuffer(read.readerIndex(), read.readableBytes());
            needed = assembler.read(bytes);
            if (needed > 0) {
                part = read.readerIndex(read.writerIndex() - bytes.remaining());
            }
        } finally {
            if (part == null) {
                read.release();
            }
            if (before != null) {
                before.release();
            }
        }
    }

    /** Returns whether the bytes so far end in the middle of a frame. */
    boolean isMidFrame() {
        return part != null;
    }

    /** Gives up what there is of a frame. */
    void release() {
        if (part != null) {
            part.release();
            part = null;
        }
    }

    @Override
    public ExtendedHandle newHandle() {
        return new BehindThePart((ExtendedHandle) SIZES.newHandle());
    }

    /** Whether the rest of the frame can be read where it lies, and the buffer is not much too large for it. */
    private boolean isInPlace(ByteBuf buffer) {
        return buffer.readerIndex() + needed <= buffer.capacity() && needed > buffer.capacity() / 2;
    }

    private ByteBuf move(ByteBuf from, ByteBuf to) {
        to.writeBytes(from);
        from.release();
        part = to;
        return to;
    }

    /** Sizes are Netty's; this says what is read into. */
    private final class BehindThePart extends DelegatingHandle implements ExtendedHandle {

        private final ExtendedHandle adaptive;
        private @Nullable ByteBufAllocator allocator;

        private BehindThePart(ExtendedHandle adaptive) {
            super(adaptive);
            this.adaptive = adaptive;
        }

        @Override
        public int guess() {
            int guess = super.guess();
            return guess < MOST_BYTES ? guess : FrameAssembler.READ_BYTES;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            allocator = alloc;
            ByteBuf buffer = part;
            if (buffer == null) {
                return alloc.ioBuffer(guess());
            }
            if (!isInPlace(buffer)) {
                buffer = move(buffer, alloc.ioBuffer(Math.max(guess(), needed)));
            }
            return buffer.retain();
        }

        /** Keeps no more than what came of a frame is worth. */
        @Override
        public void readComplete() {
            adaptive.readComplete();
            ByteBuf buffer = part;
            if (buffer != null && allocator != null && !isInPlace(buffer)) {
                int came = buffer.readableBytes();
                move(buffer, allocator.ioBuffer(came > needed / 2 ? needed : came));
            }
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayBeMore) {
            return adaptive.continueReading(mayBeMore);
        }
    }
}
