package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Turnstile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishes message by message: each is encoded once and put into the queue of every event loop, which writes what has
 * gathered there to all its channels, with one flush a channel.
 */
final class FanOut {

    /** Messages in a queue. */
    private static final int AHEAD = 256;

    /** After how many messages the channels are asked whether they take more. */
    private static final int CHECK_MESSAGES = 64;

    private final List<Channel> channels;
    private final Gate gate;
    private final Collection<Drain> drains;

    FanOut(List<Channel> channels, Gate gate) {
        this.channels = channels;
        this.gate = gate;
        Map<EventLoop, Drain> byLoop = new HashMap<>();
        channels.forEach(channel ->
                byLoop.computeIfAbsent(channel.eventLoop(), Drain::new).channels.add(channel));
        drains = byLoop.values();
    }

    void publish(byte[] payload, Turnstile turnstile) throws InterruptedException {
        ByteBuf source = Unpooled.wrappedBuffer(payload);
        int published = 0;
        while (turnstile.pass()) {
            ByteBuf frame = ByteBufAllocator.DEFAULT.directBuffer(Frames.LENGTH_BYTES + payload.length);
            Frames.write(frame, source);
            for (Drain drain : drains) {
                drain.add(frame.retain());
            }
            frame.release();
            if (++published % CHECK_MESSAGES == 0) {
                gate.await(() -> channels.stream().allMatch(Channel::isWritable), turnstile);
            }
            gate.await(() -> drains.stream().allMatch(Drain::hasRoom), turnstile);
        }
    }

    private final class Drain implements Runnable {

        private final EventLoop loop;
        private final List<Channel> channels = new ArrayList<>();
        private final Queue<ByteBuf> queue = new ConcurrentLinkedQueue<>();
        private final AtomicInteger queued = new AtomicInteger(); // size of the queue, which does not know it
        private final AtomicBoolean scheduled = new AtomicBoolean();

        Drain(EventLoop loop) {
            this.loop = loop;
        }

        boolean hasRoom() {
            return queued.get() < AHEAD;
        }

        void add(ByteBuf frame) {
            queue.add(frame);
            queued.incrementAndGet();
            if (scheduled.compareAndSet(false, true)) {
                loop.execute(this);
            }
        }

        @Override
        public void run() {
            scheduled.set(false);
            int written = 0;
            for (ByteBuf frame = queue.poll(); frame != null; frame = queue.poll()) {
                for (Channel channel : channels) {
                    channel.write(frame.retainedDuplicate(), channel.voidPromise());
                }
                frame.release();
                written++;
            }
            channels.forEach(Channel::flush);
            queued.addAndGet(-written);
            gate.open();
        }
    }
}
