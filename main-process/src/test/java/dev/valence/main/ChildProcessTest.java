package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.valence.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChildProcessTest {

    private static final String TOKEN = "0123456789abcdef".repeat(4);

    @TempDir
    Path directory;

    private final List<ChildProcess> children = new ArrayList<>();
    private final Lines lines = new Lines();

    @AfterEach
    void killChildren() throws Exception {
        children.forEach(ChildProcess::kill);
        for (ChildProcess child : children) {
            exitOf(child);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 42, 127, 128, 160, 255})
    void childExits_givesItsCode(int code) throws Exception {
        RendererExit exit = run("exit", Integer.toString(code));

        assertThat(exit.reason()).isEqualTo(code == 0 ? ExitReason.CLEAN_EXIT : ExitReason.ABNORMAL_EXIT);
        assertThat(exit.exitCode()).hasValue(code);
        assertThat(exit.signal()).isEmpty();
        assertThat(exit.uptime()).isPositive();
        assertThat(exit.pid()).isPresent();
    }

    @Test
    void mainMethodThrows_givesOneAndTheStack() throws Exception {
        RendererExit exit = run("throw");

        assertThat(exit.describe()).isEqualTo("ABNORMAL_EXIT (exit code 1)");
        assertThat(exit.complaint()).hasValue("Exception in thread \"main\" java.lang.IllegalStateException: boom");
        assertThat(lines.texts()).isEqualTo(exit.lastOutput()).hasSizeGreaterThan(1);
    }

    @Test
    void heapIsExhausted_givesOom() throws Exception {
        assertThat(run("exhaust").describe()).isEqualTo("OOM (exit code 1)");
        ChildProcess exiting = start(spec("exhaust").withJvmArgs("-Xmx16m", "-XX:+ExitOnOutOfMemoryError"));
        assertThat(exitOf(exiting).describe()).isEqualTo("OOM (exit code 3)");
    }

    @Test
    void mainClassIsMissing_givesTheWordsOfTheJvm() throws Exception {
        RendererExit exit = exitOf(start(RendererSpec.of("com.example.Nowhere").withStdio(Stdio.DISCARD)));

        assertThat(exit.exitCode()).hasValue(1);
        assertThat(exit.complaint()).hasValue("Error: Could not find or load main class com.example.Nowhere");
    }

    @Test
    void javaIsMissing_givesTheWordsOfTheSystem() {
        ChildProcess child = start(spec("exit", "0").withJava(Path.of("/nowhere/java")));

        assertThat(child.pid()).isEmpty();
        assertThat(child.exit()).isCompleted();
        RendererExit exit = child.exit().join();
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.describe()).contains("/nowhere/java").contains("No such file or directory");
        assertThat(exit.pid()).isEmpty();
        child.terminate();
        child.kill();
    }

    @Test
    void specHasNoProgram_isRefused() {
        assertThatThrownBy(() -> start(RendererSpec.named("viewer")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RendererSpec.of");
    }

    @Test
    void kill_endsTheChildWithSignal9() throws Exception {
        ChildProcess child = start(spec("hang"));
        lines.await("hanging");
        assertThat(child.pid()).isPresent();

        child.kill();

        RendererExit exit = exitOf(child);
        assertThat(exit.describe()).isEqualTo("KILLED (signal 9)");
        assertThat(exit.exitCode()).isEqualTo(OptionalInt.empty());
        assertThat(child.pid()).isEmpty();
        child.kill();
    }

    @Test
    void killRightAfterStart_endsTheChild() throws Exception {
        ChildProcess child = start(spec("hang"));

        child.kill();

        assertThat(exitOf(child).reason()).isEqualTo(ExitReason.KILLED);
    }

    @Test
    void kill_endsTheWholeTree() throws Exception {
        ChildProcess child = start(spec("parent", "hang"));
        ProcessHandle grandchild = grandchild();
        lines.await("hanging");

        child.kill();

        assertThat(exitOf(child).reason()).isEqualTo(ExitReason.KILLED);
        // It may stay a zombie for a while, which has no command.
        await().until(() -> grandchild.info().command().isEmpty());
    }

    @Test
    void terminate_letsShutdownHooksSpeak() throws Exception {
        ChildProcess child = start(spec("hang"));
        lines.await("hanging");

        child.terminate();

        RendererExit exit = exitOf(child);
        assertThat(exit.describe()).isEqualTo("KILLED (signal 15)");
        assertThat(exit.lastOutput()).containsExactly("hanging", "last words");
    }

    @Test
    void nativeCrash_givesTheReport() throws Exception {
        ChildProcess child =
                start(spec("hang").withWorkingDirectory(directory).withJvmArgs("-XX:-CreateCoredumpOnCrash"));
        lines.await("hanging");

        new ProcessBuilder("kill", "-SEGV", Long.toString(child.pid().getAsLong()))
                .start()
                .waitFor();

        RendererExit exit = exitOf(child);
        assertThat(exit.reason()).isEqualTo(ExitReason.CRASHED);
        assertThat(exit.crashFile()).isNotNull().hasParent(directory).isRegularFile();
        assertThat(exit.describe()).startsWith("CRASHED (").contains("hs_err_pid");
    }

    @Test
    void argumentsVariablesAndDirectory_arrive() throws Exception {
        exitOf(start(spec("tell", "two words", "@not-a-file", "\"ü\"")
                .withJvmArgs("-Dtest.property=a b", "-Dfile.encoding=UTF-8")
                .withEnvironment(Map.of("TEST_VARIABLE", "x=y"))
                .withWorkingDirectory(directory)));

        assertThat(lines.texts())
                .contains("property=a b", "variable=x=y", "handover=stdin", "inherited=" + System.getenv("HOME"))
                .contains("directory=" + directory.toRealPath())
                .anyMatch(line -> line.startsWith("args=[tell, two words, @not-a-file, \""));
    }

    @Test
    void onlyEnvironment_inheritsNothing() throws Exception {
        exitOf(start(spec("tell").withOnlyEnvironment(Map.of("TEST_VARIABLE", "1"))));

        assertThat(lines.texts()).contains("variable=1", "handover=stdin", "inherited=null");
    }

    @Test
    void classPathIsVeryLong_arrivesByAFile() throws Exception {
        String tail = ":/nowhere/" + "x".repeat(200);
        RendererSpec spec = spec("exit", "5").withClassPath(TestChild.classPath() + tail.repeat(1_000));

        assertThat(exitOf(start(spec)).exitCode()).hasValue(5);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void handover_arrivesAndStdinStaysOpen() throws Exception {
        ChildProcess child = start(spec("echo").withName("editor"));
        lines.await("[]");

        assertThat(lines.texts())
                .containsExactly(
                        "[valence-handover 1]",
                        "[endpoint=unix:" + directory.resolve("main.sock") + "]",
                        "[token=" + TOKEN + "]",
                        "[name=editor]",
                        "[]");
        assertThat(child.exit()).isNotDone();
    }

    @Test
    void childFloods_everyLineArrivesAndTheLast200AreKept() throws Exception {
        RendererExit exit = run("flood", "5000");

        assertThat(lines.texts()).hasSize(10_000).contains("out 0", "err 0", "out 4999", "err 4999");
        assertThat(exit.lastOutput()).hasSize(OutputTail.LINES);
    }

    @Test
    void listenerThrows_doesNotStopTheChild() throws Exception {
        ChildProcess child = start(spec("flood", "5000").withStdio(Stdio.to(line -> {
            Thread.currentThread().interrupt();
            throw new AssertionError("of the test");
        })));

        RendererExit exit = exitOf(child);
        assertThat(exit.reason()).isEqualTo(ExitReason.CLEAN_EXIT);
        assertThat(exit.lastOutput()).containsAnyOf("out 4999", "err 4999");
    }

    @Test
    void grandchildHoldsThePipes_exitCompletesAndNothingIsLeft() throws Exception {
        long pipesBefore = pipes();
        ChildProcess child = start(spec("parent", "leave").withName("leaver"));
        ProcessHandle grandchild = grandchild();
        try {
            assertThat(exitOf(child).reason()).isEqualTo(ExitReason.CLEAN_EXIT);
            awaitThreads("leaver");
            assertThat(pipes()).isEqualTo(pipesBefore);
            assertThat(grandchild.isAlive()).isTrue();
        } finally {
            grandchild.destroyForcibly();
        }
    }

    @Test
    void manyChildren_leaveNoThreadAndNoFile() throws Exception {
        long pipesBefore = pipes();
        for (int i = 0; i < 5; i++) {
            ChildProcess child = start(spec("hang").withName("many"));
            child.kill();
            exitOf(child);
        }

        awaitThreads("many");
        assertThat(pipes()).isEqualTo(pipesBefore);
        assertThat(directory).isEmptyDirectory();
    }

    private RendererExit run(String... args) throws Exception {
        return exitOf(start(spec(args)));
    }

    private RendererSpec spec(String... args) {
        return RendererSpec.of("dev.valence.main.TestChild")
                .withClassPath(TestChild.classPath())
                .withModulePath("")
                .withJvmArgs("-Xmx16m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .withArgs(args)
                .withStdio(Stdio.to(lines::add));
    }

    private ChildProcess start(RendererSpec spec) {
        ChildProcess child = ChildProcess.start(
                new Launcher.Plan(spec, List.of(), StartKind.COLD),
                new Endpoint.Unix(directory.resolve("main.sock")),
                TOKEN);
        children.add(child);
        return child;
    }

    private ProcessHandle grandchild() throws Exception {
        String line = lines.await("grandchild=");
        return ProcessHandle.of(Long.parseLong(line.substring("grandchild=".length())))
                .orElseThrow();
    }

    private static RendererExit exitOf(ChildProcess child) throws Exception {
        return child.exit().get(30, TimeUnit.SECONDS);
    }

    private static void awaitThreads(String name) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("valence-stdio-" + name)
                    || thread.getName().equals("valence-exit-" + name)) {
                thread.join(Duration.ofSeconds(10).toMillis());
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    private static long pipes() throws IOException {
        long count = 0;
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            for (Path file : files.toList()) {
                count += isPipe(file) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isPipe(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** The lines of a child, and futures for those that begin in a certain way. */
    private static final class Lines {

        private final Queue<String> texts = new ConcurrentLinkedQueue<>();
        private final Map<String, CompletableFuture<String>> awaited = new ConcurrentHashMap<>();

        void add(OutputLine line) {
            texts.add(line.text());
            awaited.forEach((start, future) -> {
                if (line.text().startsWith(start)) {
                    future.complete(line.text());
                }
            });
        }

        String await(String start) throws Exception {
            CompletableFuture<String> future = new CompletableFuture<>();
            awaited.put(start, future);
            texts.stream().filter(text -> text.startsWith(start)).findFirst().ifPresent(future::complete);
            return future.get(30, TimeUnit.SECONDS);
        }

        List<String> texts() {
            return List.copyOf(texts);
        }
    }
}
