package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.cancel;
import static dev.valence.fixtures.RawFrames.credit;
import static dev.valence.fixtures.RawFrames.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.fixtures.Source;
import dev.valence.proto.Frame;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What streams cost at the handler's side when the peer asks for everything and reads nothing. */
@Timeout(60)
class StreamMemoryTest {

    private static final int MIB = 1 << 20;
    private static final int STREAMS = 1000;

    private final AtomicInteger given = new AtomicInteger();
    private final Limits limits = Limits.defaults().withQueueBytes(4 * MIB, 8 * MIB);

    private Dialogue withStreams(int itemBytes) {
        Dialogue dialogue = Dialogue.withOpenMain(limits, CallbackExecutor.direct());
        dialogue.end
                .receiver()
                .handleStream(
                        "s",
                        Object.class,
                        (event, request) -> Source.of(Long.MAX_VALUE, n -> {
                            given.incrementAndGet();
                            return new byte[itemBytes];
                        }));
        for (int i = 1; i <= STREAMS; i++) {
            dialogue.peer.send(stream(i, "s", s -> s.setInitialItems(Long.MAX_VALUE)));
        }
        return dialogue;
    }

    @Test
    void peerThatReadsNothing_costsTheReplyLaneAndOneItem() {
        try (Dialogue dialogue = withStreams(MIB)) {
            assertThat(given.get()).isEqualTo(8);
            dialogue.assertGoesOn();
        }
    }

    @Test
    void peerThatReadsAgain_getsTheItemsOfEveryStream() {
        try (Dialogue dialogue = withStreams(MIB)) {
            Set<Long> served = new HashSet<>();
            while (served.size() < STREAMS) {
                List<Frame> frames = dialogue.peer.drain();
                assertThat(frames).as("after %s streams", served.size()).isNotEmpty();
                frames.stream()
                        .filter(Frame::hasItem)
                        .forEach(frame -> served.add(frame.getItem().getId()));
                dialogue.peer.send(credit(c -> c.setReplyBytes(8 * MIB)));
                assertThat(given.get()).isLessThanOrEqualTo(served.size() + 16);
            }
            dialogue.peer.drain();
            assertThat(given.get()).isEqualTo(STREAMS); // each is beyond its window now
        }
    }

    @Test
    void streamsThatAreCancelledWhileTheyWaitForRoom_letOthersGoOn() {
        try (Dialogue dialogue = withStreams(MIB)) {
            for (int i = 1; i < STREAMS; i++) {
                dialogue.peer.send(cancel(i));
            }
            boolean isServed = false;
            List<Frame> frames;
            while (!isServed && !(frames = dialogue.peer.drain()).isEmpty()) {
                isServed = frames.stream().anyMatch(frame -> frame.getItem().getId() == STREAMS);
                dialogue.peer.send(credit(c -> c.setReplyBytes(8 * MIB)));
            }
            assertThat(isServed).isTrue();
            assertThat(given.get()).isEqualTo(9);
        }
    }

    @Test
    void smallItems_fillTheLaneNoFurther() {
        try (Dialogue dialogue = withStreams(1024)) {
            assertThat(given.get()).isBetween(8 * MIB / 1280, 8 * MIB / 1280 + 1 + STREAMS);
        }
    }
}
