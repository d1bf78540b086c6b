package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.Endpoint;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

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
            AtomicInteger messages = new AtomicInteger();
            renderer.on(ValenceMain.NEWS, (event, payload) -> {
                receipts.arrived(payload.length);
                if (messages.incrementAndGet() % ValenceMain.PROGRESS_MESSAGES == 0) {
                    renderer.send(ValenceMain.PROGRESS, ValenceMain.PROGRESS_MESSAGES);
                }
            });
            renderer.ready();
        }
    }
}
