package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.MessagePort;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;

/** The renderer that another one talks to: through main, and by a port. */
public final class Partner {

    private Partner() {}

    /** Runs it until main ends. */
    public static void main(String[] args) {
        IpcRenderer renderer =
                IpcRenderer.connect(IpcRendererOptions.launched().withExecutor(CallbackExecutor.direct()));
        renderer.handle(ValenceMain.ECHO, (event, payload) -> payload);
        renderer.on(ValenceMain.PORT, (event, nothing) -> {
            MessagePort port = event.ports().get(0);
            port.onMessage(byte[].class, (message, payload) -> port.postMessage(payload));
            port.start();
        });
        renderer.ready();
        renderer.closed().join();
    }
}
