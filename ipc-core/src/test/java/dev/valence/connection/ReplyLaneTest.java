package dev.valence.connection;

import static dev.valence.connection.OutboxItems.item;
import static dev.valence.connection.OutboxItems.reply;
import static dev.valence.connection.OutboxItems.sent;
import static dev.valence.connection.OutboxItems.streamEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Limits;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.Wire;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplyLaneTest {

    private static final int MIB = 1024 * 1024;

    private final Outbox outbox = Outbox.flowing(Limits.defaults());

    @BeforeEach
    void attach() {
        Windows peer = new Windows(MIB, 100 * MIB);
        outbox.attach(new SilentLink(), peer, new ReceiveWindow(MIB), new ReceiveWindow(MIB), reason -> {});
        sent(outbox);
    }

    @Test
    void repliesInOneFrame_goBetweenThePiecesOfALargeOne() {
        outbox.offer(reply(1, 3 * Wire.CHUNK_BYTES), Admission.SOFT);
        outbox.offer(reply(2, 2 * Wire.CHUNK_BYTES), Admission.ALWAYS);
        assertThat(sent(outbox, 1)).containsExactly("reply 1");
        for (int id = 3; id <= 5; id++) {
            outbox.offer(reply(id, Wire.CHUNK_BYTES / 2), Admission.ALWAYS);
        }
        assertThat(sent(outbox))
                .containsExactly(
                        "reply 3",
                        "reply 4",
                        "chunk 1 LANE_REPLY",
                        "reply 5",
                        "chunk 1 LANE_REPLY",
                        "reply 2",
                        "chunk 2 LANE_REPLY");
    }

    @Test
    void itemsBehindALargeOneOfTheirStream_keepTheirPlace() {
        outbox.offer(item(1, 2 * Wire.CHUNK_BYTES), Admission.SOFT);
        outbox.offer(item(1, 1), Admission.ALWAYS);
        outbox.offer(item(2, 1), Admission.ALWAYS);
        outbox.offer(streamEnd(1), Admission.ALWAYS);
        assertThat(sent(outbox)).containsExactly("item 2", "item 1", "chunk 1 LANE_REPLY", "item 1", "end 1");
        outbox.offer(item(1, 1), Admission.ALWAYS);
        outbox.offer(reply(3, 2 * Wire.CHUNK_BYTES), Admission.ALWAYS);
        assertThat(sent(outbox)).containsExactly("item 1", "reply 3", "chunk 3 LANE_REPLY");
    }

    @Test
    void replyThatIsBeingSent_takesNoRoomFromThoseBehind() {
        AtomicInteger told = new AtomicInteger();
        outbox.whenReplyRoom(told::incrementAndGet);
        outbox.offer(reply(1, 64 * MIB), Admission.SOFT);
        assertThat(outbox.hasRoomForReply()).isFalse();
        assertThat(sent(outbox, 1)).containsExactly("reply 1");
        assertThat(told).hasValue(1);
        assertThat(outbox.hasRoomForReply()).isTrue();
        outbox.offer(reply(2, 64 * MIB), Admission.SOFT);
        assertThat(outbox.hasRoomForReply()).isFalse();
        sent(outbox, 10);
        assertThat(told).hasValue(1);
        assertThat(outbox.hasRoomForReply()).isFalse();
    }
}
