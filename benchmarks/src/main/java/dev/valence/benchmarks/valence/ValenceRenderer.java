package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.Endpoint;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A renderer with default options; {@code direct} chooses the direct executor. */
public final class ValenceRenderer implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private IpcRenderer renderer;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        String[] parts = address.split(",");
        IpcRendererOptions rendererOptions = IpcRendererOptions.to(Endpoint.parse(parts[0]), parts[1]);
        if (options.contains("direct")) {
            rendererOptions = rendererOptions.withExecutor(CallbackExecutor.direct());
        }
        renderer = IpcRenderer.connect(rendererOptions);
        renderer.ready();
    }

    @Override
    public void call(Object payload) {
        check(renderer.invokeSync(ValenceMain.ECHO, (byte[]) payload), payload);
    }

    @Override
    public void call(Object payload, Runnable done) {
        renderer.invoke(ValenceMain.ECHO, (byte[]) payload).whenComplete((reply, failure) -> {
            if (failure != null) {
                PeerProgram.fail(failure);
            }
            check(reply, payload);
            done.run();
        });
    }

    @Override
    public void flood(Object payload, Turnstile turnstile) {
        while (turnstile.pass()) {
            renderer.send(ValenceMain.MESSAGE, (byte[]) payload);
        }
    }

    private static void check(byte @Nullable [] reply, Object payload) {
        int expected = ((byte[]) payload).length;
        if (Objects.requireNonNull(reply).length != expected) {
            PeerProgram.fail(new IllegalStateException(reply.length + " bytes (expected: " + expected + ")"));
        }
    }
}
