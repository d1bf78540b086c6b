package dev.valence.session;

import static dev.valence.fixtures.RawFrames.gap;
import static dev.valence.fixtures.RawFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallbackExecutor;
import dev.valence.GapListener;
import dev.valence.Limits;
import dev.valence.Registration;
import dev.valence.fixtures.ManualExecutor;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.RawFrames;
import dev.valence.fixtures.RawPeer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gaps as the listeners of a client see them. */
class SessionGapTest {

    private final ManualExecutor callbacks = new ManualExecutor();
    private final PairedEnd client = PairedEnd.client(Limits.defaults(), CallbackExecutor.serial(callbacks));
    private final RawPeer peer = new RawPeer(client::connect);
    private final List<String> told = new ArrayList<>();

    SessionGapTest() {
        peer.next();
        peer.send(RawFrames.welcome());
        client.sendReady();
        peer.next();
        client.receiver().on("news", String.class, (event, text) -> told.add(text + " missed " + event.missed()));
    }

    @AfterEach
    void end() {
        peer.breakOff();
        client.services().close();
    }

    private void listen(String name) {
        client.session().listenToGaps((channel, count) -> told.add(name + " " + channel + " " + count));
    }

    @Test
    void gap_isToldInItsPlaceAmongTheMessages() {
        listen("gap");
        peer.send(text("news", "a"));
        peer.send(gap("news", 3));
        peer.send(text("news", "b"));
        callbacks.runAll();
        assertThat(told).containsExactly("a missed 0", "gap news 3", "b missed 3");
    }

    @Test
    void gap_isToldAlsoIfNothingFollowsOnItsChannel() {
        listen("gap");
        peer.send(gap("news", 3));
        peer.send(gap("news", 2));
        peer.send(gap("other", 1));
        callbacks.runAll();
        assertThat(told).containsExactly("gap news 3", "gap news 2", "gap other 1");
    }

    @Test
    void gapListenerThatThrows_reachesTheHookAndTheOthersRun() {
        Exception thrown = new Exception("thrown on purpose");
        client.session().listenToGaps((channel, count) -> {
            throw thrown;
        });
        listen("second");
        peer.send(gap("news", 1));
        peer.send(text("news", "a"));
        callbacks.runAll();
        assertThat(told).containsExactly("second news 1", "a missed 1");
        assertThat(client.uncaught()).containsExactly(thrown);
    }

    @Test
    void closedRegistration_isToldNothing() {
        GapListener same = (channel, count) -> told.add("same");
        Registration first = client.session().listenToGaps(same);
        client.session().listenToGaps(same);
        first.close();
        first.close();
        peer.send(gap("news", 1));
        callbacks.runAll();
        assertThat(told).containsExactly("same");
    }
}
