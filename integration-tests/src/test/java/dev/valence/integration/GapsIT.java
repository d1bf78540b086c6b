package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A renderer that has no room for broadcasts is told how many it lost, also if no more come. */
class GapsIT {

    private static final byte[] PIECE = new byte[64 << 10];

    @AutoClose
    private final Rig rig = Rig.open(IpcMainOptions.defaults().withLimits(BackpressureIT.shortQueue()));

    private final CompletableFuture<Void> open = new CompletableFuture<>();

    /** Listens, but not before main has answered, and tells what it gets and what it has missed. */
    static void gaps(IpcRenderer renderer) {
        CountDownLatch opened = new CountDownLatch(1);
        renderer.invoke("open", null, Void.class).thenRun(opened::countDown);
        renderer.on("news", byte[].class, (event, piece) -> {
            opened.await();
            event.reply("heard", "one");
        });
        renderer.onGap((channel, count) -> renderer.send("heard", channel + " " + count));
    }

    @Test
    void broadcastsAreLostAndNoneFollows_theRendererIsToldInTheirPlace() throws Exception {
        Received<Renderer, String> heard = new Received<>();
        rig.main().handleAsync("open", Void.class, (event, nothing) -> open);
        rig.main().on("heard", String.class, heard);
        Renderer renderer = rig.launch("gaps");
        int accepted = 0;
        int skipped = 0;
        int lastSkipped = 0; // without one that was accepted in between
        while (lastSkipped < 100) { // what the socket and the window hold is accepted meanwhile
            boolean isAccepted = rig.main()
                    .broadcast("news", PIECE)
                    .report()
                    .join()
                    .accepted()
                    .contains(renderer.id());
            accepted += isAccepted ? 1 : 0;
            skipped += isAccepted ? 0 : 1;
            lastSkipped = isAccepted ? 0 : lastSkipped + 1;
        }

        open.complete(null);

        int listened = 0;
        int missed = 0;
        String last = "";
        while (listened < accepted || missed < skipped) {
            last = heard.next();
            listened += last.equals("one") ? 1 : 0;
            missed += last.startsWith("news ") ? Integer.parseInt(last.substring(5)) : 0;
        }
        assertThat(missed).isEqualTo(skipped);
        assertThat(last)
                .describedAs("its place is behind all that was accepted")
                .startsWith("news ");
        assertThat(rig.main().counters().skippedBroadcasts()).isEqualTo(skipped);
        assertThat(rig.main().counters().untoldGaps()).isZero();
    }
}
