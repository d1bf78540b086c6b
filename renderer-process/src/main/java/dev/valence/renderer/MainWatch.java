package dev.valence.renderer;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits in a launched renderer for the end of main. Main holds the other end of stdin, so its end-of-file is the sign;
 * should something else hold that end too, the end of the parent process is. The JDK knows a process by its number and the
 * time of its start, so another process that gets the number of main is not taken for it. It is asked now and then, by the
 * clock that there is: {@link ProcessHandle#onExit} has a thread of its own that looks three times a second at first.
 *
 * <p><b>Threads.</b> A daemon thread of its own reads stdin and usually runs the action; who {@linkplain #look looks} may.
 */
final class MainWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(MainWatch.class);

    private final InputStream rest;
    private final Supplier<@Nullable ProcessHandle> parents;
    private final Runnable action;
    private volatile @Nullable ProcessHandle parent; // null until it was found
    private final AtomicBoolean isOver = new AtomicBoolean(); // both signs race, the first runs the action

    private MainWatch(InputStream rest, Supplier<@Nullable ProcessHandle> parents, Runnable action) {
        this.rest = rest;
        this.parents = parents;
        this.action = action;
    }

    /**
     * Takes over stdin, of which the hand-over has been read: from now on {@code System.in} is empty.
     *
     * @param action runs once, when main is gone
     */
    static MainWatch start(Runnable action) {
        InputStream stdin = System.in;
        System.setIn(InputStream.nullInputStream());
        return start(stdin, () -> ProcessHandle.current().parent().orElse(null), action);
    }

    /**
     * Watches the rest of a stream, and a process if it is looked for.
     *
     * @param parents called once, by the watching thread: it takes a while
     */
    static MainWatch start(InputStream rest, Supplier<@Nullable ProcessHandle> parents, Runnable action) {
        MainWatch watch = new MainWatch(rest, parents, action);
        Thread thread = new Thread(null, watch, "valence-main-watch", 0, false);
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    /** Looks whether the parent process has ended. */
    void look() {
        ProcessHandle found = parent;
        if (found != null && !found.isAlive()) {
            end("its process has ended");
        }
    }

    /** Watches; called by the watching thread. */
    @Override
    public void run() {
        parent = parents.get();
        try {
            byte[] ignored = new byte[256];
            while (rest.read(ignored) >= 0) {
                LOG.debug("More on stdin after the hand-over, ignored");
            }
            end("end of file on stdin");
        } catch (IOException e) {
            end("stdin failed: " + e.getMessage());
        }
    }

    private void end(String sign) {
        if (isOver.compareAndSet(false, true)) {
            LOG.debug("The main process is gone, or done with this one: {}", sign);
            action.run();
        }
    }
}
