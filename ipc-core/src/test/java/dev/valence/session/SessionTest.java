package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.ErrorCode;
import dev.valence.EventChannel;
import dev.valence.IpcEvent;
import dev.valence.IpcException;
import dev.valence.Origin;
import dev.valence.Payload;
import dev.valence.Registration;
import dev.valence.RequestChannel;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages, requests and the end of a session. */
@Timeout(60)
class SessionTest {

    @Test
    void tenThousandMessagesEachWay_arriveInOrder() {
        int count = 10_000;
        List<Integer> expected = IntStream.range(0, count).boxed().toList();
        try (SessionPair pair = SessionPair.open()) {
            List<Integer> atServer = new ArrayList<>();
            List<Integer> atClient = new ArrayList<>();
            CompletableFuture<Void> serverDone = new CompletableFuture<>();
            CompletableFuture<Void> clientDone = new CompletableFuture<>();
            collect(pair.server(), atServer, count, serverDone);
            collect(pair.client(), atClient, count, clientDone);
            for (int i = 0; i < count; i++) {
                pair.client().send(i % 2 == 0 ? "even" : "odd", i);
                pair.server().send(i % 2 == 0 ? "even" : "odd", i);
            }
            Patience.get(serverDone);
            Patience.get(clientDone);
            assertThat(atServer).isEqualTo(expected);
            assertThat(atClient).isEqualTo(expected);
        }
    }

    private static void collect(PairedEnd end, List<Integer> into, int count, CompletableFuture<Void> done) {
        for (String channel : List.of("even", "odd")) {
            end.receiver().on(channel, int.class, (event, number) -> {
                into.add(number);
                if (into.size() == count) {
                    done.complete(null);
                }
            });
        }
    }

    @Test
    void thousandInvokesFromEightThreadsEachWay_eachGetItsOwnReply() {
        int each = 1000;
        int threads = 8;
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("double", int.class, (event, n) -> n * 2);
            pair.client().receiver().handle("double", int.class, (event, n) -> n * 2);
            Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                PairedEnd end = i % 2 == 0 ? pair.client() : pair.server();
                int first = i * each;
                callers.add(new Thread(() -> {
                    try {
                        for (int n = first; n < first + each; n++) {
                            assertThat(end.invokeSync("double", n, int.class)).isEqualTo(n * 2);
                        }
                    } catch (Throwable t) {
                        wrong.add(t);
                    }
                }));
            }
            callers.forEach(Thread::start);
            callers.forEach(Patience::join);
            assertThat(wrong).isEmpty();
        }
    }

    @Test
    void eventThatIsKept_keepsNoPayload() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<IpcEvent<?>> kept = new CompletableFuture<>();
            CompletableFuture<WeakReference<byte[]>> payload = new CompletableFuture<>();
            pair.server().receiver().on("bytes", byte[].class, (event, bytes) -> {
                payload.complete(new WeakReference<>(bytes));
                kept.complete(event);
            });
            pair.client().send("bytes", new byte[1000]);
            await().until(() -> {
                System.gc();
                return Patience.get(payload).get() == null;
            });
            assertThat(Patience.get(kept).channel()).isEqualTo("bytes");
        }
    }

    @Test
    void thousandInvokesAtOnce_eachGetItsOwnReply() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("double", int.class, (event, n) -> n * 2);
            List<Call<Integer>> calls = new ArrayList<>();
            for (int n = 0; n < 1000; n++) {
                calls.add(pair.client().invoke("double", n, int.class));
            }
            for (int n = 0; n < 1000; n++) {
                assertThat(Patience.get(calls.get(n))).isEqualTo(n * 2);
            }
            assertThat(pair.client().session().pendingCalls()).isZero();
        }
    }

    @Test
    void nullRequestAndReply_passAsNull() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("null", String.class, (event, text) -> text == null ? null : "not null");
            assertThat(pair.client().invokeSync("null", null, String.class)).isNull();
        }
    }

    @Test
    void stageOfAHandler_isWaitedFor() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> later = new CompletableFuture<>();
            pair.server().receiver().handle("plain", String.class, (event, text) -> later);
            pair.server().receiver().handleAsync("async", String.class, (event, text) -> later);
            Call<String> plain = pair.client().invoke("plain", "x", String.class);
            Call<String> async = pair.client().invoke("async", "x", String.class);
            later.complete("done");
            assertThat(Patience.get(plain)).isEqualTo("done");
            assertThat(Patience.get(async)).isEqualTo("done");
        }
    }

    @Test
    void typedChannels_carryTheirTypes() {
        EventChannel<String> action = EventChannel.of("action", String.class);
        RequestChannel<Integer, Long> square = RequestChannel.of("square", Integer.class, Long.class);
        RequestChannel<String, Void> note = RequestChannel.of("note", String.class, Void.class);
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> heard = new CompletableFuture<>();
            CompletableFuture<String> noted = new CompletableFuture<>();
            pair.server().receiver().on(action, (event, text) -> heard.complete(text));
            pair.server().receiver().handle(square, (event, n) -> (long) n * n);
            pair.server().receiver().handleVoid(note, (event, text) -> noted.complete(text));
            pair.client().send(action, "hello!");
            assertThat(Patience.get(heard)).isEqualTo("hello!");
            assertThat(pair.client().invokeSync(square, 7)).isEqualTo(49L);
            assertThat(pair.client().invokeSync(note, "noted")).isNull();
            assertThat(noted).isCompletedWithValue("noted");
            assertThat(pair.server().receiver().listenerCount(action)).isOne();
            assertThat(pair.server().receiver().removeHandler(note)).isTrue();
        }
    }

    @Test
    void payloadAsTheType_passesOnUndecoded() {
        Payload strange = new Payload(4711, new byte[] {1, 2, 3});
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("echo", Payload.class, (event, payload) -> payload);
            assertThat(pair.client().invokeSync("echo", strange, Payload.class)).isEqualTo(strange);
        }
    }

    @Test
    void event_saysWhoSentAndReplyGoesBack() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<IpcEvent<PairedEnd>> atServer = new CompletableFuture<>();
            CompletableFuture<IpcEvent<PairedEnd>> atClient = new CompletableFuture<>();
            pair.server().receiver().on("question", String.class, (event, text) -> {
                event.reply("answer", text + "!");
                atServer.complete(event);
            });
            pair.client().receiver().on("answer", String.class, (event, text) -> atClient.complete(event));
            pair.client().send("question", "hello");
            IpcEvent<PairedEnd> question = Patience.get(atServer);
            IpcEvent<PairedEnd> answer = Patience.get(atClient);
            assertThat(question.sender()).isSameAs(pair.server());
            assertThat(question.channel()).isEqualTo("question");
            assertThat(question.origin()).isEqualTo(new Origin(PairedEnd.CLIENT_ID));
            assertThat(question.missed()).isZero();
            assertThat(answer.origin()).isEqualTo(Origin.MAIN);
            assertThat(answer).hasToString("'answer' from main");
        }
    }

    @Test
    void messageNobodyListensTo_isCounted() {
        try (SessionPair pair = SessionPair.open()) {
            pair.client().send("nobody", 1);
            await().until(() -> pair.server().counters().unhandledMessages() == 1);
        }
    }

    @Test
    void scopeAndGlobalListeners_allRunInThisOrder() {
        try (SessionPair pair = SessionPair.open()) {
            List<String> ran = new ArrayList<>();
            CompletableFuture<Void> done = new CompletableFuture<>();
            pair.server().receiver().on("m", String.class, (event, text) -> ran.add("global"));
            pair.server().receiver().on("m", String.class, (event, text) -> done.complete(null));
            pair.server().scope().on("m", String.class, (event, text) -> ran.add("scope 1"));
            pair.server().scope().on("m", String.class, (event, text) -> ran.add("scope 2"));
            pair.client().send("m", "x");
            Patience.get(done);
            assertThat(ran).containsExactly("scope 1", "scope 2", "global");
        }
    }

    @Test
    void scopeHandler_comesBeforeTheGlobalOne() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("who", Object.class, (event, request) -> "global");
            Registration scoped = pair.server().scope().handle("who", Object.class, (event, request) -> "scope");
            assertThat(pair.client().invokeSync("who", null, String.class)).isEqualTo("scope");
            scoped.close();
            assertThat(pair.client().invokeSync("who", null, String.class)).isEqualTo("global");
        }
    }

    @Test
    void onceListener_runsForOneMessageOnly() {
        try (SessionPair pair = SessionPair.open()) {
            AtomicInteger runs = new AtomicInteger();
            pair.server().receiver().once("m", int.class, (event, n) -> runs.incrementAndGet());
            Registration never = pair.server().receiver().once("m", int.class, (event, n) -> runs.addAndGet(100));
            never.close();
            pair.server().receiver().handle("fence", Object.class, (event, request) -> null);
            pair.client().send("m", 1);
            pair.client().send("m", 2);
            pair.client().invokeSync("fence", null, Object.class);
            assertThat(runs).hasValue(1);
            assertThat(pair.server().receiver().listenerCount("m")).isZero();
        }
    }

    @Test
    void handleOnceOfTwoConcurrentRequests_answersOneAndTheOtherHasNoHandler() {
        try (SessionPair pair = SessionPair.open()) {
            CountDownLatch gate = new CountDownLatch(1);
            pair.server().receiver().handleOnce("once", int.class, (event, n) -> {
                Patience.await(gate);
                return n;
            });
            Call<Integer> first = pair.client().invoke("once", 1, int.class);
            Call<Integer> second = pair.client().invoke("once", 2, int.class);
            assertThat(code(second)).isEqualTo(ErrorCode.NO_HANDLER);
            gate.countDown();
            assertThat(Patience.get(first)).isEqualTo(1);
        }
    }

    @Test
    void listenerThatThrows_reachesTheHookAndTheOthersRun() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> last = new CompletableFuture<>();
            Error first = new AssertionError("thrown on purpose");
            pair.server().receiver().on("m", String.class, (event, text) -> {
                throw first;
            });
            pair.server().receiver().on("m", Integer.class, (event, number) -> {}); // a string is no integer
            pair.server().receiver().on("m", String.class, (event, text) -> last.complete(text));
            pair.client().send("m", "x");
            assertThat(Patience.get(last)).isEqualTo("x");
            assertThat(pair.server().uncaught()).hasSize(2).first().isSameAs(first);
            assertThat(pair.server().uncaught())
                    .last()
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED));
        }
    }

    @Test
    void disconnect_failsPendingCallsAndCancelsRunningHandlers() {
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<String> never = new CompletableFuture<>(); // kept, or its loss would be noticed
            CompletableFuture<Void> started = new CompletableFuture<>();
            CompletableFuture<Void> cancelled = new CompletableFuture<>();
            pair.server().receiver().handleAsync("forever", String.class, (event, text) -> {
                event.onCancel(() -> cancelled.complete(null));
                started.complete(null);
                return never;
            });
            Call<String> call = pair.client().invoke("forever", "x", String.class);
            Patience.get(started);
            pair.client().connection().close(new IpcException(ErrorCode.CLOSED, "bye"));
            assertThat(code(call)).isEqualTo(ErrorCode.CLOSED);
            Patience.get(cancelled);
            assertThat(Patience.get(pair.server().disconnected()))
                    .hasMessage("the peer closed the connection: bye")
                    .extracting(IpcException::code)
                    .isEqualTo(ErrorCode.CLOSED);
        }
    }

    @Test
    void everythingAfterTheEnd_failsAtOnceWithItsReason() {
        try (SessionPair pair = SessionPair.open()) {
            pair.client().connection().close(new IpcException(ErrorCode.CLOSED, "bye"));
            Patience.get(pair.server().disconnected());
            PairedEnd server = pair.server();
            assertThatThrownBy(() -> server.send("m", 1)).satisfies(SessionTest::isClosed);
            assertThatThrownBy(() -> server.invokeSync("m", 1, int.class)).satisfies(SessionTest::isClosed);
            assertThat(Patience.failure(server.invoke("m", 1, int.class))).satisfies(SessionTest::isClosed);
            assertThat(server.trySend("m", 1)).isFalse();
            assertThat(server.counters().refusedSends()).isOne();
            assertThat(server.session().pendingCalls()).isZero();
        }
    }

    private static void isClosed(Throwable thrown) {
        assertThat(((IpcException) thrown).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(thrown).hasMessage("the peer closed the connection: bye");
    }

    private static ErrorCode code(Call<?> call) {
        return ((IpcException) Patience.failure(call)).code();
    }
}
