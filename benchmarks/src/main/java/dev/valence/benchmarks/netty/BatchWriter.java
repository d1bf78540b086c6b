package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Turnstile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes messages in batches with one flush each; large ones in slices and without frames. */
final class BatchWriter {

    private static final int BATCH = 64;

    /** Batches that the event loop has not written yet, so that the sender is not far ahead of it. */
    private static final int AHEAD = 4;

    private final Channel channel;
    private final Gate gate;
    private final AtomicInteger ahead = new AtomicInteger(); // up by the sender, down by the event loop

    BatchWriter(Channel channel, Gate gate) {
        this.channel = channel;
        this.gate = gate;
    }

    void flood(byte[] payload, Turnstile turnstile) throws InterruptedException {
        ByteBuf message = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(payload.length).writeBytes(payload));
        int batchSize = payload.length >= NettyServer.BUFFER_BYTES ? 1 : BATCH;
        int batch = 0;
        boolean isOpen = true;
        while (isOpen) {
            isOpen = turnstile.pass();
            batch += isOpen ? 1 : 0;
            if (batch == batchSize || !isOpen) {
                send(message, batch);
                batch = 0;
                gate.await(this::hasRoom, turnstile);
            }
        }
    }

    private boolean hasRoom() {
        return ahead.get() < AHEAD && channel.isWritable();
    }

    private void send(ByteBuf payload, int count) {
        ahead.incrementAndGet();
        channel.eventLoop().execute(() -> {
            for (int i = 0; i < count; i++) {
                write(payload);
            }
            channel.flush();
            ahead.decrementAndGet();
            gate.open();
        });
    }

    /** Each message is a buffer of its own, into which the payload is copied: an application has others each time. */
    private void write(ByteBuf payload) {
        int length = payload.readableBytes();
        if (length < NettyServer.BUFFER_BYTES) {
            ByteBuf frame = channel.alloc().directBuffer(Frames.LENGTH_BYTES + length);
            Frames.write(frame, payload);
            channel.write(frame, channel.voidPromise());
            return;
        }
        for (int offset = 0; offset < length; offset += NettyServer.BUFFER_BYTES) {
            int slice = Math.min(NettyServer.BUFFER_BYTES, length - offset);
            ByteBuf copy = channel.alloc().directBuffer(slice).writeBytes(payload, offset, slice);
            channel.write(copy, channel.voidPromise());
        }
    }
}
