package dev.valence.benchmarks.valence;

import com.google.protobuf.BytesValue;
import dev.valence.CallbackExecutor;
import dev.valence.EventChannel;
import dev.valence.Permissions;
import dev.valence.RequestChannel;
import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A main process with default options; {@code direct} chooses the direct executor, {@code relay} and {@code port} add a
 * second renderer.
 */
public final class ValenceMain implements Peer {

    static final RequestChannel<byte[], byte[]> ECHO = RequestChannel.of("echo", byte[].class, byte[].class);
    static final RequestChannel<Note, Note> ECHO_NOTE = RequestChannel.of("echo note", Note.class, Note.class);
    static final RequestChannel<BytesValue, BytesValue> ECHO_PROTOBUF =
            RequestChannel.of("echo protobuf", BytesValue.class, BytesValue.class);
    static final RequestChannel<byte[], byte[]> RELAY = RequestChannel.of("relay", byte[].class, byte[].class);
    static final EventChannel<Void> PORT = EventChannel.of("port", Void.class);
    static final EventChannel<byte[]> MESSAGE = EventChannel.of("message", byte[].class);

    static final EventChannel<byte[]> NEWS = EventChannel.of("news", byte[].class);
    static final EventChannel<Integer> PROGRESS = EventChannel.of("progress", Integer.class);

    /** After how many messages a subscriber says that it has had them. */
    static final int PROGRESS_MESSAGES = 64;

    /** How many messages a subscriber may be behind: what is queued for it then is well below what main allows. */
    private static final int WINDOW_MESSAGES = 1024;

    private final Map<Integer, Integer> progress = new ConcurrentHashMap<>(); // by renderer
    private final Gate gate = new Gate();
    private int published; // by the publishing thread

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private IpcMain main;

    @Override
    public void open(String address, List<String> options, Receipts receipts) {
        IpcMainOptions mainOptions = IpcMainOptions.defaults();
        if (options.contains("direct")) {
            mainOptions = mainOptions.withExecutor(CallbackExecutor.direct());
        }
        main = IpcMain.open(mainOptions);
        main.handle(ECHO, (event, payload) -> payload);
        main.handle(ECHO_NOTE, (event, payload) -> payload);
        main.handle(ECHO_PROTOBUF, (event, payload) -> payload);
        if (options.contains("relay") || options.contains("port")) {
            Renderer partner = main.launch(RendererSpec.of(Partner.class));
            main.handleAsync(RELAY, (event, payload) -> partner.invoke(ECHO, payload));
            main.on(
                    PORT,
                    (event, nothing) ->
                            partner.postMessage(PORT, null, event.ports().get(0)));
            partner.ready().join();
        }
        main.on(MESSAGE, (event, payload) -> receipts.arrived(payload.length));
        main.on(PROGRESS, (event, messages) -> {
            progress.merge(event.sender().id(), messages, Integer::sum);
            gate.open();
        });
    }

    @Override
    public String address() {
        Invitation invitation = main.invite(RendererSpec.named("client").withPermissions(Permissions.open()));
        return invitation.endpoint() + "," + invitation.token();
    }

    @Override
    public long subscribers() {
        return main.renderers().stream()
                .filter(renderer -> renderer.isSubscribed(NEWS.name()))
                .count();
    }

    /** Broadcasts never wait, so that the subscribers' word is waited for instead. */
    @Override
    public void publish(Object payload, Turnstile turnstile) throws InterruptedException {
        main.renderers().forEach(renderer -> progress.put(renderer.id(), published));
        while (turnstile.pass()) {
            published++;
            main.broadcast(NEWS, (byte[]) payload);
            if (published % PROGRESS_MESSAGES == 0) {
                gate.await(this::hasRoom, turnstile);
            }
        }
    }

    private boolean hasRoom() {
        for (int messages : progress.values()) {
            if (published - messages > WINDOW_MESSAGES) {
                return false;
            }
        }
        return true;
    }
}
