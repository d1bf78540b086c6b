package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    void charges_areAnnouncedWhenAnEighthHasGathered() {
        window.take(1000);
        assertThat(window.giveBack(124)).isFalse();
        assertThat(window.takeDue()).isZero();
        assertThat(window.giveBack(1)).isTrue();
        assertThat(window.takeDue()).isEqualTo(125);
        assertThat(window.takeDue()).isZero();
    }

    @Test
    void chargesGivenBackAtOnceAndLater_areAnnouncedTogether() {
        window.take(1000);
        assertThat(window.giveBackAtOnce(50)).isFalse();
        assertThat(window.giveBack(50)).isFalse();
        assertThat(window.takeDue()).isZero();
        assertThat(window.giveBackAtOnce(25)).isTrue();
        assertThat(window.takeDue()).isEqualTo(125);
        assertThat(window.giveBackAtOnce(124)).isFalse();
        assertThat(window.giveBack(1)).isTrue();
        assertThat(window.takeDue()).isEqualTo(125);
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
        ReceiveWindow shared = new ReceiveWindow(4000); // an eighth of it is due again and again
        shared.take(3L * count);
        AtomicLong announced = new AtomicLong();
        List<FutureTask<Void>> givers = List.of(
                new FutureTask<>(() -> repeat(count, () -> shared.giveBack(1)), null),
                new FutureTask<>(() -> repeat(count, () -> shared.giveBack(1)), null),
                new FutureTask<>(() -> repeat(count, () -> shared.giveBackAtOnce(1)), null));
        givers.forEach(giver -> new Thread(giver).start());
        while (!givers.stream().allMatch(FutureTask::isDone)) {
            announced.addAndGet(shared.takeDue());
        }
        shared.giveBack(500); // so that the rest is due
        announced.addAndGet(shared.takeDue());
        assertThat(announced).hasValue(3L * count + 500);
    }

    private static void repeat(int count, Runnable action) {
        for (int i = 0; i < count; i++) {
            action.run();
        }
    }
}
