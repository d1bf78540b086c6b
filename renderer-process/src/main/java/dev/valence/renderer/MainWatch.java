package dev.valence.renderer;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits in a launched renderer for the end of main. Main holds the other end of stdin, so its end-of-file is the sign;
 * should something else hold that end too, the end of the parent process is. The JDK knows a process by its number and the
 * time of its start, so another process that gets the number of main is not taken for it.
 *
 * <p><b>Threads.</b> A daemon thread of its own reads stdin and usually runs the action; a thread of the common pool may.
 */
final class MainWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(MainWatch.class);

    private final InputStream rest;
    private final @Nullable CompletionStage<?> parentEnd; // null: that of the parent, which is looked for here
    private final Runnable action;
    private final AtomicBoolean isOver = new AtomicBoolean(); // both signs race, the first runs the action

    private MainWatch(InputStream rest, @Nullable CompletionStage<?> parentEnd, Runnable action) {
        this.rest = rest;
        this.parentEnd = parentEnd;
        this.action = action;
    }

    /**
     * Takes over stdin, of which the hand-over has been read: from now on {@code System.in} is empty.
     *
     * @param action runs once, when main is gone
     */
    static void start(Runnable action) {
        InputStream stdin = System.in;
        System.setIn(InputStream.nullInputStream());
        start(stdin, null, action);
    }

    private static CompletionStage<?> parentEnd() {
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        return parent.isPresent() ? parent.get().onExit() : new CompletableFuture<>();
    }

    /**
     * Watches the rest of a stream and another sign.
     *
     * @param parentEnd null for that of the parent, which the watching thread looks for: that takes a while
     */
    static void start(InputStream rest, @Nullable CompletionStage<?> parentEnd, Runnable action) {
        MainWatch watch = new MainWatch(rest, parentEnd, action);
        Thread thread = new Thread(null, watch, "valence-main-watch", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    /** Watches; called by the watching thread. */
    @Override
    public void run() {
        (parentEnd == null ? parentEnd() : parentEnd).thenRun(() -> end("its process has ended"));
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
