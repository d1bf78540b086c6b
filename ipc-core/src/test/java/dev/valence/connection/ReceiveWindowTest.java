package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReceiveWindowTest {

    private final ReceiveWindow window = new ReceiveWindow(1000);

    @Test
    void chargesUpToTheWindow_areTakenAndOneMoreIsNot() {
        assertThat(window.take(600)).isTrue();
        assertThat(window.take(400)).isTrue();
        assertThat(window.take(1)).isFalse();
    }

    @Test
    void charges_areAnnouncedWhenAQuarterHasGathered() {
        window.take(1000);
        assertThat(window.giveBack(249)).isFalse();
        assertThat(window.takeDue()).isZero();
        assertThat(window.giveBack(1)).isTrue();
        assertThat(window.takeDue()).isEqualTo(250);
        assertThat(window.takeDue()).isZero();
    }

    @Test
    void room_comesBackWithTheAnnouncementOnly() {
        window.take(1000);
        window.giveBack(1000);
        assertThat(window.take(1)).as("the peer cannot know yet").isFalse();
        assertThat(new ReceiveWindow(1000).takeDue()).isZero();
        window.takeDue();
        assertThat(window.take(999)).isTrue();
        assertThat(window.take(1)).isFalse();
    }

    @Test
    void chargesGivenBackByManyThreads_areAnnouncedOnce() throws Exception {
        int count = 100_000;
        ReceiveWindow shared = new ReceiveWindow(1L << 40);
        shared.take(2L * count);
        AtomicLong announced = new AtomicLong();
        FutureTask<Void> giver = new FutureTask<>(() -> giveBack(shared, count), null);
        FutureTask<Void> other = new FutureTask<>(() -> giveBack(shared, count), null);
        new Thread(giver).start();
        new Thread(other).start();
        while (!giver.isDone() || !other.isDone()) {
            announced.addAndGet(shared.takeDue());
        }
        shared.giveBack(1L << 40); // so that the rest is due
        announced.addAndGet(shared.takeDue());
        assertThat(announced).hasValue(2L * count + (1L << 40));
    }

    private static void giveBack(ReceiveWindow window, int count) {
        for (int i = 0; i < count; i++) {
            window.giveBack(1);
        }
    }
}
