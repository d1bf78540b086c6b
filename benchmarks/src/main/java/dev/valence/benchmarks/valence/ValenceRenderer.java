package dev.valence.benchmarks.valence;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import dev.valence.CallbackExecutor;
import dev.valence.Endpoint;
import dev.valence.RequestChannel;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A renderer with default options. {@code direct-callbacks} chooses the direct executor; {@code note} and
 * {@code protobuf} choose other payloads than bytes, {@code relay} and {@code port} another renderer to call instead of main.
 */
public final class ValenceRenderer implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else, as all below
    private IpcRenderer renderer;

    @SuppressWarnings("NullAway.Init")
    private List<String> options;

    @SuppressWarnings("NullAway.Init")
    private RequestChannel<Object, Object> channel;

    private @Nullable PortCalls port;

    @Override
    public void open(String address, List<String> optionsOfAll, Receipts receipts) {
        options = optionsOfAll;
        channel = channel();
        String[] parts = address.split(",");
        IpcRendererOptions rendererOptions = IpcRendererOptions.to(Endpoint.parse(parts[0]), parts[1]);
        if (options.contains("direct-callbacks")) {
            rendererOptions = rendererOptions.withExecutor(CallbackExecutor.direct());
        }
        renderer = IpcRenderer.connect(rendererOptions);
        renderer.ready();
        if (options.contains("port")) {
            port = new PortCalls(renderer);
        }
    }

    @SuppressWarnings("unchecked") // payload() makes what the channel takes
    private RequestChannel<Object, Object> channel() {
        RequestChannel<?, ?> chosen = ValenceMain.ECHO;
        if (options.contains("note")) {
            chosen = ValenceMain.ECHO_NOTE;
        } else if (options.contains("protobuf")) {
            chosen = ValenceMain.ECHO_PROTOBUF;
        } else if (options.contains("relay")) {
            chosen = ValenceMain.RELAY;
        }
        return (RequestChannel<Object, Object>) chosen;
    }

    @Override
    public Object payload(int bytes) {
        if (options.contains("note")) {
            return Note.ofBytes(bytes);
        }
        byte[] array = new byte[bytes];
        return options.contains("protobuf") ? BytesValue.of(ByteString.copyFrom(array)) : array;
    }

    @Override
    public void call(Object payload) {
        check(renderer.invokeSync(channel, payload), payload);
    }

    @Override
    public void call(Object payload, Runnable done) {
        if (port != null) {
            port.call((byte[]) payload, done);
            return;
        }
        renderer.invoke(channel, payload).whenComplete((reply, failure) -> {
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

    private static void check(@Nullable Object reply, Object payload) {
        boolean isRight = payload instanceof byte[] sent
                ? reply instanceof byte[] received && received.length == sent.length
                : payload.equals(reply);
        if (!isRight) {
            PeerProgram.fail(new IllegalStateException("another reply than " + payload));
        }
    }
}
