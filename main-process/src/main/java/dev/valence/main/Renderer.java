package dev.valence.main;

import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A process connected to main, or about to be: what Electron calls webContents.
 *
 * <p><b>Order.</b> What is sent before the renderer is ready waits in main, under the same limits and with deadlines
 * running, and is delivered in order once it is.
 *
 * <p><b>Lifetime.</b> From {@link IpcMain#launch} or {@link IpcMain#invite} to {@link RendererState#GONE}. What is sent to
 * a renderer that is gone fails with PEER_GONE, or CLOSED if main closed it.
 */
public interface Renderer extends IpcSender {

    /** Returns the number of this renderer, from 1; unique in its main. */
    int id();

    /** Returns the name from the spec. */
    String name();

    /** Returns the process id from start to exit of a launched process; empty before, after, and for invited ones. */
    OptionalLong pid();

    /** Returns the present state. */
    RendererState state();

    /**
     * Returns the future of this renderer being ready: its listeners are in place. Fails with PEER_GONE, and the reason in
     * the text, if it ends before.
     */
    CompletableFuture<Renderer> ready();

    /** Returns the receiver of this renderer's messages and requests only. Its handlers go before those of main. */
    IpcReceiver<Renderer> ipc();

    /** Returns whether the renderer listens to broadcasts on a channel. */
    boolean isSubscribed(String channel);

    /** Returns the future of its end, whatever the reason. */
    CompletableFuture<RendererExit> exit();

    /**
     * Starts to close it and returns: it gets what was sent so far, answers the requests it runs, and ends. If it has not
     * within the shutdown grace, its process is terminated, and a second later killed. {@link #exit} says when.
     */
    void close();

    /** Starts to kill its process and everything that process started, and returns. An invited one is disconnected. */
    void kill();
}
