package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Limits;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Main passes on what one renderer sends to another, which is slow. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class RelayIT {

    private static final int COUNT = 10_000;
    private static final int SIZE = 1024; // ten megabytes in all: the windows and queues on the way hold a quarter

    @Test
    void slowReceiverBehindAListenerThatSends_getsEverythingInOrder() {
        Limits narrow = Limits.defaults().withQueueBytes(16 * SIZE, 32 * SIZE).withWindowBytes(1 << 20);
        CompletableFuture<String> verdict = new CompletableFuture<>();
        try (Rig rig = Rig.open(IpcMainOptions.defaults().withLimits(narrow))) {
            Renderer receiver = rig.launch(Rig.spec(Receiver.class, "receiver"));
            rig.main().on("x", byte[].class, (event, bytes) -> receiver.send("y", bytes));
            rig.main().on("verdict", String.class, (event, text) -> verdict.complete(text));
            rig.launch(Rig.spec(Sender.class, "sender"));

            assertThat(Rig.await(verdict)).isEqualTo(COUNT + " in order");
        }
    }

    /** Sends as fast as there is room. */
    static final class Sender {
        public static void main(String[] args) {
            IpcRenderer.run(renderer -> new Thread(() -> {
                        for (int i = 0; i < COUNT; i++) {
                            renderer.send(
                                    "x", ByteBuffer.allocate(SIZE).putInt(i).array());
                        }
                    })
                    .start());
        }
    }

    /** Takes its time, and tells main after the last. */
    static final class Receiver {

        private int next; // inside the turn only
        private String fault = " in order"; // inside the turn only

        public static void main(String[] args) {
            Receiver receiver = new Receiver();
            IpcRenderer.run(renderer -> renderer.on("y", byte[].class, (event, bytes) -> {
                Load.pace(100);
                if (receiver.isLast(ByteBuffer.wrap(bytes).getInt())) {
                    event.reply("verdict", receiver.next + receiver.fault);
                }
            }));
        }

        private boolean isLast(int number) {
            if (number != next) {
                fault = ", " + number + " instead of " + next;
            }
            next++;
            return number == COUNT - 1;
        }
    }
}
