package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.frame.Frame;
import dev.valence.frame.OutFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SendQueueTest {

    private final SendQueue queue = new SendQueue();

    private static Outgoing item() {
        return Outgoing.frame(OutFrame.of(new Frame.Cancel(1)), 0, SendListener.NONE);
    }

    @Test
    void items_areTakenFromAnyPlaceAsFromAnArrayDeque() {
        ArrayDeque<Outgoing> model = new ArrayDeque<>();
        List<Outgoing> all = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(400) < (i / 1000 % 2 == 0 ? 240 : 160)) { // it grows, and is emptied
                Outgoing added = item();
                all.add(added);
                model.add(added);
                queue.add(added);
            } else if (!all.isEmpty()) {
                Outgoing removed = random.nextBoolean() && !model.isEmpty()
                        ? model.element()
                        : all.get(random.nextInt(all.size()));
                assertThat(queue.remove(removed)).isEqualTo(model.remove(removed));
                if (model.size() > 200) {
                    assertThat(queue.takeAll()).containsExactlyElementsOf(model);
                    model.clear();
                    all.clear();
                }
            }
            assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
            assertThat(queue.peek()).isSameAs(model.peek());
        }
    }

    @Test
    void itemThatWasTaken_mayJoinAgain() {
        Outgoing first = item();
        Outgoing second = item();
        queue.add(first);
        queue.add(second);
        queue.remove(first);
        queue.add(first);
        assertThat(queue.takeAll()).containsExactly(second, first);
        assertThat(queue.takeAll()).isEmpty();
    }
}
