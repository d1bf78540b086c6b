package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Permissions;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bound on listeners that the options of both ends name counts for every receiver of that end. */
class ListenerLeakIT {

    private static List<String> warningsFor(IpcReceiver<? extends IpcSender> receiver, String channel, int listeners) {
        try (Captured log = new Captured("dev.valence.session.Registry")) {
            for (int i = 0; i < listeners; i++) {
                receiver.on(channel, String.class, (event, text) -> {});
            }
            return log.lines();
        }
    }

    @Test
    void LEAK_everyReceiver_keepsTheBoundOfItsOptions() {
        try (IpcMain main = IpcMain.open(IpcMainOptions.inMemory().withMaxListeners(2))) {
            Invitation invitation = main.invite(RendererSpec.named("guest").withPermissions(Permissions.open()));
            IpcRendererOptions options = IpcRendererOptions.to(invitation.endpoint(), invitation.token());
            try (IpcRenderer renderer = IpcRenderer.connect(options.withMaxListeners(3))) {
                assertThat(warningsFor(main, "a", 2)).isEmpty();
                assertThat(warningsFor(main, "b", 3)).hasSize(1);
                assertThat(warningsFor(invitation.renderer().ipc(), "c", 2)).isEmpty();
                assertThat(warningsFor(invitation.renderer().ipc(), "d", 3)).hasSize(1);
                assertThat(warningsFor(renderer, "e", 3)).isEmpty();
                assertThat(warningsFor(renderer, "f", 4)).hasSize(1);
            }
        }
    }

    @Test
    void LEAK_withoutAnOption_tenListenersAreFine() {
        try (IpcMain main = IpcMain.open(IpcMainOptions.inMemory())) {
            assertThat(warningsFor(main, "a", 10)).isEmpty();
            assertThat(warningsFor(main, "b", 11)).singleElement().asString().startsWith("WARN more than 10 listeners");
        }
    }
}
