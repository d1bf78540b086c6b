package dev.valence.session;

import static dev.valence.fixtures.RawFrames.message;
import static dev.valence.fixtures.RawFrames.request;
import static dev.valence.fixtures.RawFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Origin;
import dev.valence.Payload;
import dev.valence.Tap;
import dev.valence.TapEvent;
import dev.valence.TapEvent.Direction;
import dev.valence.TapEvent.Kind;
import dev.valence.TypeRef;
import dev.valence.connection.SendListener;
import dev.valence.fixtures.CapturedLog;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.RawFrames;
import dev.valence.fixtures.RawPeer;
import dev.valence.fixtures.SessionPair;
import dev.valence.proto.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tap sees of a session: here mostly main's end, whose peer is a test. */
@Timeout(60)
class SessionTapTest {

    private final Queue<TapEvent> events = new ConcurrentLinkedQueue<>();
    private final PairedEnd main = PairedEnd.server(Limits.defaults(), CallbackExecutor.direct(), events::add);
    private final RawPeer peer = new RawPeer(main::accept);

    SessionTapTest() {
        peer.send(RawFrames.hello(hello -> hello.setWindows(RawFrames.windows(1 << 30, 1 << 30))))
                .sendReady();
        peer.drain();
    }

    @AfterEach
    void end() {
        peer.breakOff();
        main.services().close();
    }

    /** Returns what was seen, such as {@code RECEIVED MESSAGE m 5}; what did not go well has its code behind. */
    private List<String> seen() {
        return events.stream().map(SessionTapTest::describe).toList();
    }

    private static String describe(TapEvent event) {
        String text = event.direction() + " " + event.kind() + " " + event.channel() + " " + event.payloadBytes();
        return event.outcome() == null ? text : text + " " + event.outcome();
    }

    @Test
    void LC3_messageThatComes_isSeenBeforeAnyListener() {
        List<Integer> seenBefore = new ArrayList<>();
        main.receiver().on("m", String.class, (event, text) -> seenBefore.add(events.size()));
        peer.send(text("m", "hello"));
        assertThat(seenBefore).containsExactly(1);
        TapEvent event = events.remove();
        assertThat(event)
                .isEqualTo(new TapEvent(
                        Direction.RECEIVED,
                        Kind.MESSAGE,
                        new Origin(PairedEnd.CLIENT_ID),
                        "m",
                        new Payload(Encoding.STRING, "hello".getBytes(StandardCharsets.UTF_8)),
                        null,
                        null));
        peer.send(message("b", broadcast -> broadcast.setId(1).setBroadcast(true)));
        assertThat(seen()).containsExactly("RECEIVED BROADCAST b 0");
    }

    @Test
    void LC3_requestThatComes_isSeenWithItsAnswer() {
        main.receiver().handle("h", Object.class, (event, payload) -> {
            assertThat(events).hasSize(1);
            return "reply";
        });
        peer.send(request(1, "h"));
        assertThat(peer.drain()).anyMatch(Frame::hasReply);
        assertThat(seen()).containsExactly("RECEIVED REQUEST h 0", "SENT REPLY h 5");
        assertThat(events.remove().latency()).isNull();
        assertThat(events.remove().latency()).isNotNull().isPositive();
    }

    @Test
    void LC3_requestThatFails_isSeenWithItsCode() {
        main.receiver().handle("throws", Object.class, (event, payload) -> {
            throw new IllegalStateException("on purpose");
        });
        main.permit(channel -> !channel.equals("secret"));
        peer.send(request(1, "none"));
        peer.send(request(2, "throws"));
        peer.drain();
        peer.send(request(3, "secret"));
        peer.send(text("secret", "x"));
        assertThat(seen())
                .containsExactly(
                        "RECEIVED REQUEST none 0",
                        "SENT FAILURE none 0 NO_HANDLER",
                        "RECEIVED REQUEST throws 0",
                        "SENT FAILURE throws 0 HANDLER_FAILED",
                        "RECEIVED REQUEST secret 0",
                        "SENT FAILURE secret 0 PERMISSION_DENIED",
                        "RECEIVED MESSAGE secret 1 PERMISSION_DENIED");
    }

    @Test
    void LC3_whatIsSent_isSeenWhenItIsWritten() {
        main.send("m", "hello");
        assertThat(seen()).isEmpty();
        peer.drain();
        assertThat(seen()).containsExactly("SENT MESSAGE m 5");
    }

    @Test
    void OR1_OR2_whatIsSent_isSeenInTheOrderOfSending() {
        List<String> sent = IntStream.range(0, 1000).mapToObj(Integer::toString).toList();
        for (String channel : sent) {
            if (channel.endsWith("7")) {
                Call<Object> unanswered = main.invoke(channel, 1, Object.class);
                assertThat(unanswered).isNotDone();
            } else {
                main.send(channel, channel.endsWith("3") ? new byte[300_000] : 1);
            }
            if (channel.endsWith("5")) {
                peer.drain();
            }
        }
        peer.drain();
        assertThat(events.stream().map(TapEvent::channel)).isEqualTo(sent);
    }

    @Test
    void callThatEnds_isSeenOnceHoweverItEnds() {
        Call<String> answered = main.invoke("answered", null, String.class);
        Call<String> failed = main.invoke("failed", null, String.class);
        Call<String> cancelled = main.invoke("cancelled", null, String.class);
        Call<String> late =
                main.invoke("late", null, TypeRef.of(String.class), CallOptions.withDeadline(Duration.ofMillis(1)));
        assertThat(((IpcException) Patience.failure(late)).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        peer.drain();
        events.clear();
        peer.send(RawFrames.reply(1, reply -> reply.setEncoding(Encoding.NULL)));
        peer.send(RawFrames.failure(2, ErrorCode.NO_HANDLER.number()));
        cancelled.cancel(true);
        assertThat(answered).isDone();
        assertThat(failed).isCompletedExceptionally();
        Call<String> pending = main.invoke("pending", null, String.class);
        peer.breakOff();
        assertThat(pending).isCompletedExceptionally();
        assertThat(seen())
                .containsExactly(
                        "RECEIVED REPLY answered 0",
                        "RECEIVED FAILURE failed 0 NO_HANDLER",
                        "RECEIVED FAILURE cancelled 0 CANCELLED",
                        "RECEIVED FAILURE pending 0 PEER_GONE");
        assertThat(events).allSatisfy(event -> assertThat(event.latency()).isPositive());
    }

    @Test
    void tapThatThrows_doesNoHarm() {
        Error thrown = new AssertionError("thrown on purpose");
        Tap broken = event -> {
            throw thrown;
        };
        try (CapturedLog log = new CapturedLog(Tap.class);
                SessionPair pair = taps(broken)) {
            pair.server().receiver().handle("h", String.class, (event, text) -> text + "!");
            CompletableFuture<String> heard = new CompletableFuture<>();
            pair.server().receiver().on("m", String.class, (event, text) -> heard.complete(text));
            pair.client().send("m", "message");
            assertThat(Patience.get(heard)).isEqualTo("message");
            assertThat(pair.client().invokeSync("h", "request", String.class)).isEqualTo("request!");
            assertThat(log.events())
                    .isNotEmpty()
                    .allSatisfy(event ->
                            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("thrown on purpose"));
        }
    }

    @Test
    void tapThatWaits_isRefused() {
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        CompletableFuture<PairedEnd> self = new CompletableFuture<>();
        Tap waiting = event -> {
            try {
                if (event.kind() == Kind.MESSAGE) {
                    self.join().invokeSync("h", 1, int.class);
                }
            } catch (IllegalStateException e) {
                refused.complete(e);
            }
        };
        try (SessionPair pair = taps(waiting)) {
            self.complete(pair.client());
            pair.client().send("m", "message");
            assertThat(Patience.get(refused)).hasMessageContaining("inside a tap");
        }
    }

    @Test
    void withoutATap_nothingIsMade() {
        SendListener listener = new SendListener() {};
        Traffic untapped = new Traffic(null, Origin.MAIN);
        assertThat(untapped.sending(Kind.MESSAGE, "m", new Payload(0, new byte[0]), listener))
                .isSameAs(listener);
    }

    private static SessionPair taps(Tap tap) {
        return SessionPair.join(
                PairedEnd.server(Limits.defaults(), CallbackExecutor.elastic(), tap),
                PairedEnd.client(Limits.defaults(), CallbackExecutor.elastic(), tap));
    }
}
