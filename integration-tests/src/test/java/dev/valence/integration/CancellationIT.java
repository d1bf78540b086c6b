package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.HandlerOptions;
import dev.valence.InvokeEvent;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Requests that nobody waits for any more: the handler in the other process learns of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CancellationIT {

    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MANY = 200;

    @AutoClose
    private final Rig rig = Rig.open();

    /** What handlers of both processes say that happens to them. */
    private final Received<Renderer, String> told = new Received<>();

    private Renderer renderer;

    static void cancellation(IpcRenderer renderer) {
        Map<String, Call<String>> calls = new ConcurrentHashMap<>();
        Consumer<String> tell = text -> renderer.send("told", text);
        registerWaiting(renderer, tell);
        renderer.on(
                "ask",
                String.class,
                (event, name) -> calls.put(name, event.sender().invoke("wait", name, String.class)));
        renderer.on(
                "cancel",
                String.class,
                (event, name) -> calls.get(name).thenApply(String::length).cancel(true));
        renderer.on(
                "ask shortly",
                String.class,
                (event, name) -> event.sender()
                        .invoke("wait", name, String.class, CallOptions.withDeadline(SHORT))
                        .whenComplete((reply, failure) -> tell.accept(name + " ended " + codeOf(failure))));
        renderer.on("die", Void.class, (event, nothing) -> Runtime.getRuntime().halt(3));
        renderer.handle("relay", String.class, (event, name) -> ask(event.sender(), "wait", name, tell));
        renderer.handle("remaining here and there", Void.class, (event, nothing) -> {
            Duration here = event.remaining();
            // The nested call asks for more time than there is.
            long there = event.sender()
                    .invokeSync("remaining", null, long.class, CallOptions.withDeadline(LONG.multipliedBy(3)));
            return new long[] {here.toMillis(), there};
        });
        renderer.handle("note when cancelled", String.class, (event, name) -> {
            CountDownLatch cancelled = new CountDownLatch(1);
            event.onCancel(cancelled::countDown);
            tell.accept(name + " waits");
            cancelled.await();
            return ask(event.sender(), "note", name, tell);
        });
        renderer.handle("block", Void.class, (event, nothing) -> block(tell), HandlerOptions.interruptible());
        renderer.handleVoid("void", String.class, (event, text) -> tell.accept(text));
        renderer.handleAsync(
                "async", String.class, (event, text) -> CompletableFuture.supplyAsync(() -> text + " later"));
        renderer.handleVoid(
                "register once",
                String.class,
                (event, channel) -> renderer.handleOnce(channel, Void.class, (request, nothing) -> "once"));
    }

    /** Registers handlers that do not answer before they are cancelled, and tell what happens to them. */
    private static <S extends IpcSender> void registerWaiting(IpcReceiver<S> receiver, Consumer<String> tell) {
        receiver.handle("wait", String.class, (event, name) -> untilCancelled(event, name, tell));
        receiver.handle(
                "wait in turn",
                String.class,
                (event, name) -> untilCancelled(event, name, tell),
                HandlerOptions.sequential());
    }

    private static CompletableFuture<String> untilCancelled(InvokeEvent<?> event, String name, Consumer<String> tell) {
        CompletableFuture<String> reply = new CompletableFuture<>();
        event.onCancel(() -> {
            tell.accept(name + (event.isCancelled() ? " cancelled" : " not cancelled"));
            reply.cancel(false);
        });
        tell.accept(name + " started");
        return reply;
    }

    /** Asks the one who asks. */
    private static String ask(IpcSender sender, String channel, String name, Consumer<String> tell) {
        try {
            return sender.invokeSync(channel, name, String.class);
        } catch (IpcException e) {
            tell.accept(name + " ended " + e.code());
            throw e;
        }
    }

    private static String block(Consumer<String> tell) throws InterruptedException {
        tell.accept("block started");
        try {
            new CountDownLatch(1).await(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS);
            return "not interrupted";
        } catch (InterruptedException e) {
            tell.accept("block interrupted");
            throw e;
        }
    }

    private static ErrorCode codeOf(Throwable failure) {
        return ((IpcException) failure).code();
    }

    @BeforeAll
    void launch() {
        registerWaiting(rig.main(), told::add);
        rig.main().on("told", String.class, told);
        rig.main()
                .handle(
                        "note",
                        String.class,
                        (event, name) -> {
                            told.add(name + " noted");
                            return name;
                        },
                        HandlerOptions.sequential());
        rig.main()
                .handle(
                        "remaining",
                        Void.class,
                        (event, nothing) -> event.remaining().toMillis());
        renderer = rig.launch("cancellation");
    }

    private Call<String> ask(String name) throws InterruptedException {
        Call<String> call = renderer.invoke("wait", name, String.class);
        assertThat(told.next()).isEqualTo(name + " started");
        return call;
    }

    // ---- Cancelled by the caller ---------------------------------------------------------------------------------

    @Test
    void X2_MR_mainCancelsTheCall_theHandlerOfTheRendererIsTold() throws Exception {
        Call<String> call = ask("call");

        call.cancel(true);

        assertThat(told.next()).isEqualTo("call cancelled");
    }

    @Test
    void mainCancelsAStageOfTheCall_theHandlerOfTheRendererIsTold() throws Exception {
        Call<String> call = ask("stage");
        CompletableFuture<Integer> stage = call.thenApply(String::length).thenApply(length -> length + 1);

        stage.cancel(true);

        assertThat(told.next()).isEqualTo("stage cancelled");
        assertThat(call).isCancelled();
    }

    @Test
    void X2_rendererCancelsAStageOfTheCall_theHandlerOfMainIsTold() throws Exception {
        renderer.send("ask", "from renderer");
        assertThat(told.next()).isEqualTo("from renderer started");

        renderer.send("cancel", "from renderer");

        assertThat(told.next()).isEqualTo("from renderer cancelled");
    }

    @Test
    void callIsCompletedFromOutside_theHandlerIsToldAndTheValueStays() throws Exception {
        Call<String> call = ask("completed");

        assertThat(call.complete("own value")).isTrue();

        assertThat(told.next()).isEqualTo("completed cancelled");
        assertThat(call.join()).isEqualTo("own value");
    }

    @Test
    void callIsFailedFromOutside_theHandlerIsTold() throws Exception {
        Call<String> call = ask("failed");

        call.completeExceptionally(new IllegalStateException("own failure"));

        assertThat(told.next()).isEqualTo("failed cancelled");
    }

    @Test
    void outerCallIsCancelled_theCallInsideEndsAndItsHandlerIsTold() throws Exception {
        Call<String> outer = renderer.invoke("relay", "inner", String.class);
        assertThat(told.next()).isEqualTo("inner started"); // in main, asked by the renderer

        outer.cancel(true);

        assertThat(told.next(2)).containsExactlyInAnyOrder("inner cancelled", "inner ended CANCELLED");
    }

    @Test
    void X1_callInsideACallThatWasCancelled_isNotSent() throws Exception {
        Call<String> outer = renderer.invoke("note when cancelled", "unsent", String.class);
        assertThat(told.next()).isEqualTo("unsent waits");

        outer.cancel(true);

        assertThat(told.next()).isEqualTo("unsent ended CANCELLED");
        renderer.invokeSync("void", "later", Void.class);
        assertThat(told.next()).isEqualTo("later"); // main would have noted the other one before
    }

    @Test
    void X2_MR_callsAreCancelledAtOnce_everyHandlerThatStartedIsTold() throws Exception {
        for (int i = 0; i < MANY; i++) {
            assertThat(renderer.invoke("wait in turn", "brief", String.class).cancel(true))
                    .isTrue();
        }
        renderer.invokeSync("void", "last", Void.class); // starts behind all those

        List<String> all = new ArrayList<>();
        do {
            all.add(told.next());
        } while (!all.contains("last") || count(all, "brief started") > count(all, "brief cancelled"));

        assertThat(Set.copyOf(all)).isSubsetOf("last", "brief started", "brief cancelled");
        assertThat(count(all, "brief started")).isEqualTo(count(all, "brief cancelled"));
    }

    private static int count(List<String> all, String one) {
        return Collections.frequency(all, one);
    }

    @Test
    void interruptibleHandler_isInterruptedByACancel() throws Exception {
        Call<String> call = renderer.invoke("block", null, String.class);
        assertThat(told.next()).isEqualTo("block started");

        call.cancel(true);

        assertThat(told.next()).isEqualTo("block interrupted");
    }

    // ---- Out of time ---------------------------------------------------------------------------------------------

    @Test
    void DL_MR_deadlineOfMainPasses_theHandlerOfTheRendererIsTold() throws Exception {
        IpcException failure = catchThrowableOfType(
                IpcException.class,
                () -> renderer.invokeSync("wait", "slow", String.class, CallOptions.withDeadline(SHORT)));

        assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(told.next(2)).containsExactly("slow started", "slow cancelled");
    }

    @Test
    void DL_deadlineOfTheRendererPasses_theHandlerOfMainIsTold() throws Exception {
        renderer.send("ask shortly", "slow main");

        assertThat(told.next()).isEqualTo("slow main started");
        assertThat(told.next(2)).containsExactlyInAnyOrder("slow main cancelled", "slow main ended DEADLINE_EXCEEDED");
    }

    @Test
    void DL_callInsideACall_hasNoMoreTimeThanThatOne() {
        long[] remaining =
                renderer.invokeSync("remaining here and there", null, long[].class, CallOptions.withDeadline(LONG));

        assertThat(remaining[0]).isBetween(1L, LONG.toMillis());
        assertThat(remaining[1]).isBetween(1L, remaining[0]);
    }

    // ---- Gone ----------------------------------------------------------------------------------------------------

    @Test
    void E17_X17_rendererDies_itsRequestsToMainAreCancelled() throws Exception {
        Renderer mortal = rig.launch("cancellation");
        mortal.send("ask", "orphan");
        assertThat(told.next()).isEqualTo("orphan started");

        mortal.send("die", null);

        assertThat(told.next()).isEqualTo("orphan cancelled");
        assertThat(Rig.awaitExit(mortal).exitCode()).hasValue(3);
    }

    // ---- Kinds of handlers ---------------------------------------------------------------------------------------

    @Test
    void handlerOfNothing_answersWithNullWhenItHasReturned() throws Exception {
        assertThat(renderer.invokeSync("void", "done", Object.class)).isNull();

        assertThat(told.next()).isEqualTo("done");
    }

    @Test
    void handlerOfAStage_answersWhenTheStageIsComplete() {
        assertThat(renderer.invokeSync("async", "reply", String.class)).isEqualTo("reply later");
    }

    @Test
    void HO_MR_handlerForOneRequest_servesOneOfTwo() {
        renderer.invokeSync("register once", "single", Void.class);

        Stream<Call<String>> calls =
                Stream.of(renderer.invoke("single", null, String.class), renderer.invoke("single", null, String.class));

        assertThat(calls.map(CancellationIT::outcomeOf)).containsExactlyInAnyOrder("once", "NO_HANDLER");
    }

    private static String outcomeOf(CompletionStage<String> call) {
        return Rig.await(call.handle(
                (reply, failure) -> failure == null ? reply : codeOf(failure).name()));
    }
}
