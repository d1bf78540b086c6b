package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.IpcSender;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large arrays, each of which is filled with something else as soon as it was sent. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class LargeSendsIT {

    private static final int MESSAGES = 150;
    private static final int MIB = 1 << 20;

    /** Notes what arrives; each array holds its number in every byte. */
    private static final class Filled {
        private final CompletableFuture<Integer> intact = new CompletableFuture<>();
        private int next; // inside the turn only

        void take(byte[] bytes) {
            for (byte each : bytes) {
                if (each != (byte) next) {
                    intact.completeExceptionally(
                            new AssertionError("message " + next + " of " + bytes.length + " bytes has " + each));
                    return;
                }
            }
            if (++next == MESSAGES) {
                intact.complete(next);
            }
        }
    }

    /** Sends from a thread that is no callback, and changes what it has sent. */
    private static void send(IpcSender to) {
        byte[] small = new byte[600_000];
        byte[] large = new byte[5 * MIB];
        for (int i = 0; i < MESSAGES; i++) {
            byte[] bytes = i % 10 == 0 ? large : small;
            Arrays.fill(bytes, (byte) i);
            to.send("filled", bytes);
            Arrays.fill(bytes, (byte) -1);
        }
    }

    /** A renderer that sends and checks the same as main. */
    static final class Mirror {
        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                Filled filled = new Filled();
                renderer.on("filled", byte[].class, (event, bytes) -> filled.take(bytes));
                renderer.handleAsync("intact", Void.class, (event, none) -> filled.intact);
                renderer.on("send", Void.class, (event, none) -> new Thread(() -> send(renderer)).start());
            });
        }
    }

    @Test
    void arraysThatAreChangedOnceTheyAreSent_arriveAsTheyWere() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Filled filled = new Filled();
            main.on("filled", byte[].class, (event, bytes) -> filled.take(bytes));
            Renderer renderer = ready(main.launch(ProcScenarios.spec(Mirror.class)));
            renderer.send("send", null);
            send(renderer);
            assertThat(await(renderer.invoke("intact", null, Integer.class))).isEqualTo(MESSAGES);
            assertThat(await(filled.intact)).isEqualTo(MESSAGES);
        }
    }
}
