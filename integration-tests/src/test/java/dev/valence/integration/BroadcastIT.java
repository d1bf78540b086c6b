package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Delivery;
import dev.valence.Delivery.Report;
import dev.valence.EventChannel;
import dev.valence.IpcSender;
import dev.valence.Origin;
import dev.valence.Registration;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Messages to all who want them. All tests share main and three renderers; at their start nobody listens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BroadcastIT {

    private static final EventChannel<String> NEWS = EventChannel.of("news", String.class);
    private static final EventChannel<String> QUESTION = EventChannel.of("question", String.class);
    private static final EventChannel<String> ANSWER = EventChannel.of("answer", String.class);
    private static final EventChannel<Heard> HEARD = EventChannel.of("heard", Heard.class);
    private static final int MANY = 1_000;

    @AutoClose
    private final Rig rig = Rig.open();

    private final Received<Renderer, Heard> heardByMain = new Received<>();
    private Member ann;
    private Member bob;
    private Member cid;

    /** What somebody got, and who published it. */
    record Heard(String channel, String text, Origin origin) {}

    /** What somebody is to publish. */
    record Post(String channel, String text) {}

    /** A renderer, and what it says that it got. */
    private record Member(Renderer renderer, Received<Renderer, Heard> heard) {

        int id() {
            return renderer.id();
        }

        Origin origin() {
            return new Origin(renderer.id());
        }

        void subscribe(EventChannel<?> channel) {
            renderer.invokeSync("subscribe", channel.name(), Void.class);
        }

        void unsubscribe(EventChannel<?> channel) {
            renderer.invokeSync("unsubscribe", channel.name(), Void.class);
        }

        Report publish(EventChannel<String> channel, String text) {
            return renderer.invokeSync("publish", new Post(channel.name(), text), Report.class);
        }

        void assertHeard(EventChannel<String> channel, String text, Origin origin) throws InterruptedException {
            assertThat(heard.next()).isEqualTo(new Heard(channel.name(), text, origin));
            assertHeardNothing();
        }

        /** Waits until it has told of all that was sent to it so far, and checks that nothing is left of it. */
        void assertHeardNothing() {
            renderer.invokeSync("settle", null, Void.class);
            assertThat(heard.soFar()).isEmpty();
        }
    }

    /** Does what main asks, tells it of everything it gets, and answers questions. */
    static void audience(IpcRenderer renderer) {
        Map<String, Deque<Registration>> registrations = new ConcurrentHashMap<>();
        renderer.handleVoid("subscribe", String.class, (event, channel) -> {
            registrations
                    .computeIfAbsent(channel, name -> new ConcurrentLinkedDeque<>())
                    .push(tellOf(renderer, channel));
            settle(renderer);
        });
        renderer.handleVoid("unsubscribe", String.class, (event, channel) -> {
            registrations.get(channel).pop().close();
            settle(renderer);
        });
        renderer.handleVoid("unsubscribe all", Void.class, (event, nothing) -> {
            registrations.values().forEach(all -> all.forEach(Registration::close));
            registrations.clear();
            settle(renderer);
        });
        renderer.handle("publish", Post.class, (event, post) -> {
            Delivery delivery = renderer.broadcast(post.channel(), post.text());
            return delivery.report().get(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS);
        });
        renderer.handleVoid("publish many", String.class, (event, channel) -> {
            for (int i = 0; i < MANY; i++) {
                renderer.broadcast(channel, "" + i);
            }
        });
        renderer.handleVoid("send", Post.class, (event, post) -> event.sender().send(post.channel(), post.text()));
        renderer.handleVoid("settle", Void.class, (event, nothing) -> settle(renderer));
        renderer.on(QUESTION, (event, text) -> event.reply(ANSWER, text + " " + renderer.id()));
        tellOf(renderer, ANSWER.name());
    }

    private static Registration tellOf(IpcRenderer renderer, String channel) {
        return renderer.on(
                channel, String.class, (event, text) -> renderer.send(HEARD, new Heard(channel, text, event.origin())));
    }

    /** Waits until main has dealt with all that was sent to it so far. */
    private static void settle(IpcSender main) {
        main.invokeSync("nothing", null, Void.class);
    }

    @BeforeAll
    void launch() {
        rig.main().handle("nothing", Void.class, (event, nothing) -> null);
        ann = member("ann");
        bob = member("bob");
        cid = member("cid");
    }

    @AfterEach
    void forget() {
        rig.main().removeAllListeners();
        for (Member member : List.of(ann, bob, cid)) {
            member.renderer.invokeSync("unsubscribe all", null, Void.class);
            member.assertHeardNothing();
        }
        assertThat(heardByMain.soFar()).isEmpty();
    }

    private Member member(String name) {
        Renderer renderer = rig.launch(Rig.spec("audience").withName(name));
        Received<Renderer, Heard> heard = new Received<>();
        renderer.ipc().on(HEARD, heard);
        return new Member(renderer, heard);
    }

    private void listenInMain(EventChannel<String> channel) {
        rig.main()
                .on(
                        channel,
                        (event, text) -> heardByMain.onMessage(event, new Heard(channel.name(), text, event.origin())));
    }

    private Report broadcast(EventChannel<String> channel, String text) {
        Delivery delivery = rig.main().broadcast(channel, text);
        assertThat(delivery.report()).isCompleted();
        return delivery.report().join();
    }

    @Test
    void BC_mainBroadcasts_reachesThoseWhoListen() throws Exception {
        listenInMain(NEWS);
        ann.subscribe(NEWS);
        bob.subscribe(NEWS);

        Report report = broadcast(NEWS, "rain");

        assertThat(report).isEqualTo(new Report(Set.of(ann.id(), bob.id()), Set.of()));
        ann.assertHeard(NEWS, "rain", Origin.MAIN);
        bob.assertHeard(NEWS, "rain", Origin.MAIN);
    }

    @Test
    void BC_rendererBroadcasts_reachesMainAndTheOthersButNotItself() throws Exception {
        listenInMain(NEWS);
        ann.subscribe(NEWS);
        bob.subscribe(NEWS);
        cid.subscribe(NEWS);

        Report report = ann.publish(NEWS, "sun");

        assertThat(report).isEqualTo(new Report(Set.of(bob.id(), cid.id()), Set.of()));
        bob.assertHeard(NEWS, "sun", ann.origin());
        cid.assertHeard(NEWS, "sun", ann.origin());
        assertThat(heardByMain.next()).isEqualTo(new Heard("news", "sun", ann.origin()));
    }

    @Test
    void nobodyListens_theReportIsEmpty() {
        assertThat(broadcast(NEWS, "fog")).isEqualTo(new Report(Set.of(), Set.of()));
        assertThat(ann.publish(NEWS, "fog")).isEqualTo(new Report(Set.of(), Set.of()));
    }

    @Test
    void subscription_beginsWithTheFirstListenerAndEndsWithTheLast() throws Exception {
        assertThat(ann.renderer.isSubscribed("news")).isFalse();

        ann.subscribe(NEWS);
        assertThat(ann.renderer.isSubscribed("news")).isTrue();
        ann.subscribe(NEWS);
        ann.unsubscribe(NEWS);
        assertThat(ann.renderer.isSubscribed("news")).isTrue();
        assertThat(broadcast(NEWS, "hail").accepted()).containsExactly(ann.id());
        ann.assertHeard(NEWS, "hail", Origin.MAIN);

        ann.unsubscribe(NEWS);
        assertThat(ann.renderer.isSubscribed("news")).isFalse();
        assertThat(broadcast(NEWS, "snow").accepted()).isEmpty();
        ann.assertHeardNothing();
    }

    @Test
    void FR1_LC14_messageToOneRenderer_needsNoSubscriptionAndReachesNobodyElse() throws Exception {
        ann.renderer.send(ANSWER, "to ann");

        ann.assertHeard(ANSWER, "to ann", Origin.MAIN);
    }

    @Test
    void BC_lateSubscriber_getsLaterOnes() throws Exception {
        ann.subscribe(NEWS);
        broadcast(NEWS, "early");
        bob.subscribe(NEWS);

        broadcast(NEWS, "late");

        assertThat(ann.heard.next(2)).extracting(Heard::text).containsExactly("early", "late");
        bob.assertHeard(NEWS, "late", Origin.MAIN);
    }

    @Test
    void IM4_LC16_replyToTheBroadcastOfARenderer_reachesItAlone() throws Exception {
        listenInMain(ANSWER);

        Report report = ann.publish(QUESTION, "who?");

        assertThat(report.accepted()).containsExactlyInAnyOrder(bob.id(), cid.id());
        assertThat(ann.heard.next(2))
                .containsExactlyInAnyOrder(
                        new Heard("answer", "who? " + bob.id(), bob.origin()),
                        new Heard("answer", "who? " + cid.id(), cid.origin()));
    }

    @Test
    void IM4_LC16_replyToAMessage_reachesItsSenderAlone() throws Exception {
        rig.main().on(QUESTION, (event, text) -> event.reply(ANSWER, text + " you"));

        ann.renderer.invokeSync("send", new Post(QUESTION.name(), "who?"), Void.class);

        ann.assertHeard(ANSWER, "who? you", Origin.MAIN); // and after each test nobody else has heard anything
    }

    @Test
    void replyToTheBroadcastOfMain_reachesMainAlone() throws Exception {
        listenInMain(ANSWER);

        broadcast(QUESTION, "who?");

        assertThat(heardByMain.next(3))
                .containsExactlyInAnyOrder(
                        new Heard("answer", "who? " + ann.id(), ann.origin()),
                        new Heard("answer", "who? " + bob.id(), bob.origin()),
                        new Heard("answer", "who? " + cid.id(), cid.origin()));
    }

    @Test
    void broadcastsOfOneRenderer_arriveInOrder() throws Exception {
        listenInMain(NEWS);
        bob.subscribe(NEWS);

        ann.renderer.invokeSync("publish many", "news", Void.class);

        for (int i = 0; i < MANY; i++) {
            assertThat(bob.heard.next().text()).isEqualTo("" + i);
            assertThat(heardByMain.next().text()).isEqualTo("" + i);
        }
    }

    @Test
    void rendererThatIsGone_isNoSubscriberAnyMore() throws Exception {
        Member dan = member("dan");
        dan.subscribe(NEWS);
        bob.subscribe(NEWS);

        dan.renderer.kill();
        Rig.awaitExit(dan.renderer);

        assertThat(dan.renderer.isSubscribed("news")).isFalse();
        assertThat(broadcast(NEWS, "storm")).isEqualTo(new Report(Set.of(bob.id()), Set.of()));
        bob.assertHeard(NEWS, "storm", Origin.MAIN);
    }
}
