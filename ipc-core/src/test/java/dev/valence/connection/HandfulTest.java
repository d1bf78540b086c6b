package dev.valence.connection;

import static dev.valence.connection.OutboxItems.item;
import static dev.valence.connection.OutboxItems.message;
import static dev.valence.connection.OutboxItems.names;
import static dev.valence.connection.OutboxItems.offerBroadcast;
import static dev.valence.connection.OutboxItems.ping;
import static dev.valence.connection.OutboxItems.reply;
import static dev.valence.connection.OutboxItems.request;
import static dev.valence.connection.OutboxItems.sent;
import static dev.valence.connection.OutboxItems.takenAtOnce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Limits;
import dev.valence.frame.Frame.Windows;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandfulTest {

    private static final int KIB = 1024;

    private static Outbox connected(long windowBytes) {
        Outbox outbox = Outbox.flowing(Limits.defaults());
        ReceiveWindow none = new ReceiveWindow(KIB * KIB);
        outbox.attach(new SilentLink(), new Windows(windowBytes, windowBytes), none, none, reason -> {});
        return outbox;
    }

    private static void broadcast(Outbox outbox, String channel, int size, SplittableRandom random) {
        int origin = random.nextInt(3);
        for (int i = random.nextInt(20); i >= 0; i--) {
            Outgoing message =
                    size > 200 ? message(channel, size) : SharedMessageTest.shared(channel + "." + i, size, origin);
            offerBroadcast(outbox, message, "b", origin);
        }
    }

    private static void fill(Outbox outbox, SplittableRandom random) {
        for (int i = 0; i < 40; i++) {
            int size = random.nextInt(5) == 0 ? random.nextInt(600 * KIB) : random.nextInt(200);
            switch (random.nextInt(6)) {
                case 0 -> outbox.offer(reply(i + 1, size), Admission.ALWAYS);
                case 1 -> outbox.offer(item(i + 1, size), Admission.ALWAYS);
                case 2 -> outbox.offer(request("r" + i, size, SendListener.NONE), Admission.ALWAYS);
                case 3 -> broadcast(outbox, "b" + i, size, random);
                case 4 -> outbox.offerControl(ping(i));
                default -> outbox.offer(message("m" + i, size), Admission.ALWAYS);
            }
        }
    }

    @Test
    void framesTakenTogether_areThoseThatAreTakenOneByOne() {
        for (int round = 0; round < 200; round++) {
            long window = round % 2 == 0 ? 32 * KIB : 2L * KIB * KIB;
            Outbox together = connected(window);
            Outbox oneByOne = connected(window);
            fill(together, new SplittableRandom(round));
            fill(oneByOne, new SplittableRandom(round));
            List<String> taken = new ArrayList<>();
            List<String> some = takenAtOnce(together);
            while (!some.isEmpty()) {
                taken.addAll(some);
                some = takenAtOnce(together);
            }
            assertThat(taken).as("round %s", round).isEqualTo(sent(oneByOne));
            assertThat(together.levels()).isEqualTo(oneByOne.levels());
        }
    }

    @Test
    void reply_comesAfterOneSharedMessage() {
        Outbox outbox = connected(KIB * KIB);
        for (int i = 0; i < 4; i++) {
            offerBroadcast(outbox, SharedMessageTest.shared("m" + i, 1, 0), "m", 0);
        }
        outbox.offer(reply(1, 1), Admission.ALWAYS);
        outbox.offer(reply(2, 1), Admission.ALWAYS);
        assertThat(takenAtOnce(outbox)).containsExactly("reply 1", "m0", "reply 2", "m1", "m2", "m3");
    }

    @Test
    void requestThatIsCancelledAfterItWasTaken_isFollowedByACancel() {
        Outbox outbox = connected(KIB * KIB);
        Outgoing request = request("r", 1, SendListener.NONE);
        outbox.offer(request, Admission.SOFT);
        outbox.offer(message("m", 1), Admission.SOFT);
        Handful handful = new Handful(Handful.FRAMES);
        outbox.take(handful);
        outbox.cancel(request);
        assertThat(names(handful)).containsExactly("r", "m");
        assertThat(takenAtOnce(outbox)).containsExactly("cancel 1");
    }

    @Test
    void whoIsToldOfASend_isForgotten() {
        Outbox outbox = connected(KIB * KIB);
        outbox.offer(message("a", 1, false, new SendListener() {}), Admission.SOFT);
        SendListener listener = new SendListener() {};
        WeakReference<SendListener> kept = new WeakReference<>(listener);
        outbox.offer(message("b", 1, false, listener), Admission.SOFT);
        listener = SendListener.NONE;
        assertThat(takenAtOnce(outbox)).containsExactly("a", "b");
        await().until(() -> {
            System.gc();
            return kept.get() == null;
        });
        assertThat(listener).isSameAs(SendListener.NONE);
    }

    @Test
    void handful_endsWithALargeFrame() {
        Outbox outbox = connected(KIB * KIB);
        outbox.offer(message("small", 10), Admission.SOFT);
        outbox.offer(message("large", 3 * KIB), Admission.SOFT);
        for (int i = 0; i < 20; i++) {
            outbox.offer(message("m", 10), Admission.SOFT);
        }
        assertThat(takenAtOnce(outbox)).containsExactly("small", "large");
        assertThat(takenAtOnce(outbox)).hasSize(Handful.FRAMES);
        assertThat(takenAtOnce(outbox)).hasSize(20 - Handful.FRAMES);
        assertThat(takenAtOnce(outbox)).isEmpty();
    }

    @Test
    void senders_areToldWithoutTheLock() {
        Outbox outbox = connected(KIB * KIB);
        List<SendLevels> seen = new ArrayList<>();
        SendListener looking = new SendListener() {
            @Override
            public void onSent() {
                seen.add(CompletableFuture.supplyAsync(outbox::levels)
                        .orTimeout(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)
                        .join());
            }
        };
        outbox.offer(message("a", 1, false, looking), Admission.SOFT);
        outbox.offer(message("b", 1, false, looking), Admission.SOFT);
        assertThat(takenAtOnce(outbox)).containsExactly("a", "b");
        assertThat(seen).hasSize(2).allSatisfy(levels -> assertThat(levels).isEqualTo(outbox.levels()));
    }
}
