package dev.valence.main;

import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A process connected to main, or about to be: what Electron calls webContents. It is the same object, with the same id,
 * scope, listeners and handlers, from the first process to the last.
 *
 * <p><b>Threads.</b> {@link #reload}, {@link #close} and {@link #kill} start something and return. They may be called at any
 * time from any thread, inside every callback too.
 *
 * <p><b>Order.</b> What is sent before the renderer is ready waits in main, under the same limits and with deadlines
 * running, and is delivered in order once it is. Listeners run one at a time, also those for what the process before a
 * reload had sent and those for what the one after it sends.
 *
 * <p><b>Lifetime.</b> From {@link IpcMain#launch} or {@link IpcMain#invite} to {@link RendererState#GONE}. What is sent to
 * a renderer that is gone fails with PEER_GONE, or CLOSED if main closed it. A launched one that is gone for another
 * reason can be reloaded. Futures, calls, events and subscriptions belong to the incarnation in which they were made. Only what
 * was sent while a process was launched that then never connected waits for the next one, if a {@link RestartPolicy} starts it.
 */
public interface Renderer extends IpcSender {

    /** Returns the number of this renderer, from 1; unique in its main. */
    int id();

    /** Returns the name from the spec. */
    String name();

    /** Returns the number of the present incarnation: 1 for the first process, and 1 more with each {@link #reload}. */
    int incarnation();

    /**
     * Returns the process id from start to exit of the present incarnation's process; empty before, after, and for
     * invited ones.
     */
    OptionalLong pid();

    /** Returns the present state. */
    RendererState state();

    /**
     * Returns the future of the present incarnation being ready: its listeners are in place. Fails with PEER_GONE, and the
     * reason in the text, if it ends before. After a reload there is a new one; the old keeps its outcome.
     */
    CompletableFuture<Renderer> ready();

    /**
     * Returns how the present incarnation's process was started and how long that took, as far as it has come; empty
     * before it is started, and for invited ones.
     */
    Optional<Startup> startup();

    /** Returns the receiver of this renderer's messages and requests only. Its handlers go before those of main. */
    IpcReceiver<Renderer> ipc();

    /** Returns whether the renderer listens to broadcasts on a channel. */
    boolean isSubscribed(String channel);

    /**
     * Returns the future of the end of the present incarnation, whatever the reason. After a reload there is a new one; the
     * old still says how the old process ended.
     */
    CompletableFuture<RendererExit> exit();

    /**
     * Asks its process what its threads do. The process makes the text on a thread of its own, so that it comes also when
     * no callback makes a step, but not from a process that is stopped. Who asks while a dump is under way gets the same.
     *
     * @return the stacks of all threads, those that run callbacks first, in the words of that process and for people; what
     *     is beyond 256 KiB is missing.
     *     Fails with NOT_READY if the process is not connected yet, UNSUPPORTED if it is no JVM of this version,
     *     DEADLINE_EXCEEDED if nothing comes within the request deadline, and as calls do if the process ends
     */
    CompletableFuture<String> threadDump();

    /**
     * Replaces its process by a new one with the same spec: ends the present one as {@link #close} does and then starts the
     * next. If the renderer is gone because its process ended or crashed, this starts the next at once, and the renderer is
     * one of {@link IpcMain#renderers} again.
     *
     * <p>From now on the renderer is the next incarnation: what is sent waits until that is ready. The old process gets
     * what was sent to it before and answers the requests it runs; those without an answer at its end fail with PEER_GONE.
     * If it was not ready yet, what waited for it is dropped, and requests among that fail with PEER_GONE at once or at
     * its end.
     *
     * <p>Does nothing if a reload waits for the end of a process already, and if this renderer was closed or killed by
     * {@link #close} or {@link #kill}, or main was closed: that is final, also after a reload.
     *
     * @throws UnsupportedOperationException if it was invited: main cannot start its process; nothing has happened
     */
    void reload();

    /**
     * Starts to close it and returns: it gets what was sent so far, answers the requests it runs, and ends. If it has not
     * within the shutdown grace, its process is terminated, and a second later killed. {@link #exit} says when.
     */
    void close();

    /** Starts to kill its process and everything that process started, and returns. An invited one is disconnected. */
    void kill();
}
