package dev.valence.benchmarks.micro;

import dev.valence.CallbackExecutor;
import dev.valence.EventChannel;
import dev.valence.Permissions;
import dev.valence.RequestChannel;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.ArrayList;
import java.util.List;

/** A main and renderers in this JVM: frames are encoded, and no socket costs anything. */
final class InMemory implements AutoCloseable {

    static final EventChannel<byte[]> MESSAGE = EventChannel.of("message", byte[].class);
    static final RequestChannel<byte[], byte[]> ECHO = RequestChannel.of("echo", byte[].class, byte[].class);

    private final CallbackExecutor executor;
    private final IpcMain main;
    private final List<IpcRenderer> renderers = new ArrayList<>();

    InMemory(String executorName) {
        executor = executorName.equals("direct") ? CallbackExecutor.direct() : CallbackExecutor.elastic();
        main = IpcMain.open(IpcMainOptions.inMemory().withExecutor(executor));
        main.handle(ECHO, (event, payload) -> payload);
    }

    IpcMain main() {
        return main;
    }

    IpcRenderer connect() {
        Invitation invitation = main.invite(RendererSpec.named("client").withPermissions(Permissions.open()));
        IpcRenderer renderer = IpcRenderer.connect(
                IpcRendererOptions.to(invitation.endpoint(), invitation.token()).withExecutor(executor));
        renderers.add(renderer);
        return renderer;
    }

    @Override
    public void close() {
        renderers.forEach(IpcRenderer::close);
        main.close();
    }
}
