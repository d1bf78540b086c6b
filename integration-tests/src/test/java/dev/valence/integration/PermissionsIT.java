package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Permissions;
import dev.valence.Permissions.Use;
import dev.valence.TypeRef;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererListener;
import dev.valence.main.RendererSpec;
import dev.valence.main.Stdio;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.renderer.IpcRenderer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a renderer may not do fails where it is tried; main checks all the same. */
class PermissionsIT {

    private static final TypeRef<List<String>> TEXTS = new TypeRef<>() {};
    private static final Permissions FEW = Permissions.none()
            .allow(Use.SEND, "said")
            .allow(Use.HANDLE, "try", "denied uses", "handled")
            .allow(Use.SUBSCRIBE, "news");

    @AutoClose
    private final Rig rig = Rig.open(IpcMainOptions.defaults().declare("declared"));

    private interface Attempt {
        void run() throws Exception;
    }

    /** Tries everything, and tells what it hears. */
    static void permissions(IpcRenderer renderer) {
        for (String channel : List.of("news", "other")) {
            renderer.on(channel, String.class, (event, text) -> renderer.send("said", channel + " " + text));
        }
        renderer.handle(
                "try",
                String.class,
                (event, channel) -> List.of(
                        outcome(() -> renderer.send(channel, "message")),
                        outcome(() -> renderer.trySend(channel, "message")),
                        outcome(() -> renderer.broadcast(channel, "broadcast")),
                        outcome(() -> renderer.invokeSync(channel, "request", String.class)),
                        outcome(() -> renderer.invoke(channel, "request", String.class)
                                .get()),
                        outcome(() -> renderer.handle(channel, String.class, (request, text) -> text)
                                .close()),
                        outcome(() -> renderer.handleOnce(channel, String.class, (request, text) -> text)
                                .close())));
        renderer.handle(
                "denied uses",
                Void.class,
                (event, nothing) -> renderer.counters().deniedUses());
        renderer.handle("handled", String.class, (event, text) -> text);
    }

    private static String outcome(Attempt attempt) throws Exception {
        try {
            attempt.run();
            return "fine";
        } catch (ExecutionException e) {
            return ((IpcException) e.getCause()).code().name();
        } catch (IpcException e) {
            return e.code().name();
        }
    }

    private Renderer launch(Permissions permissions) {
        return rig.launch(Rig.spec("permissions").withPermissions(permissions).withStdio(Stdio.DISCARD));
    }

    private static List<String> attempts(Renderer renderer, String channel) {
        return renderer.invokeSync("try", channel, TEXTS, CallOptions.defaults());
    }

    @Test
    void forbiddenUses_failAtTheirOwnCallAndAreNotSent() {
        Renderer renderer = launch(FEW);

        assertThat(attempts(renderer, "forbidden")).hasSize(7).containsOnly("PERMISSION_DENIED");

        // and the listener that may not subscribe
        assertThat(renderer.invokeSync("denied uses", null, long.class)).isEqualTo(8);
        assertThat(rig.main().counters().deniedFrames()).isZero();
    }

    @Test
    void deniedChannel_isForbiddenInEveryWayThoughAllOthersAreOpen() {
        rig.main().handle("open", String.class, (event, text) -> text);
        Renderer renderer = launch(Permissions.open().deny("secret"));

        assertThat(attempts(renderer, "secret")).hasSize(7).containsOnly("PERMISSION_DENIED");
        assertThat(attempts(renderer, "open")).hasSize(7).containsOnly("fine");
    }

    @Test
    void declaredChannel_isOpenToOneThatMayUseThoseOnly() {
        rig.main().handle("declared", String.class, (event, text) -> text);
        Renderer renderer = launch(Permissions.declaredOnly().allow(Use.HANDLE, "try", "denied uses", "handled"));

        assertThat(attempts(renderer, "declared")).hasSize(7).containsOnly("fine");
        assertThat(attempts(renderer, "undeclared")).hasSize(7).containsOnly("PERMISSION_DENIED");
    }

    @Test
    void listenerThatMayNotSubscribe_getsMessagesButNoBroadcasts() throws Exception {
        Received<Renderer, String> said = new Received<>();
        rig.main().on("said", String.class, said);
        Renderer renderer = launch(FEW);

        assertThat(renderer.isSubscribed("other")).isFalse();
        rig.main().broadcast("other", "broadcast");
        renderer.send("other", "message");
        rig.main().broadcast("news", "broadcast");

        assertThat(said.next(2)).containsExactly("other message", "news broadcast");
        assertThat(rig.main().counters().deniedFrames()).isZero();
    }

    @Test
    void mainCallsWhatTheRendererMayNotHandle_failsAtMain() {
        Renderer renderer = launch(FEW);

        assertThat(renderer.invokeSync("handled", "x", String.class)).isEqualTo("x");
        CompletableFuture<String> call = renderer.invoke("forbidden", "x", String.class);

        IpcException failure = Rig.await(call.handle((reply, thrown) -> (IpcException) thrown));
        assertThat(failure.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(rig.main().counters().deniedUses()).isOne();
    }

    /** With a client that ignores the rules it was told. */
    @Test
    void rendererThatBreaksTheRules_isReportedOnceForEachUse() throws Exception {
        Received<Renderer, String> denied = new Received<>();
        CompletableFuture<Void> gone = new CompletableFuture<>();
        rig.main().listen(new RendererListener() {
            @Override
            public void denied(Renderer renderer, Use use, String channel) {
                denied.add(renderer.name() + " " + use + " " + channel);
            }

            @Override
            public void gone(Renderer renderer, RendererExit exit) {
                gone.complete(null);
            }
        });
        Invitation invitation = rig.main().invite(RendererSpec.named("guest").withPermissions(FEW));
        try (RawClient guest = RawClient.admitted(rig.main().endpoint(), invitation.token())) {
            for (int i = 0; i < 5; i++) {
                guest.send(Frame.newBuilder()
                        .setMessage(Message.newBuilder().setChannel("forbidden " + i))
                        .build());
            }
        }
        Rig.await(gone);

        assertThat(denied.soFar()).containsExactly("guest SEND forbidden 0");
        assertThat(rig.main().counters().deniedFrames()).isEqualTo(5);
    }
}
