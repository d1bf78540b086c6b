package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.EventChannel;
import dev.valence.Permissions;
import dev.valence.RequestChannel;
import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.RendererSpec;
import java.util.List;

/** A main process with default options; {@code direct} chooses the direct executor. */
public final class ValenceMain implements Peer {

    static final RequestChannel<byte[], byte[]> ECHO = RequestChannel.of("echo", byte[].class, byte[].class);
    static final EventChannel<byte[]> MESSAGE = EventChannel.of("message", byte[].class);

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
        main.on(MESSAGE, (event, payload) -> receipts.arrived(payload.length));
    }

    @Override
    public String address() {
        Invitation invitation = main.invite(RendererSpec.named("client").withPermissions(Permissions.open()));
        return invitation.endpoint() + "," + invitation.token();
    }
}
