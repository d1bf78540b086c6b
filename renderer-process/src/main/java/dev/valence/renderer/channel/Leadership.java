package dev.valence.renderer.channel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets a caller that waits for an answer read the socket itself, and so spares it the way through another thread; after
 * Schmidt, O'Ryan, Kircher and Pyarali, "Leader/Followers" (2000), with the I/O thread as the only follower.
 *
 * <p>To wake the I/O thread whenever a leader leaves would cost what leading saves. So the right stays vacant for a moment:
 * who has led once is likely to lead again. What comes meanwhile waits for up to two {@link #TICK_NANOS ticks}. If that
 * happens, nobody leads for a while, the longer the more often it does: this caller takes turns with others.
 *
 * <p><b>Threads.</b> The I/O thread where it says so, else any.
 */
final class Leadership implements Closeable {

    /** How long a right is left vacant at least, and how often the I/O thread looks. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long TICK_MILLIS = 1;
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReadTurn turn = new ReadTurn();
    private final SocketChannel channel;
    private final Runnable wakeIo;
    private volatile @Nullable Selector selector; // made by the first leader
    private volatile @Nullable Thread leader;
    private final AtomicInteger leads = new AtomicInteger(); // so far
    private volatile long pausedUntil = System.nanoTime();
    private volatile boolean ioSleeps; // until it is told; written by the I/O thread
    private boolean isReadable; // leader only
    private long pauseNanos = MIN_PAUSE_NANOS; // I/O thread only
    private int leadsSeen; // I/O thread only
    private long seenNanos; // I/O thread only; when the last of them was seen first

    /**
     * Makes the leadership of a channel.
     *
     * @param wakeIo makes the I/O thread look again
     */
    Leadership(SocketChannel channel, Runnable wakeIo) {
        this.channel = channel;
        this.wakeIo = wakeIo;
    }

    ReadTurn turn() {
        return turn;
    }

    /** Makes the present thread the leader if it may be; it then reads, and {@linkplain #leave leaves} soon. */
    boolean begin() throws IOException {
        if (System.nanoTime() - pausedUntil < 0 || !turn.lead()) {
            return false;
        }
        leads.incrementAndGet();
        leader = Thread.currentThread();
        try {
            if (selector == null) {
                Selector made = Selector.open();
                selector = made;
                channel.register(made, SelectionKey.OP_READ);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            leave();
            throw e;
        }
    }

    /** Waits until there is something to read, or somebody wakes the leader. Returns at once if it is interrupted. */
    boolean await() throws IOException {
        isReadable = false;
        Selector own = selector;
        if (own != null) {
            own.select(selected -> isReadable = true);
        }
        return isReadable;
    }

    void leave() {
        leader = null;
        turn.vacate();
        if (ioSleeps) {
            giveToIo();
        }
    }

    /** Makes the leader, if it is another thread, look again. */
    void wakeUp() {
        Thread other = leader;
        Selector its = selector;
        if (other != null && its != null && other != Thread.currentThread()) {
            its.wakeup();
        }
    }

    /** Sees to it that what comes next is read at once. */
    void expect() {
        if (turn.isVacant()) {
            pausedUntil = System.nanoTime() + MIN_PAUSE_NANOS;
            giveToIo();
        }
    }

    private void giveToIo() {
        if (turn.reclaim()) {
            wakeIo.run();
        }
    }

    /**
     * Returns how many milliseconds the I/O thread may wait, 0 for as long as it likes. I/O thread only; {@link #onAwake}
     * follows.
     *
     * @param waitsForBytes whether it will also see that there is something to read. It must not ask the turn anew: somebody
     *     may lead by now, who would leave without a word to a thread that has not said that it sleeps.
     */
    long patienceMillis(boolean waitsForBytes) {
        if (waitsForBytes) {
            return 0;
        }
        ioSleeps = turn.isLed() && isSameLead();
        if (ioSleeps && turn.isLed()) { // if not, the leader that has left may not have seen that it has to tell
            return 0;
        }
        return TICK_MILLIS;
    }

    /** The I/O thread has waited. */
    void onAwake() {
        if (ioSleeps) {
            ioSleeps = false;
        }
    }

    /** Whether the right was vacant so long that the I/O thread should take it. I/O thread only. */
    boolean isGivenUp() {
        return turn.isVacant() && isSameLead();
    }

    /** Whether nobody has begun to lead for a tick. */
    private boolean isSameLead() {
        long now = System.nanoTime();
        int count = leads.get();
        if (count != leadsSeen) {
            leadsSeen = count;
            seenNanos = now;
        }
        return now - seenNanos >= TICK_NANOS;
    }

    /**
     * The I/O thread has taken a right that was given up. I/O thread only.
     *
     * @param isLate whether something had come before
     */
    void onTakenOver(boolean isLate) {
        if (isLate) {
            pausedUntil = System.nanoTime() + pauseNanos;
            pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        } else {
            pauseNanos = Math.max(pauseNanos / 2, MIN_PAUSE_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        Selector own = selector;
        if (own != null) {
            own.close();
        }
    }
}
