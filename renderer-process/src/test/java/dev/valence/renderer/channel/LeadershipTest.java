package dev.valence.renderer.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the I/O thread is told of a leader, on the thread of the test. */
@Timeout(60)
class LeadershipTest {

    private final AtomicInteger told = new AtomicInteger();
    private SocketChannel channel;
    private Leadership leadership;

    @BeforeEach
    void open() throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.configureBlocking(false);
        leadership = new Leadership(channel, told::incrementAndGet);
    }

    @AfterEach
    void close() throws IOException {
        leadership.close();
        channel.close();
    }

    /** As long as nobody leads anew, the I/O thread looks every millisecond, then sleeps. */
    private void sleepBesideTheLeader() {
        long millis = leadership.patienceMillis(false);
        while (millis > 0) {
            leadership.onAwake();
            millis = leadership.patienceMillis(false);
        }
    }

    @Test
    void ioThreadThatWaitsForBytes_mayWaitForEver() {
        assertThat(leadership.patienceMillis(true)).isZero();
    }

    @Test
    void leaderThatBeganSinceTheIoThreadLooked_isLookedAfter() throws IOException {
        assertThat(leadership.turn().isFree()).isTrue();
        assertThat(leadership.begin()).isTrue();
        leadership.leave();
        assertThat(leadership.begin()).isTrue();
        assertThat(leadership.patienceMillis(false)).isPositive(); // does not wait for bytes, and is not told
        leadership.leave();
        assertThat(told).hasValue(0);
    }

    @Test
    void ioThreadThatSleepsBesideALeader_isToldWhenItLeaves() throws IOException {
        assertThat(leadership.begin()).isTrue();
        sleepBesideTheLeader();
        leadership.leave();
        assertThat(told).hasValue(1);
        assertThat(leadership.turn().isFree()).isTrue();
    }

    @Test
    void ioThreadThatDoesNotWaitForBytesWhileTheTurnIsFree_looksAgain() throws IOException {
        assertThat(leadership.begin()).isTrue();
        leadership.leave();
        leadership.expect(); // the turn is free from here on
        assertThat(leadership.turn().isFree()).isTrue();
        assertThat(leadership.patienceMillis(false)).isPositive();
    }
}
