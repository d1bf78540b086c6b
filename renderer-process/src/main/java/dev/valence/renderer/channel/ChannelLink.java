package dev.valence.renderer.channel;

import dev.valence.frame.FrameAssembler;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;
import dev.valence.frame.WriteTurn;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection through one of the JDK's own socket channels.
 *
 * <p><b>Threads.</b> One I/O thread reads; it keeps the JVM alive as long as the connection is open. Whoever calls
 * {@link #wakeUp} writes himself if nobody else does at that moment, for a while; when the socket is full, or many threads
 * keep him busy, the I/O thread takes over. Who waits for an answer may {@linkplain Leadership read himself}; "I/O thread" in
 * what is above means whichever reads. The channel does not block, so a caller that is interrupted does not close it.
 *
 * <p><b>Lifetime.</b> Frames are asked for at once. The I/O thread and the socket are gone soon after
 * {@link FrameHandler#onClosed}.
 */
public final class ChannelLink implements Link, Runnable {

    private static final Logger log = LoggerFactory.getLogger(ChannelLink.class);

    /**
     * Little: what is in the socket is ahead of every reply and every small request, and a busy main may take a while to read
     * it. A large payload goes through no slower.
     */
    private static final int SOCKET_BUFFER_BYTES = 64 * 1024;

    /** Writes that are done before it is somebody else's turn. */
    private static final int WRITES_IN_A_ROW = 16;

    /** Reads that are done before answers to them go out: of chunks, a mebibyte. */
    private static final int READS_IN_A_ROW = 4;

    /** Writes that are done at the end, so that it is one even if the peer reads fast and frames never end. */
    private static final int LAST_WRITES = 256;

    /** What all virtual threads are; null before Java 21. */
    private static final @Nullable Class<?> VIRTUAL_THREAD = virtualThread();

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Thread thread = new Thread(this, "valence-renderer-io");
    private final WriteTurn turn = WriteTurn.taken();
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>(); // the first one counts
    private final FrameHandler handler;
    private final Leadership leadership;
    private final Spinning spinning = new Spinning(); // guarded by the read turn
    private final ChannelReader reader; // guarded by the read turn
    private final ChannelWriter writer; // guarded by turn

    private volatile boolean handedOver; // the I/O thread has the turn; set by who had it, cleared by the I/O thread
    private boolean socketFull; // guarded by turn
    private @Nullable IOException writeFailure; // guarded by turn
    private final Consumer<SelectionKey> onSelected = this::noteSelected;
    private int readyOps; // I/O thread only
    private volatile @Nullable Thread reading; // the thread that handles frames now
    private boolean wokenWhileReading; // by that thread only

    private ChannelLink(SocketChannel channel, Selector selector, Function<Link, FrameHandler> handler)
            throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.key = channel.register(selector, SelectionKey.OP_READ);
        this.leadership = new Leadership(channel, selector::wakeup);
        this.handler = handler.apply(this); // may wake up already; the turn is taken until start()
        this.reader = new ChannelReader(channel, new FrameAssembler(this.handler, () -> ending.get() != null));
        this.writer = new ChannelWriter(channel, this.handler);
    }

    /**
     * Connects to a server that listens at a path.
     *
     * @param handler called once, on this thread, before anything is read
     * @throws IOException if nothing accepts connections there; the handler was not made
     */
    public static ChannelLink connect(Path path, Function<Link, FrameHandler> handler) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            closeQuietly(channel);
            throw new IOException("cannot connect to " + path + ": " + e.getMessage(), e);
        }
        return open(channel, handler);
    }

    /**
     * Makes a link of a channel.
     *
     * @param connected taken over; closed if this fails
     * @param handler called once, on this thread, before anything is read
     */
    public static ChannelLink open(SocketChannel connected, Function<Link, FrameHandler> handler) throws IOException {
        Selector selector = null;
        try {
            connected.configureBlocking(false);
            enlargeBuffers(connected);
            selector = Selector.open();
            ChannelLink link = new ChannelLink(connected, selector, handler);
            link.start();
            return link;
        } catch (IOException | RuntimeException | Error e) {
            closeQuietly(connected);
            if (selector != null) {
                closeQuietly(selector);
            }
            throw e;
        }
    }

    private static @Nullable Class<?> virtualThread() {
        try {
            return Runtime.version().feature() < 21 ? null : Class.forName("java.lang.BaseVirtualThread");
        } catch (ClassNotFoundException e) {
            log.debug("no virtual threads", e);
            return null;
        }
    }

    private static void enlargeBuffers(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("socket buffers keep their size", e);
        }
    }

    private void start() {
        thread.setDaemon(false); // whatever the thread is that connects
        thread.start();
        write();
    }

    @Override
    public void wakeUp() {
        if (isReader()) {
            wokenWhileReading = true; // the answers to all frames of one read go out together
        } else if (turn.enter()) {
            write();
        }
    }

    @Override
    public boolean isReader() {
        return Thread.currentThread() == reading;
    }

    @Override
    public void readUntil(BooleanSupplier isDone) throws InterruptedException {
        if (ending.get() != null || isVirtual(Thread.currentThread())) {
            return;
        }
        try {
            if (leadership.begin()) {
                try {
                    lead(isDone);
                } finally {
                    leadership.leave();
                    if (ending.get() != null) {
                        LockSupport.unpark(thread);
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            end(Ending.because(new IOException("nothing can be read: " + e, e)));
        }
    }

    private void lead(BooleanSupplier isDone) throws IOException, InterruptedException {
        boolean hasLooked = false; // in vain, and has not waited since
        while (!isDone.getAsBoolean() && ending.get() == null) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!hasLooked && spinning.begin()) {
                hasLooked = !readByLooking();
            } else {
                hasLooked = false;
                if (leadership.await()) {
                    read();
                }
            }
        }
    }

    /** Looks for a moment whether there is something to read; returns whether there was. Spinning has begun. */
    private boolean readByLooking() {
        boolean any = false;
        try {
            while (!any && ending.get() == null && spinning.goesOn()) {
                any = read();
            }
        } finally {
            spinning.end(any);
        }
        return any;
    }

    /** To wait in a selector would keep a virtual thread on its carrier. */
    private static boolean isVirtual(Thread caller) {
        return VIRTUAL_THREAD != null && VIRTUAL_THREAD.isInstance(caller);
    }

    @Override
    public void wakeReader() {
        leadership.wakeUp();
    }

    @Override
    public void expectAnswer() {
        leadership.expect();
    }

    @Override
    public void close() {
        end(new Ending(null, true));
    }

    @Override
    public @Nullable PeerCredentials credentials() {
        return null; // the JDK tells only a user's name
    }

    /** Writes what there is. The caller has the turn; it is given back, or over to the I/O thread. */
    private void write() {
        try {
            for (int i = 0; i < WRITES_IN_A_ROW && ending.get() == null; i++) {
                ChannelWriter.Outcome outcome = writer.write();
                if (outcome == ChannelWriter.Outcome.NOTHING_TO_WRITE && turn.leave()) {
                    return;
                }
                if (outcome == ChannelWriter.Outcome.SOCKET_FULL) {
                    socketFull = true;
                    break;
                }
            }
        } catch (IOException e) {
            writeFailure = e;
        } catch (RuntimeException | Error e) {
            log.warn("no frame could be taken; the connection is closed", e);
            end(Ending.because(new IOException("no frame could be taken: " + e, e)));
        }
        handOver();
    }

    private void handOver() {
        handedOver = true;
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    private void end(Ending how) {
        if (!ending.compareAndSet(null, how)) {
            return;
        }
        if (turn.enter()) {
            handOver();
        } else {
            selector.wakeup(); // the I/O thread has the turn, or whoever has it will see that this is the end
        }
        leadership.wakeUp();
    }

    /** Reads until the end; called by the I/O thread. */
    @Override
    public void run() {
        try {
            while (ending.get() == null || !handedOver) {
                select();
                readOrFollow();
                if (handedOver) {
                    resumeWriting();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            log.error("the I/O thread failed; the connection is closed", e);
            end(Ending.because(new IOException("the I/O thread failed: " + e, e)));
            while (!handedOver) {
                Thread.onSpinWait(); // nobody has the turn for longer than it takes to see the end
            }
        }
        finish();
    }

    private void select() throws IOException {
        boolean writing = handedOver;
        boolean broken = writeFailure != null && leadership.turn().isLed(); // who leads will come to the end
        boolean waiting = writing && (socketFull || broken);
        boolean wantsRead = ending.get() == null && leadership.turn().isFree();
        long patience = leadership.patienceMillis(wantsRead);
        int wanted = (wantsRead ? SelectionKey.OP_READ : 0) | (writing && socketFull ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
        readyOps = 0;
        if (writing && !waiting) {
            selector.selectNow(onSelected);
        } else {
            selector.select(onSelected, patience);
        }
        leadership.onAwake();
        Thread.interrupted(); // a callback may have left it set, and then select would not wait
    }

    private void noteSelected(SelectionKey selected) {
        readyOps = selected.readyOps();
    }

    /** Reads if there is something, unless a caller does. */
    private void readOrFollow() {
        boolean isGivenUp = leadership.isGivenUp();
        if ((isGivenUp || (readyOps & SelectionKey.OP_READ) != 0)
                && leadership.turn().enter()) {
            boolean any = read();
            leadership.turn().leave();
            if (isGivenUp) {
                leadership.onTakenOver(any);
            }
        }
    }

    private void resumeWriting() {
        if (ending.get() != null) {
            return;
        }
        if (writeFailure != null) {
            if (leadership.turn().enter()) {
                readRest(writeFailure);
                leadership.turn().leave();
            }
        } else if (!socketFull || (readyOps & SelectionKey.OP_WRITE) != 0) {
            socketFull = false;
            handedOver = false;
            write();
        }
    }

    /** What a peer sent before it closed is still there when writing to it has begun to fail. */
    private void readRest(IOException failure) {
        boolean more = true;
        while (more && ending.get() == null) {
            more = read();
        }
        endOfInput(failure);
    }

    /** Reads what is there, within bounds, and returns whether it was anything. */
    private boolean read() {
        if (ending.get() != null) {
            return false;
        }
        reading = Thread.currentThread();
        try {
            for (int i = 0; i < READS_IN_A_ROW; i++) {
                ChannelReader.Outcome outcome = reader.read();
                if (outcome == ChannelReader.Outcome.END) {
                    endOfInput(null);
                    return false;
                }
                if (outcome == ChannelReader.Outcome.NOTHING_TO_READ) {
                    return i > 0;
                }
                if (outcome == ChannelReader.Outcome.READ || ending.get() != null) {
                    break;
                }
            }
            return true;
        } catch (IOException e) {
            endOfInput(e);
        } catch (RuntimeException | Error e) {
            log.warn("a frame could not be handled; the connection is closed", e);
            end(Ending.because(new IOException("a frame could not be handled: " + e, e)));
        } finally {
            reading = null;
            if (wokenWhileReading) {
                wokenWhileReading = false;
                wakeUp();
            }
        }
        return false;
    }

    private void endOfInput(@Nullable IOException failure) {
        if (failure != null && !isDisconnect(failure)) {
            end(Ending.because(failure));
        } else if (reader.isMidFrame()) {
            end(Ending.because(new EOFException("the peer closed in the middle of a frame")));
        } else {
            end(Ending.because(null));
        }
    }

    /** A peer that closes with frames unread resets the connection; that is no less orderly. */
    private static boolean isDisconnect(IOException failure) {
        return String.valueOf(failure.getMessage()).startsWith("Connection reset");
    }

    /** The I/O thread has the turn and keeps it, so that nothing is taken any more. */
    private void finish() {
        while (!leadership.turn().close()) {
            leadership.wakeUp();
            LockSupport.park(this);
        }
        Ending how = ending.get();
        if (how != null && how.writeRest() && writeFailure == null) {
            writeRest();
        }
        closeQuietly(channel);
        closeQuietly(selector);
        closeQuietly(leadership);
        try {
            handler.onClosed(how == null ? null : how.cause());
        } catch (RuntimeException | Error e) {
            log.warn("the end of a connection could not be handled", e);
        }
    }

    /** Writes as long as the socket takes something, within bounds. */
    private void writeRest() {
        try {
            ChannelWriter.Outcome outcome = ChannelWriter.Outcome.WRITTEN;
            for (int i = 0; i < LAST_WRITES && outcome == ChannelWriter.Outcome.WRITTEN; i++) {
                outcome = writer.write();
            }
        } catch (IOException e) {
            log.debug("the peer was gone before the last frames", e);
        } catch (RuntimeException | Error e) {
            log.warn("no frame could be taken at the end", e);
        }
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            log.debug("not closed in an orderly way: {}", closeable, e);
        }
    }

    /** How the connection ends. */
    private record Ending(@Nullable IOException cause, boolean writeRest) {

        static Ending because(@Nullable IOException cause) {
            return new Ending(cause, false);
        }
    }
}
