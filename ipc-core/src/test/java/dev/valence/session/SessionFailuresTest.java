package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.Handler;
import dev.valence.HandlerException;
import dev.valence.HandlerOptions;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Registration;
import dev.valence.RemoteError;
import dev.valence.TypeRef;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.SessionPair;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Whatever a handler, a payload or a caller does wrong, the call ends with a code that says so. */
@Timeout(60)
class SessionFailuresTest {

    @Test
    void noHandler_failsAtOnceAndNamesTheChannel() {
        try (SessionPair pair = SessionPair.open()) {
            IpcException failure = failureOf(pair, "nothing");
            assertThat(failure.code()).isEqualTo(ErrorCode.NO_HANDLER);
            assertThat(failure).hasMessage("No handler registered for 'nothing'");
            assertThat(failure.remote()).isNull();
        }
    }

    @Test
    void removedHandler_isNoHandler() {
        try (SessionPair pair = SessionPair.open()) {
            Registration first = pair.server().receiver().handle("h", Object.class, (event, request) -> 1);
            first.close();
            assertThat(failureOf(pair, "h").code()).isEqualTo(ErrorCode.NO_HANDLER);
            pair.server().receiver().handle("h", Object.class, (event, request) -> 2);
            first.close(); // closing again does not remove the second
            assertThat(pair.client().invokeSync("h", null, int.class)).isEqualTo(2);
            assertThat(pair.server().receiver().removeHandler("h")).isTrue();
            assertThat(pair.server().receiver().removeHandler("h")).isFalse();
            assertThat(failureOf(pair, "h").code()).isEqualTo(ErrorCode.NO_HANDLER);
        }
    }

    @Test
    void checkedException_arrivesWithTypeMessageAndCauses() {
        IpcException failure = thrown((event, request) -> {
            throw new FileNotFoundException("no such file") {
                @Override
                public synchronized Throwable getCause() {
                    return new IllegalStateException("disk", new Error());
                }
            };
        });
        RemoteError remote = failure.remote();
        assertThat(remote.type()).startsWith(SessionFailuresTest.class.getName() + "$");
        assertThat(remote.message()).isEqualTo("no such file");
        assertThat(remote.causes())
                .containsExactly(
                        new RemoteError.Cause("java.lang.IllegalStateException", "disk"),
                        new RemoteError.Cause("java.lang.Error", ""));
        assertThat(remote.applicationCode()).isNull();
        assertThat(remote.applicationDetails()).isNull();
    }

    @Test
    void uncheckedException_isInTheMessageOfTheCaller() {
        IpcException failure = thrown((event, request) -> {
            throw new IllegalArgumentException("not that");
        });
        assertThat(failure)
                .hasMessage("Error invoking remote method 'h': java.lang.IllegalArgumentException: not that");
    }

    @Test
    void exceptionWithoutMessage_endsTheTextAfterTheType() {
        IpcException failure = thrown((event, request) -> {
            throw new IllegalStateException();
        });
        assertThat(failure).hasMessage("Error invoking remote method 'h': java.lang.IllegalStateException");
        assertThat(failure.remote().message()).isEmpty();
    }

    @Test
    void error_failsTheCallOnly() {
        IpcException failure = thrown((event, request) -> {
            throw new NoClassDefFoundError("a/B");
        });
        assertThat(failure.remote().type()).isEqualTo("java.lang.NoClassDefFoundError");
    }

    @Test
    void stackOverflow_failsTheCallOnly() {
        IpcException failure = thrown((event, request) -> endless(0));
        assertThat(failure.remote().type()).isEqualTo("java.lang.StackOverflowError");
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"INFO", "DEBUG"})
    void throwableWhoseMessageThrows_isAWellFormedFailureWhateverIsLogged(String level) {
        Logger logger = (Logger) LoggerFactory.getLogger(RequestDesk.class);
        logger.setLevel(Level.valueOf(level));
        try {
            IpcException failure = thrown((event, request) -> {
                throw new RuntimeException() {
                    @Override
                    public String getMessage() {
                        throw new UnsupportedOperationException("thrown on purpose");
                    }

                    @Override
                    public synchronized Throwable getCause() {
                        throw new UnsupportedOperationException("thrown on purpose");
                    }
                };
            });
            assertThat(failure.remote().message())
                    .isEqualTo("(its message could not be read: java.lang.UnsupportedOperationException)");
        } finally {
            logger.setLevel(null);
        }
    }

    @Test
    void hugeAndMalformedMessages_areCutAndMended() {
        IpcException failure = thrown((event, request) -> {
            throw new IllegalStateException("\uD800" + "ä".repeat(1_000_000));
        });
        assertThat(failure.remote().message()).startsWith("?ää").hasSizeLessThan(5000);
    }

    @Test
    void endlessCauses_areCut() {
        IpcException failure = thrown((event, request) -> {
            Exception inner = new Exception("0");
            for (int i = 1; i < 1000; i++) {
                inner = new Exception("x".repeat(100_000) + i, inner);
            }
            throw inner;
        });
        assertThat(failure.remote().causes()).hasSize(8);
    }

    @Test
    void handlerException_bringsCodeAndDetails() {
        IpcException failure = thrown((event, request) -> {
            throw new HandlerException("not-found", "no such thing", "{\"id\":7}");
        });
        assertThat(failure.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(failure.remote().applicationCode()).isEqualTo("not-found");
        assertThat(failure.remote().applicationDetails()).isEqualTo("{\"id\":7}");
    }

    @Test
    void handlerExceptionWithoutCode_cannotBeMade() {
        assertThatThrownBy(() -> new HandlerException(null, "no such thing")).isInstanceOf(NullPointerException.class);
    }

    @Test
    void failedStage_isTheFailureOfTheHandler() {
        IpcException failure = thrown((event, request) ->
                CompletableFuture.failedFuture(new CompletionException(new HandlerException("late", "too late"))));
        assertThat(failure.remote().type()).isEqualTo(HandlerException.class.getName());
        assertThat(failure.remote().applicationCode()).isEqualTo("late");
    }

    @Test
    void cancelledStage_isAFailureOfTheHandler() {
        IpcException failure = thrown((event, request) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            stage.cancel(false);
            return stage;
        });
        assertThat(failure.remote().type()).isEqualTo("java.util.concurrent.CancellationException");
    }

    @Test
    void nullStage_isAFailureThatNamesTheChannel() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handleAsync("h", Object.class, (event, request) -> null);
            assertThat(failureOf(pair, "h").remote().message())
                    .isEqualTo("handler of 'h' returned null (expected: a stage)");
        }
    }

    @Test
    void failureOfANestedCall_isAFailureOfThisHandler() {
        try (SessionPair pair = SessionPair.open()) {
            pair.client().receiver().handle("inner", String.class, (event, text) -> Integer.parseInt(text));
            pair.server()
                    .receiver()
                    .handle(
                            "outer",
                            Object.class,
                            (event, request) -> event.sender().invokeSync("inner", "x", int.class));
            IpcException failure = failureOf(pair, "outer");
            assertThat(failure.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
            assertThat(failure.remote().type()).isEqualTo(IpcException.class.getName());
            assertThat(failure.remote().message()).contains("'inner'").contains("NumberFormatException");
        }
    }

    @Test
    void requestOfTheWrongType_isDecodeFailedAndTheHandlerDoesNotRun() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("h", Integer.class, (event, number) -> {
                throw new AssertionError("ran");
            });
            IpcException failure = (IpcException) Patience.failure(pair.client().invoke("h", "text", int.class));
            assertThat(failure.code()).isEqualTo(ErrorCode.DECODE_FAILED);
            assertThat(failure.remote()).isNotNull();
        }
    }

    @Test
    void replyOfTheWrongType_isDecodeFailedAtTheCaller() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("h", Object.class, (event, request) -> "text");
            assertThatThrownBy(() -> pair.client().invokeSync("h", null, Integer.class))
                    .satisfies(e -> assertThat(((IpcException) e).code()).isEqualTo(ErrorCode.DECODE_FAILED));
            IpcException failure = (IpcException) Patience.failure(pair.client().invoke("h", null, Integer.class));
            assertThat(failure.code()).isEqualTo(ErrorCode.DECODE_FAILED);
            assertThat(failure.remote()).isNull();
        }
    }

    @Test
    void resultThatCannotBeEncoded_isEncodeFailedAndTheConnectionGoesOn() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("bad", Object.class, (event, request) -> new Thread());
            pair.server().receiver().handle("good", Object.class, (event, request) -> 1);
            IpcException failure = failureOf(pair, "bad");
            assertThat(failure.code()).isEqualTo(ErrorCode.ENCODE_FAILED);
            assertThat(failure).hasMessageContaining("java.lang.Thread");
            assertThat(pair.client().invokeSync("good", null, int.class)).isOne();
        }
    }

    @Test
    void E11_E12_UP41_argumentThatCannotBeEncoded_failsAtTheSenderAndNothingIsSent() {
        try (SessionPair pair = SessionPair.open()) {
            List<Object> heard = new ArrayList<>();
            pair.server().receiver().on("m", Object.class, (event, payload) -> heard.add(payload));
            pair.server().receiver().handle("h", Object.class, (event, request) -> heard.size());
            PairedEnd client = pair.client();
            assertThatThrownBy(() -> client.send("m", "\uD800")).satisfies(code(ErrorCode.ENCODE_FAILED));
            assertThatThrownBy(() -> client.trySend("m", "\uD800")).satisfies(code(ErrorCode.ENCODE_FAILED));
            assertThatThrownBy(() -> client.invokeSync("h", new Object(), int.class))
                    .satisfies(code(ErrorCode.ENCODE_FAILED));
            assertThat(Patience.failure(client.invoke("h", new Object(), int.class)))
                    .satisfies(code(ErrorCode.ENCODE_FAILED));
            assertThat(client.invokeSync("h", null, int.class)).isZero();
            assertThat(client.session().pendingCalls()).isZero();
        }
    }

    @Test
    void payloadOverTheOwnLimit_isTooLargeAndNothingIsSent() {
        try (SessionPair pair = SessionPair.open(Limits.defaults().withPayloadBytes(1000))) {
            pair.server().receiver().handle("size", byte[].class, (event, bytes) -> bytes.length);
            pair.server().receiver().handle("make", int.class, (event, size) -> new byte[size]);
            PairedEnd client = pair.client();
            assertThat(client.invokeSync("size", new byte[1000], int.class)).isEqualTo(1000);
            assertThatThrownBy(() -> client.send("size", new byte[1001]))
                    .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE))
                    .hasMessage("payload: 1001 bytes (expected: at most 1000)");
            assertThat(Patience.failure(client.invoke("size", new byte[1001], int.class)))
                    .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE));
            assertThat(Patience.failure(client.invoke("make", 1001, byte[].class)))
                    .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE));
            assertThat(client.invokeSync("make", 1000, byte[].class)).hasSize(1000);
        }
    }

    @Test
    void payloadOverThePeersLimit_isTooLargeInBothDirections() {
        Limits small = Limits.defaults().withPayloadBytes(1000);
        for (boolean serverIsSmall : new boolean[] {true, false}) {
            Limits ofServer = serverIsSmall ? small : Limits.defaults();
            Limits ofClient = serverIsSmall ? Limits.defaults() : small;
            try (SessionPair pair = SessionPair.join(
                    PairedEnd.server(ofServer, CallbackExecutor.elastic()),
                    PairedEnd.client(ofClient, CallbackExecutor.elastic()))) {
                PairedEnd large = serverIsSmall ? pair.client() : pair.server();
                PairedEnd other = serverIsSmall ? pair.server() : pair.client();
                large.receiver().handle("make", int.class, (event, size) -> new byte[size]);
                other.receiver().handle("ok", Object.class, (event, request) -> true);
                assertThatThrownBy(() -> large.send("m", new byte[1001]))
                        .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE))
                        .hasMessageContaining("the bound of " + large.peerName());
                assertThat(Patience.failure(other.invoke("make", 1001, byte[].class)))
                        .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE));
                assertThat(large.invokeSync("ok", null, boolean.class)).isTrue();
            }
        }
    }

    @Test
    void sixtyFourMebibytes_goThereAndBackAndOneByteMoreDoesNot() {
        byte[] bytes = new byte[64 << 20];
        new SplittableRandom(1).nextBytes(bytes);
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("echo", byte[].class, (event, received) -> received);
            assertThat(pair.client().invokeSync("echo", bytes, byte[].class)).isEqualTo(bytes);
            assertThatThrownBy(() -> pair.client().send("echo", new byte[(64 << 20) + 1]))
                    .satisfies(code(ErrorCode.PAYLOAD_TOO_LARGE));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 262143, 262144, 262145, 524288, 3145729})
    void payloadOfAnySize_goesThereAndBack(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        try (SessionPair pair = SessionPair.open()) {
            CompletableFuture<byte[]> sent = new CompletableFuture<>();
            pair.server().receiver().handle("echo", byte[].class, (event, received) -> received);
            pair.server().receiver().on("message", byte[].class, (event, received) -> sent.complete(received));
            assertThat(pair.client().invokeSync("echo", bytes, byte[].class)).isEqualTo(bytes);
            pair.client().send("message", bytes);
            assertThat(Patience.get(sent)).isEqualTo(bytes);
        }
    }

    @Test
    void channelNamesThatAreNotValid_throwAtTheCall() {
        try (SessionPair pair = SessionPair.open()) {
            PairedEnd client = pair.client();
            for (String name : new String[] {null, "", "x".repeat(256), "€".repeat(86)}) {
                assertThatThrownBy(() -> client.send(name, 1)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> client.trySend(name, 1)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> client.invoke(name, 1, TypeRef.of(int.class), CallOptions.defaults()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> client.invokeSync(name, 1, TypeRef.of(int.class), CallOptions.defaults()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> client.session().broadcast(name, 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(failureOf(pair, "€".repeat(85)).code()).isEqualTo(ErrorCode.NO_HANDLER);
        }
    }

    @Test
    void moreRequestsThanThePeerTakes_areLimitAtTheCaller() {
        Limits few = Limits.defaults().withCounts(4, 4);
        try (SessionPair pair = SessionPair.join(
                PairedEnd.server(few, CallbackExecutor.elastic()),
                PairedEnd.client(Limits.defaults(), CallbackExecutor.elastic()))) {
            CountDownLatch gate = new CountDownLatch(1);
            pair.server().receiver().handle("slow", Object.class, (event, request) -> {
                Patience.await(gate);
                return 1;
            });
            List<Call<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(pair.client().invoke("slow", null, int.class));
            }
            assertThat(failureOf(pair, "slow"))
                    .satisfies(code(ErrorCode.LIMIT))
                    .hasMessageContaining("4 are unanswered");
            gate.countDown();
            calls.forEach(Patience::get);
            assertThat(pair.client().invokeSync("slow", null, int.class)).isOne();
        }
    }

    @Test
    void requestThatIsNotPermitted_isDeniedAndCounted() {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().permit(channel -> !channel.equals("secret"));
            pair.server().receiver().handle("secret", Object.class, (event, request) -> 1);
            pair.server()
                    .receiver()
                    .on(
                            "secret",
                            Object.class,
                            (event, payload) -> pair.server().uncaught().add(new Error()));
            pair.client().send("secret", 1);
            assertThat(failureOf(pair, "secret")).satisfies(code(ErrorCode.PERMISSION_DENIED));
            assertThat(pair.server().counters().deniedFrames()).isEqualTo(2);
            assertThat(pair.server().uncaught()).isEmpty();
        }
    }

    /** Returns how a call ends whose handler does this. The connection has to be as good as before. */
    private static IpcException thrown(Handler<PairedEnd, Object, Object> handler) {
        try (SessionPair pair = SessionPair.open()) {
            pair.server().receiver().handle("h", Object.class, handler);
            pair.server()
                    .receiver()
                    .handle("sequential", TypeRef.of(Object.class), handler, HandlerOptions.sequential());
            pair.server().receiver().handle("well", Object.class, (event, request) -> "well");
            IpcException failure = failureOf(pair, "h");
            assertThat(failure.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
            assertThat(failureOf(pair, "sequential").remote()).isEqualTo(failure.remote());
            assertThat(pair.client().invokeSync("well", null, String.class)).isEqualTo("well");
            return failure;
        }
    }

    private static IpcException failureOf(SessionPair pair, String channel) {
        return (IpcException) Patience.failure(pair.client().invoke(channel, null, Object.class));
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(((IpcException) thrown).code()).isEqualTo(code);
    }
}
