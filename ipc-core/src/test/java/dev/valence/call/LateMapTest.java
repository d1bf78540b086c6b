package dev.valence.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.fixtures.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LateMapTest {

    private final LateMap<Long, String> map = new LateMap<>();

    @Test
    void mapWithoutEntries_answersAsAnEmptyOne() {
        assertThat(map.get(1L)).isNull();
        assertThat(map.remove(1L)).isNull();
        assertThat(map.remove(1L, "a")).isFalse();
        assertThat(map.size()).isZero();
        assertThat(map.keys()).isEmpty();
        assertThat(map.values()).isEmpty();
    }

    @Test
    void entries_comeAndGo() {
        map.put(1L, "a");
        assertThat(map.putIfAbsent(1L, "b")).isFalse();
        assertThat(map.putIfAbsent(2L, "b")).isTrue();
        assertThat(map.get(1L)).isEqualTo("a");
        assertThat(map.keys()).containsExactlyInAnyOrder(1L, 2L);
        assertThat(map.values()).containsExactlyInAnyOrder("a", "b");
        assertThat(map.remove(1L, "b")).isFalse();
        assertThat(map.remove(1L, "a")).isTrue();
        assertThat(map.remove(2L)).isEqualTo("b");
        assertThat(map.size()).isZero();
    }

    @Test
    void firstEntriesOfManyThreads_areAllThere() {
        for (int round = 0; round < 200; round++) {
            LateMap<Long, String> raced = new LateMap<>();
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Void>> puts = new ArrayList<>();
            for (long key = 0; key < 4; key++) {
                long own = key;
                FutureTask<Void> put = new FutureTask<>(
                        () -> {
                            Patience.await(start);
                            raced.put(own, "x");
                        },
                        null);
                puts.add(put);
                new Thread(put).start();
            }
            start.countDown();
            puts.forEach(Patience::get);
            assertThat(raced.size()).isEqualTo(4);
        }
    }
}
