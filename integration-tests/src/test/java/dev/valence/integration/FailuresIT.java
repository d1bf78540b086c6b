package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.HandlerException;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Limits;
import dev.valence.Payload;
import dev.valence.RemoteError;
import dev.valence.RemoteError.Cause;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What callers see of failures, whichever process has them. All tests share one connection, and after each
 * it still works.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailuresIT {

    private static final int MAX_PAYLOAD = 1 << 20;

    @AutoClose
    private final Rig rig =
            Rig.open(IpcMainOptions.defaults().withLimits(Limits.defaults().withPayloadBytes(MAX_PAYLOAD)));

    private Renderer renderer;

    /** Who asks: the other one has the failure. */
    enum Asker {
        MAIN,
        RENDERER
    }

    /** What is sent to a faulty handler; made where it is sent, since some of it cannot travel. */
    enum Argument {
        TEXT,
        THREAD,
        LIST_WITH_A_THREAD,
        STREAM,
        LAMBDA,
        LONE_SURROGATE,
        CYCLE,
        LARGEST,
        TOO_LARGE;

        Object value() {
            return switch (this) {
                case TEXT -> "text";
                case THREAD -> new Thread();
                case LIST_WITH_A_THREAD -> List.of("harmless", new Thread());
                case STREAM -> InputStream.nullInputStream();
                case LAMBDA -> (Runnable) () -> {};
                case LONE_SURROGATE -> "abc\ud800";
                case CYCLE -> {
                    List<Object> list = new ArrayList<>();
                    list.add(list);
                    yield list;
                }
                case LARGEST -> new byte[MAX_PAYLOAD];
                case TOO_LARGE -> new byte[MAX_PAYLOAD + 1];
            };
        }
    }

    /** A request to make. */
    record Question(String channel, Argument argument) {}

    /** How it ended: a code, or a reply if the code is null. */
    record Outcome(ErrorCode code, String message, RemoteError remote, Integer reply) {

        /** Asks, and expects a number. */
        static Outcome of(IpcSender to, Question question) {
            try {
                Integer reply =
                        to.invokeSync(question.channel(), question.argument().value(), int.class);
                return new Outcome(null, null, null, reply);
            } catch (IpcException e) {
                return new Outcome(e.code(), e.getMessage(), e.remote(), null);
            }
        }
    }

    static void failures(IpcRenderer renderer) {
        registerFaults(renderer);
        renderer.handle("ask", Question.class, (event, question) -> Outcome.of(event.sender(), question));
        renderer.handle("second handler", String.class, (event, channel) -> messageOfSecondHandler(renderer, channel));
    }

    /** A renderer whose callbacks run on a thread of the application. */
    static void serial(IpcRenderer renderer) {
        renderer.on("wait", String.class, (event, channel) -> event.reply("told", messageOfWait(event.sender())));
    }

    private static <S extends IpcSender> void registerFaults(IpcReceiver<S> receiver) {
        receiver.handle("length", String.class, (event, text) -> text.length());
        receiver.handleAsync(
                "length later", String.class, (event, text) -> CompletableFuture.supplyAsync(text::length));
        receiver.handle(
                "length of a stage", String.class, (event, text) -> CompletableFuture.supplyAsync(text::length));
        receiver.handle("answers often", Payload.class, (event, any) -> new Chatterbox());
        receiver.handle("size", byte[].class, (event, bytes) -> bytes.length);
        receiver.handle("number", int.class, (event, number) -> number);
        receiver.handle("text", Payload.class, (event, any) -> "some text");
        receiver.handle("null", Payload.class, (event, any) -> null);
        receiver.handle("throws", Payload.class, (event, any) -> {
            throw new IllegalStateException("broken", new IOException("disk", new NoSuchFileException("notes.txt")));
        });
        receiver.handle("throws wordlessly", Payload.class, (event, any) -> {
            throw new UnsupportedOperationException();
        });
        receiver.handle("throws emptily", Payload.class, (event, any) -> {
            throw new UnsupportedOperationException("");
        });
        receiver.handleAsync(
                "fails later",
                Payload.class,
                (event, any) -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalArgumentException("later");
                }));
        receiver.handle("throws a code", Payload.class, (event, any) -> {
            throw new HandlerException("not-found", "no such note", "{\"id\": 7}");
        });
        receiver.handle(
                "throws what a call threw",
                Payload.class,
                (event, any) -> event.sender().invokeSync("nowhere", null, int.class));
        receiver.handle("overflows", Payload.class, (event, any) -> overflow(0));
        receiver.handle("throws a trap", Payload.class, (event, any) -> {
            throw new Trap();
        });
        receiver.handle("replies a thread", Payload.class, (event, any) -> new Thread());
        receiver.handle("replies too much", Payload.class, (event, any) -> new byte[MAX_PAYLOAD + 1]);
        receiver.handle("removed", Payload.class, (event, any) -> 1);
        receiver.removeHandler("removed");
        receiver.handle("closed", Payload.class, (event, any) -> 1).close();
    }

    /** Has one value after the other as soon as somebody asks for it. */
    private static final class Chatterbox extends CompletableFuture<Integer> {

        @Override
        public CompletableFuture<Integer> whenComplete(BiConsumer<? super Integer, ? super Throwable> action) {
            CompletableFuture<Integer> dependant = super.whenComplete(action);
            complete(1);
            complete(2);
            obtrudeValue(3);
            obtrudeException(new IllegalStateException("one answer too many"));
            return dependant;
        }
    }

    @SuppressWarnings("InfiniteRecursion") // to overflow is what it is for
    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    /** Neither its message nor its text can be had. */
    private static final class Trap extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("trap");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("trap");
        }
    }

    private static <S extends IpcSender> String messageOfSecondHandler(IpcReceiver<S> receiver, String channel) {
        return catchThrowableOfType(
                        IllegalStateException.class, () -> receiver.handle(channel, Payload.class, (event, any) -> 2))
                .getMessage();
    }

    private static String messageOfWait(IpcSender sender) {
        return catchThrowableOfType(IllegalStateException.class, () -> sender.invokeSync("length", "text", int.class))
                .getMessage();
    }

    @BeforeAll
    void launch() {
        registerFaults(rig.main());
        renderer = rig.launch("failures");
    }

    @AfterEach
    void connectionStillWorks() {
        for (Asker asker : Asker.values()) {
            assertThat(ask(asker, "length", Argument.TEXT).reply()).isEqualTo(4);
        }
    }

    private Outcome ask(Asker asker, String channel, Argument argument) {
        Question question = new Question(channel, argument);
        return asker == Asker.MAIN
                ? Outcome.of(renderer, question)
                : renderer.invokeSync("ask", question, Outcome.class);
    }

    private Outcome ask(Asker asker, String channel) {
        return ask(asker, channel, Argument.TEXT);
    }

    // ---- Values --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void IV1_IV2_MR_handlerReturnsAValueOrAStage_theCallerGetsTheValue(Asker asker) {
        for (String channel : List.of("length", "length later", "length of a stage")) {
            assertThat(ask(asker, channel).reply()).as(channel).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void IM2_stageHasOneValueAfterTheOther_theFirstIsTheReply(Asker asker) {
        assertThat(ask(asker, "answers often").reply()).isEqualTo(1);
    }

    // ---- No handler ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void IV5_IV6_E1_E2_MR_noHandler_failsWithItsText(Asker asker) {
        for (String channel : List.of("nowhere", "removed", "closed")) {
            Outcome outcome = ask(asker, channel);

            assertThat(outcome.code()).isEqualTo(ErrorCode.NO_HANDLER);
            assertThat(outcome.message()).isEqualTo("No handler registered for '" + channel + "'");
            assertThat(outcome.remote()).isNull();
        }
    }

    @Test
    void IV7_E3_MR_secondHandler_isRefusedAndTheFirstStays() {
        String expected = "Attempted to register a second handler for 'length'";

        assertThat(messageOfSecondHandler(rig.main(), "length")).isEqualTo(expected);
        assertThat(renderer.invokeSync("second handler", "length", String.class))
                .isEqualTo(expected);
    }

    // ---- Handlers that throw -------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void IV3_E5_MR_handlerThrows_typeMessageAndCausesReachTheCaller(Asker asker) {
        Outcome outcome = ask(asker, "throws");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.message())
                .isEqualTo("Error invoking remote method 'throws': java.lang.IllegalStateException: broken");
        assertThat(outcome.remote())
                .isEqualTo(new RemoteError(
                        "java.lang.IllegalStateException",
                        "broken",
                        List.of(
                                new Cause("java.io.IOException", "disk"),
                                new Cause("java.nio.file.NoSuchFileException", "notes.txt")),
                        null,
                        null));
    }

    @ParameterizedTest
    @EnumSource
    void E6_E7_MR_handlerThrowsWithoutMessage_theTextEndsAfterTheType(Asker asker) {
        for (String channel : List.of("throws wordlessly", "throws emptily")) {
            Outcome outcome = ask(asker, channel);

            assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
            assertThat(outcome.message())
                    .isEqualTo(
                            "Error invoking remote method '" + channel + "': java.lang.UnsupportedOperationException");
            assertThat(outcome.remote().message()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void IV4_E5_MR_stageOfHandlerFails_theCauseReachesTheCaller(Asker asker) {
        Outcome outcome = ask(asker, "fails later");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.message())
                .isEqualTo("Error invoking remote method 'fails later': java.lang.IllegalArgumentException: later");
        assertThat(outcome.remote())
                .isEqualTo(new RemoteError("java.lang.IllegalArgumentException", "later", List.of(), null, null));
    }

    @ParameterizedTest
    @EnumSource
    void handlerThrowsACode_codeAndDetailsReachTheCaller(Asker asker) {
        Outcome outcome = ask(asker, "throws a code");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.remote())
                .isEqualTo(new RemoteError(
                        HandlerException.class.getName(), "no such note", List.of(), "not-found", "{\"id\": 7}"));
    }

    @ParameterizedTest
    @EnumSource
    void handlerThrowsWhatItsOwnCallThrew_isAFailureOfTheHandler(Asker asker) {
        Outcome outcome = ask(asker, "throws what a call threw");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.remote().type()).isEqualTo(IpcException.class.getName());
        assertThat(outcome.remote().message()).isEqualTo("No handler registered for 'nowhere'");
    }

    @ParameterizedTest
    @EnumSource
    void X13_MR_handlerOverflowsTheStack_isAFailureLikeOthers(Asker asker) {
        Outcome outcome = ask(asker, "overflows");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.remote().type()).isEqualTo("java.lang.StackOverflowError");
    }

    @ParameterizedTest
    @EnumSource
    void X13_MR_messageOfWhatWasThrownThrows_theTypeReachesTheCaller(Asker asker) {
        Outcome outcome = ask(asker, "throws a trap");

        assertThat(outcome.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(outcome.remote().type()).isEqualTo(Trap.class.getName());
        assertThat(outcome.remote().message()).contains("could not be read", "IllegalStateException");
    }

    @Test
    void handlerThrows_theFutureFailsWithTheSameException() {
        CompletionException thrown = catchThrowableOfType(
                CompletionException.class,
                () -> renderer.invoke("throws", "text", int.class).join());

        assertThat(thrown.getCause()).isInstanceOfSatisfying(IpcException.class, cause -> {
            assertThat(cause.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
            assertThat(cause.remote().message()).isEqualTo("broken");
        });
    }

    // ---- Values that cannot travel -------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void E11_E12_UP41_IR4_IR5_IR7_X4_MR_argumentCannotBeEncoded_failsAtTheSender(Asker asker) {
        for (Argument argument : EnumSet.range(Argument.THREAD, Argument.CYCLE)) {
            Outcome outcome = ask(asker, "length", argument);

            assertThat(outcome.code()).describedAs("%s", argument).isEqualTo(ErrorCode.ENCODE_FAILED);
            assertThat(outcome.remote()).isNull();
        }
        assertThat(ask(asker, "length", Argument.LONE_SURROGATE).message()).contains("3");
    }

    @ParameterizedTest
    @EnumSource
    void E10_X14_MR_replyCannotBeEncoded_theCallerIsTold(Asker asker) {
        Outcome outcome = ask(asker, "replies a thread");

        assertThat(outcome.code()).isEqualTo(ErrorCode.ENCODE_FAILED);
        assertThat(outcome.message()).contains("java.lang.Thread");
    }

    @ParameterizedTest
    @EnumSource
    void payloadIsTooLarge_failsAtTheSender(Asker asker) {
        assertThat(ask(asker, "size", Argument.LARGEST).reply()).isEqualTo(MAX_PAYLOAD);

        Outcome outcome = ask(asker, "size", Argument.TOO_LARGE);

        assertThat(outcome.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        assertThat(outcome.message()).contains(String.valueOf(MAX_PAYLOAD + 1), String.valueOf(MAX_PAYLOAD));
        assertThat(outcome.remote()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void replyIsTooLarge_theCallerIsTold(Asker asker) {
        assertThat(ask(asker, "replies too much").code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
    }

    @ParameterizedTest
    @EnumSource
    void requestIsOfAnotherType_theHandlerDoesNotRun(Asker asker) {
        Outcome outcome = ask(asker, "number", Argument.TEXT);

        assertThat(outcome.code()).isEqualTo(ErrorCode.DECODE_FAILED);
        assertThat(outcome.message()).contains("string", "int");
        assertThat(outcome.remote()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void replyIsOfAnotherType_failsAtTheCaller(Asker asker) {
        Outcome outcome = ask(asker, "text");

        assertThat(outcome.code()).isEqualTo(ErrorCode.DECODE_FAILED);
        assertThat(outcome.remote()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void replyIsNullForAPrimitive_failsAtTheCaller(Asker asker) {
        assertThat(ask(asker, "null").code()).isEqualTo(ErrorCode.DECODE_FAILED);
    }

    // ---- Waiting where it is not possible ------------------------------------------------------------------------

    @Test
    void callbackOfASerialExecutorWaits_isRefusedWithAText() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CallbackExecutor serial = CallbackExecutor.serial(thread);
        CompletableFuture<String> inMain = new CompletableFuture<>();
        Received<Renderer, String> told = new Received<>();
        try (Rig serialRig = Rig.open(IpcMainOptions.defaults().withExecutor(serial))) {
            serialRig.main().on("told", String.class, (event, text) -> {
                inMain.complete(messageOfWait(event.sender()));
                told.onMessage(event, text);
            });
            serialRig.launch("serial").send("wait", null);

            assertThat(told.next()).contains("serial", "invoke(…).thenAccept(…)");
            assertThat(Rig.await(inMain)).contains("serial", "invoke(…).thenAccept(…)");
        } finally {
            thread.shutdown();
        }
    }
}
