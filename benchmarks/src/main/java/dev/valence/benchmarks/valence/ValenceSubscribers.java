package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.Endpoint;
import dev.valence.IpcEvent;
import dev.valence.IpcSender;
import dev.valence.Listener;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.List;

/** Renderers that listen, each with a connection of its own. */
public final class ValenceSubscribers implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Receipts receipts;

    private boolean isDirect;

    @Override
    public void open(String address, List<String> options, Receipts receiptsOfAll) {
        receipts = receiptsOfAll;
        isDirect = options.contains("direct");
    }

    @Override
    public void subscribe(List<String> addresses) {
        for (String address : addresses) {
            String[] parts = address.split(",");
            IpcRendererOptions options = IpcRendererOptions.to(Endpoint.parse(parts[0]), parts[1]);
            IpcRenderer renderer =
                    IpcRenderer.connect(isDirect ? options.withExecutor(CallbackExecutor.direct()) : options);
            renderer.on(ValenceMain.NEWS, new Counting(renderer));
            renderer.ready();
        }
    }

    private final class Counting implements Listener<IpcSender, byte[]> {

        private final IpcRenderer renderer;
        private int messages; // listeners of one sender never run at the same time

        Counting(IpcRenderer renderer) {
            this.renderer = renderer;
        }

        @Override
        public void onMessage(IpcEvent<IpcSender> event, byte[] payload) {
            receipts.arrived(payload.length);
            messages++;
            if (messages % ValenceMain.PROGRESS_MESSAGES == 0) {
                renderer.send(ValenceMain.PROGRESS, ValenceMain.PROGRESS_MESSAGES);
            }
        }
    }
}
