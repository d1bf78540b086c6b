package dev.valence.main;

import dev.valence.Registration;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process is the first of its application, and hears of those that are started later.
 *
 * <p><b>Threads.</b> Every method may be called from any thread. Listeners are called one at a time, on a thread of their
 * own. <b>Order.</b> That in which starts were taken. <b>Lifetime.</b> Until closed, or until the JVM begins to end: from
 * then on the next start is the first of its own. It does not keep the JVM alive.
 */
public final class FirstInstance implements SingleInstance, AutoCloseable {

    /** How many starts wait for a listener. A further one waits in its own process, for a while. */
    static final int MAX_UNTOLD = 64;

    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final Logger LOG = LoggerFactory.getLogger(FirstInstance.class);

    private final InstancePlace place;
    private final FileChannel lock;
    private final ServerSocketChannel server;
    private final Registration exitHook;
    private final AtomicBoolean isClosed = new AtomicBoolean(); // of several closers one does it
    private final List<Consumer<LaterStart>> listeners = new CopyOnWriteArrayList<>();
    private final BlockingQueue<LaterStart> untold = new LinkedBlockingQueue<>(MAX_UNTOLD);
    private final ThreadPoolExecutor teller;

    private FirstInstance(InstancePlace place, FileChannel lock, ServerSocketChannel server) {
        this.place = place;
        this.lock = lock;
        this.server = server;
        this.teller = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "valence-instance-events"),
                new ThreadPoolExecutor.DiscardPolicy()); // of what comes after the close
        this.exitHook = ExitHook.add("valence-instance-exit", this::close);
    }

    /** Listens; takes over the lock, also if that fails. */
    static FirstInstance open(InstancePlace place, FileChannel lock) throws IOException {
        ServerSocketChannel server = null;
        try {
            Files.deleteIfExists(place.socket()); // of one that was killed
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(place.socket()));
            FirstInstance first = new FirstInstance(place, lock, server);
            daemon(first::accept, "valence-instance").start();
            return first;
        } catch (Throwable e) {
            if (server != null) {
                server.close();
            }
            place.unlock(lock);
            throw e;
        }
    }

    /**
     * Calls a listener for each later start. Those before the first listener wait for it.
     *
     * @return closing it removes the listener
     */
    public Registration onLaterStart(Consumer<LaterStart> listener) {
        Objects.requireNonNull(listener, "listener");
        listeners.add(listener);
        teller.execute(this::tell);
        return () -> listeners.remove(listener);
    }

    /** Lets the next start be the first. What was taken before is still told. Idempotent. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        exitHook.close();
        teller.shutdown();
        try {
            server.close();
            Files.deleteIfExists(place.socket());
        } catch (IOException e) {
            LOG.warn("{} not closed", place.socket(), e);
        }
        try {
            place.unlock(lock);
        } catch (IOException e) {
            LOG.warn("{} not given back", place.lock(), e);
        }
    }

    private void accept() {
        while (!isClosed.get()) {
            try (InstanceSocket later = new InstanceSocket(server.accept(), place.socket())) {
                take(later);
            } catch (ClosedChannelException e) {
                LOG.debug("{} is closed", place.socket());
            } catch (IOException e) {
                LOG.warn("A later start was not taken: {}", e.getMessage());
                LockSupport.parkNanos(PAUSE.toNanos()); // this may go on, such as when no file can be opened
            }
        }
    }

    private void take(InstanceSocket later) throws IOException {
        LaterStart start = later.readStart();
        if (untold.remainingCapacity() == 0) {
            throw new IOException(MAX_UNTOLD + " starts wait for a listener");
        }
        later.answer(); // first: if that fails, the later process goes on to look for somebody
        if (untold.offer(start)) { // this thread alone adds
            teller.execute(this::tell);
        }
    }

    private void tell() {
        while (!listeners.isEmpty()) {
            LaterStart start = untold.poll();
            if (start == null) {
                return;
            }
            for (Consumer<LaterStart> listener : listeners) {
                try {
                    listener.accept(start);
                } catch (Throwable t) {
                    LOG.error("a listener of later starts failed", t);
                }
            }
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }
}
