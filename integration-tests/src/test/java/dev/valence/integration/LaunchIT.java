package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.awaitFailure;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.integration.ProcScenarios.ExitsAtOnce;
import dev.valence.integration.ProcScenarios.Invited;
import dev.valence.integration.ProcScenarios.NeverConnects;
import dev.valence.integration.ProcScenarios.NeverReady;
import dev.valence.integration.ProcScenarios.ThrowingMain;
import dev.valence.integration.ProcScenarios.ThrowingSetup;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.ExitReason;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.OutputLine;
import dev.valence.main.OutputLine.Source;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import dev.valence.main.RendererState;
import dev.valence.main.Stdio;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a launched process finds, and how a launch fails. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class LaunchIT {

    private final IpcMain main = IpcMain.open();

    @AfterEach
    void close() {
        main.close();
    }

    private static RendererSpec worker() {
        return ProcScenarios.spec(Worker.class);
    }

    private static String about(Renderer renderer, String what) {
        return renderer.invokeSync("about", what, String.class);
    }

    // ---- What it finds -------------------------------------------------------------------------------------------

    @Test
    void plainSpec_startsAClassOfThisClassPath() throws Exception {
        Renderer renderer = ready(main.launch(RendererSpec.of(Worker.class)));
        assertThat(renderer.name()).isEqualTo("Worker");
        assertThat(renderer.state()).isEqualTo(RendererState.READY);
        assertThat(about(renderer, "java.class.path")).isEqualTo(absoluteClassPath());
        assertThat(renderer.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
    }

    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void UP39_UP44_UP50_UP51_UP52_everythingGiven_isThere(@TempDir Path directory) throws Exception {
        Renderer renderer = ready(main.launch(worker().withName("editor one")
                .withArgs("--file", "a b", "", "-Xnothing")
                .withJvmArgs("-Dsome.property=a value", "-Xmx48m")
                .withEnvironment(Map.of("SOME_VARIABLE", "some=value"))
                .withWorkingDirectory(directory)));
        assertThat(about(renderer, "name")).isEqualTo("editor one");
        assertThat(about(renderer, "args")).isEqualTo("--file|a b||-Xnothing");
        assertThat(about(renderer, "some.property")).isEqualTo("a value");
        assertThat(about(renderer, "$SOME_VARIABLE")).isEqualTo("some=value");
        assertThat(about(renderer, "$PATH")).isEqualTo(System.getenv("PATH"));
        assertThat(Path.of(about(renderer, "directory"))).isEqualTo(directory.toRealPath());
    }

    @Test
    void UP39_UP44_UP50_UP51_UP52_onlyEnvironment_isAllThereIs() throws Exception {
        Renderer renderer = ready(main.launch(worker().withOnlyEnvironment(Map.of("SOME_VARIABLE", "value"))));
        assertThat(about(renderer, "$SOME_VARIABLE")).isEqualTo("value");
        assertThat(about(renderer, "$PATH")).isEqualTo("null");
    }

    @Test
    void handOver_leavesNoTokenAndNoStdinBehind() throws Exception {
        Renderer renderer = ready(main.launch(worker()));
        assertThat(about(renderer, "stdin")).isEqualTo("-1");
        assertThat(about(renderer, "argv")).contains("Worker").doesNotContainPattern("[0-9a-fA-F]{64}");
        assertThat(about(renderer, "environment"))
                .contains("VALENCE_HANDOVER=stdin")
                .doesNotContainPattern("[0-9a-fA-F]{64}");
        ProcessHandle process = ProcessHandle.of(renderer.pid().orElseThrow()).orElseThrow();
        assertThat(process.info().commandLine().orElseThrow()).doesNotContainPattern("[0-9a-fA-F]{64}");
    }

    @Test
    void renderer_needsNoNetty() throws Exception {
        Renderer renderer = ready(main.launch(worker()));
        assertThat(about(renderer, "netty")).isEqualTo("none");
    }

    @Test
    void jar_isStartedByItsManifest(@TempDir Path directory) throws Exception {
        Renderer renderer = ready(main.launch(
                RendererSpec.jar(jar(directory.resolve("small worker.jar"))).withArgs("one")));
        assertThat(renderer.name()).isEqualTo("small worker");
        assertThat(about(renderer, "args")).isEqualTo("one");
        assertThat(about(renderer, "java.class.path")).endsWith("small worker.jar");
    }

    /** Makes a jar with a manifest and nothing else. */
    private static Path jar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, Worker.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(ProcScenarios.rendererClassPath().split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.finish();
        }
        return file;
    }

    @Test
    void UP3_UP29_UP31_UP32_pid_isThereFromStartToExit() throws Exception {
        Renderer renderer = main.launch(worker());
        long pid = renderer.pid().orElseThrow();
        ready(renderer);
        assertThat(renderer.pid()).hasValue(pid);
        assertThat(ProcessHandle.of(pid).orElseThrow().parent()).contains(ProcessHandle.current());
        renderer.close();
        assertThat(exit(renderer).pid()).hasValue(pid);
        assertThat(renderer.pid()).isEmpty();
    }

    // ---- Where its output goes -----------------------------------------------------------------------------------

    @Test
    void UP33_UP34_UP35_UP36_UP37_UP38_UP45_UP46_output_goesToTheLogOfItsName() throws Exception {
        try (Captured log = new Captured("valence.renderer.talker")) {
            talk(worker().withName("talker"));
            assertThat(log.lines()).contains("INFO said aloud", "WARN said in anger");
        }
    }

    @Test
    void UP33_UP34_UP35_UP36_UP37_UP38_UP45_UP46_outputThatIsInherited_isPrintedByMain() throws Exception {
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        try {
            talk(worker().withStdio(Stdio.INHERIT));
        } finally {
            System.setOut(stdout);
        }
        assertThat(printed.toString()).contains("said aloud\n");
    }

    @Test
    void UP33_UP34_UP35_UP36_UP37_UP38_UP45_UP46_outputThatIsDiscarded_isKeptForTheReport() throws Exception {
        RendererExit exit = talk(worker().withStdio(Stdio.DISCARD));
        assertThat(exit.lastOutput()).contains("said aloud", "said in anger");
    }

    @Test
    void UP33_UP34_UP35_UP36_UP37_UP38_UP45_UP46_outputForAListener_comesThere() throws Exception {
        BlockingQueue<OutputLine> lines = new LinkedBlockingQueue<>();
        talk(worker().withStdio(Stdio.to(lines::add)));
        assertThat(lines)
                .contains(new OutputLine(Source.STDOUT, "said aloud"), new OutputLine(Source.STDERR, "said in anger"));
    }

    @Test
    void outputThatNobodyWantsYet_doesNotStopTheRenderer() throws Exception {
        Renderer renderer = ready(main.launch(worker().withStdio(Stdio.DISCARD)));
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 8; i++) {
            renderer.send("print", large);
        }
        assertThat(renderer.invokeSync("echo", "done", String.class)).isEqualTo("done");
    }

    private RendererExit talk(RendererSpec spec) throws Exception {
        Renderer renderer = ready(main.launch(spec));
        renderer.send("print", "said aloud");
        renderer.send("complain", "said in anger");
        renderer.close();
        return exit(renderer);
    }

    // ---- How it ends ---------------------------------------------------------------------------------------------

    @Test
    void UP4_UP12_exitCodes_areTold() throws Exception {
        List<Integer> codes = List.of(0, 1, 42, 128, 255);
        List<Renderer> renderers =
                codes.stream().map(code -> main.launch(worker())).toList();
        for (int i = 0; i < codes.size(); i++) {
            ready(renderers.get(i)).send("exit", codes.get(i));
        }
        for (int i = 0; i < codes.size(); i++) {
            RendererExit exit = exit(renderers.get(i));
            assertThat(exit.exitCode()).hasValue(codes.get(i));
            assertThat(exit.signal()).isEmpty();
            assertThat(exit.reason()).isEqualTo(codes.get(i) == 0 ? ExitReason.CLEAN_EXIT : ExitReason.ABNORMAL_EXIT);
        }
    }

    @Test
    void exitBeforeItConnects_isAFailedLaunch() throws Exception {
        Renderer renderer = main.launch(ProcScenarios.spec(ExitsAtOnce.class).withArgs("7"));
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.exitCode()).hasValue(7);
        assertThat(awaitFailure(renderer.ready())).hasMessageContaining("LAUNCH_FAILED");
    }

    @Test
    void UP1_UP5_UP30_missingMainClass_failsWithTheWordsOfTheJvm() throws Exception {
        Renderer renderer = main.launch(RendererSpec.of("com.example.Missing"));
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.detail()).contains("Could not find or load main class com.example.Missing");
        assertThat(renderer.pid()).isEmpty();
        var failure = awaitFailure(renderer.ready());
        assertThat(failure.code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(failure).hasMessageContaining("Could not find or load main class com.example.Missing");
    }

    @Test
    void UP1_UP5_UP30_missingJava_failsWithTheWordsOfTheSystem(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("java");
        Renderer renderer = main.launch(worker().withJava(missing));
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.detail()).contains(missing.toString()).contains("No such file");
        assertThat(exit.pid()).isEmpty();
        assertThat(renderer.pid()).isEmpty();
        assertThat(awaitFailure(renderer.ready())).hasMessageContaining("No such file");
        assertThat(main.renderers()).isEmpty();
    }

    @Test
    void UP10_LC11_mainMethodThatThrows_failsWithWhatItThrew() throws Exception {
        Renderer renderer = main.launch(ProcScenarios.spec(ThrowingMain.class));
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.exitCode()).hasValue(1);
        assertThat(exit.lastOutput())
                .anyMatch(line -> line.contains("at dev.valence.integration.ProcScenarios$ThrowingMain.main"));
        assertThat(awaitFailure(renderer.ready())).hasMessageContaining("thrown on purpose by a main method");
    }

    @Test
    void UP10_LC11_setupThatThrows_endsTheProcessWithItsStack() throws Exception {
        Renderer renderer = main.launch(ProcScenarios.spec(ThrowingSetup.class));
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.ABNORMAL_EXIT);
        assertThat(exit.exitCode()).hasValue(1);
        assertThat(exit.lastOutput())
                .anyMatch(line -> line.contains("thrown on purpose by a setup"))
                .anyMatch(line -> line.contains("at dev.valence.integration.ProcScenarios$ThrowingSetup"));
        var failure = awaitFailure(renderer.ready());
        assertThat(failure.code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(failure).hasMessageContaining("ABNORMAL_EXIT").hasMessageContaining("exit code 1");
    }

    @Test
    void rendererThatNeverConnects_isGivenUp() throws Exception {
        assertGivenUp(NeverConnects.class);
    }

    @Test
    void rendererThatIsNeverReady_isGivenUp() throws Exception {
        assertGivenUp(NeverReady.class);
    }

    private void assertGivenUp(Class<?> program) throws Exception {
        Renderer renderer = main.launch(ProcScenarios.spec(program).withLaunchTimeout(Duration.ofMillis(2500)));
        ProcessHandle process = ProcessHandle.of(renderer.pid().orElseThrow()).orElseThrow();
        RendererExit exit = exit(renderer);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.detail()).isEqualTo("not ready within 2500 ms");
        assertThat(process.isAlive()).isFalse();
        assertThat(awaitFailure(renderer.ready())).hasMessageContaining("not ready within 2500 ms");
    }

    @Test
    void UP22_X16_killRightAfterLaunch_kills() throws Exception {
        for (int i = 0; i < 5; i++) {
            Renderer renderer = main.launch(worker());
            renderer.kill();
            assertThat(exit(renderer).reason()).isEqualTo(ExitReason.KILLED);
            assertThat(exit(renderer).signal()).hasValue(9);
        }
        assertThat(main.renderers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 150, 250, 350, 450, 550})
    void UP22_X16_killAtSomeMomentOfALaunch_kills(int millis) throws Exception {
        Renderer renderer = main.launch(worker());
        Executor later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
        await(CompletableFuture.runAsync(renderer::kill, later));
        assertThat(exit(renderer).reason()).isEqualTo(ExitReason.KILLED);
        await(renderer.ready().handle((ready, failure) -> failure));
    }

    @Test
    void closeRightAfterLaunch_ends() throws Exception {
        List<Renderer> renderers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Renderer renderer = main.launch(worker());
            renderer.close();
            renderers.add(renderer);
        }
        for (Renderer renderer : renderers) {
            exit(renderer);
            assertThat(awaitFailure(renderer.ready()).code()).isEqualTo(ErrorCode.CLOSED);
        }
    }

    // ---- Started by somebody else --------------------------------------------------------------------------------

    @Test
    void invitedProcess_connectsAndOutlivesTheConnection() throws Exception {
        Invitation invitation =
                main.invite(RendererSpec.named("guest").withPermissions(dev.valence.Permissions.open()));
        assertThat(invitation.toString()).doesNotContain(invitation.token());
        Renderer guest = invitation.renderer();
        assertThat(guest.pid()).isEmpty();
        Map<String, String> environment =
                Map.of(Invited.ENDPOINT, invitation.endpoint().toString(), Invited.TOKEN, invitation.token());
        try (ChildJvm child = ChildJvm.start(Invited.class, environment)) {
            ready(guest);
            assertThat(guest.invokeSync("echo", "hello", String.class)).isEqualTo("hello");
            guest.close();
            assertThat(exit(guest).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            child.awaitLine("closed, still alive");
            assertThat(child.awaitExit()).isZero();
        }
    }

    @Test
    void invitationThatNobodyTakes_runsOut() throws Exception {
        Renderer guest = main.invite(RendererSpec.named("guest").withLaunchTimeout(Duration.ofMillis(300)))
                .renderer();
        RendererExit exit = exit(guest);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.detail()).isEqualTo("not ready within 300 ms");
    }

    @Test
    void rendererStartedByHand_saysWhatToDo() throws Exception {
        try (ChildJvm child = ChildJvm.start(Worker.class, Map.of())) {
            List<String> output = child.awaitOutput();
            assertThat(child.awaitExit()).isEqualTo(1);
            assertThat(output)
                    .anyMatch(line -> line.contains("no main process started it")
                            && line.contains("IpcMain.launch(spec)")
                            && line.contains("IpcMain.invite(spec)"));
        }
    }
}
