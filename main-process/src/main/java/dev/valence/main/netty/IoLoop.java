package dev.valence.main.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop, and the links on it that have something to write. The loop is woken once for all that are there when it looks:
 * a message to many is first put into the queue of each, and then costs one wake-up a loop.
 *
 * <p><b>Threads.</b> Any; links are drained on the loop.
 */
final class IoLoop implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(IoLoop.class);

    /** Links that are drained before the loop looks for bytes to read again. */
    private static final int MOST_DRAINS = 256;

    private final EventLoop loop;
    private final Queue<NettyLink> links = new ConcurrentLinkedQueue<>(); // each at most once, see NettyLink
    private final Runnable waking = this::wakeUp;
    private final AtomicBoolean scheduled = new AtomicBoolean(); // this is under way to the loop

    IoLoop(EventLoop loop) {
        this.loop = loop;
    }

    /** Gives a channel to the loop for good. */
    ChannelFuture register(Channel channel) {
        return loop.register(channel);
    }

    EventLoop loop() {
        return loop;
    }

    /** Adds a link that is to be drained. {@link #wakeUp} is to follow. */
    void add(NettyLink link) {
        links.add(link);
    }

    /** Sees to it that the links that were added are drained. */
    void wakeUp() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            execute(this);
        }
    }

    /** Returns what calls {@link #wakeUp}: always the same. */
    Runnable waking() {
        return waking;
    }

    /** Drains the links; called by the loop. */
    @Override
    public void run() {
        scheduled.set(false); // first, so that one that is added from now on is seen here or schedules this anew
        NettyLink link = links.poll();
        for (int i = 1; link != null; i++) {
            link.drain();
            if (i == MOST_DRAINS) {
                wakeUp();
                return;
            }
            link = links.poll();
        }
    }

    /** Runs a task on the loop, if it has not ended. */
    void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            log.trace("the event loop has ended, and its connections with it", e);
        }
    }
}
