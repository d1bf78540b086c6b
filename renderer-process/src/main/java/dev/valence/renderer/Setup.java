package dev.valence.renderer;

/** Registers listeners and handlers of a renderer before main may send to it. */
@FunctionalInterface
public interface Setup {

    /**
     * Called once the renderer is connected, on the thread that called {@link IpcRenderer#run}.
     *
     * @throws Exception ends the process with exit code 1; its stack goes to stderr
     */
    void setUp(IpcRenderer renderer) throws Exception;
}
