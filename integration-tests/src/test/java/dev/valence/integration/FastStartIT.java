package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.integration.FastStartPrograms.Listening;
import dev.valence.integration.FastStartPrograms.PreparingMain;
import dev.valence.integration.FastStartPrograms.Telling;
import dev.valence.integration.FastStartPrograms.Throwing;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.ExitReason;
import dev.valence.main.FastStart;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import dev.valence.main.StartKind;
import dev.valence.main.Startup;
import dev.valence.main.Stdio;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What main does ahead of a launch, and that no launch depends on it. The archives are in {@code target/cache}. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class FastStartIT {

    private static final String IN_ARCHIVE = ".*dev\\.valence\\.renderer\\.IpcRenderer source: shared objects file.*";

    private final IpcMain main = IpcMain.open();
    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

    @TempDir
    private static Path shared;

    private static String sharedClassPath; // so that one archive is made for most of the tests

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        main.close();
    }

    @BeforeAll
    static void makeJars() throws IOException {
        sharedClassPath = FastStartPrograms.jars(shared);
    }

    private RendererSpec spec(Class<?> program, FastStart fastStart) {
        return FastStartPrograms.spec(program, sharedClassPath)
                .withFastStart(fastStart)
                .withStdio(Stdio.to(line -> printed.add(line.text())));
    }

    private static StartKind kind(Renderer renderer) {
        return renderer.startup().orElseThrow().kind();
    }

    private static Path cache() {
        return Path.of(System.getenv("XDG_CACHE_HOME"), "valence");
    }

    // ---- Times ---------------------------------------------------------------------------------------------------

    @Test
    void startup_tellsHowFarItHasCome() throws Exception {
        Renderer renderer = main.launch(ProcScenarios.spec(Worker.class));
        assertThat(renderer.startup().orElseThrow().kind()).isEqualTo(StartKind.COLD);

        ready(renderer);

        Startup startup = renderer.startup().orElseThrow();
        assertThat(startup.connected()).isPositive();
        assertThat(startup.ready()).isGreaterThanOrEqualTo(startup.connected());
        assertThat(main.invite(RendererSpec.named("guest")).renderer().startup())
                .isEmpty();
    }

    // ---- Archives ------------------------------------------------------------------------------------------------

    @Test
    void archive_isMadeOnceAndUsedSilently() throws Exception {
        Path log = directory.resolve("log");
        RendererSpec spec = spec(Listening.class, FastStart.ARCHIVE)
                .withClassPath(FastStartPrograms.jars(directory))
                .withJvmArgs("-Dslf4j.internal.verbosity=ERROR", "-Xlog:class+load:file=" + log);
        Renderer first = ready(main.launch(spec));
        assertThat(kind(first)).isEqualTo(StartKind.COLD);
        assertThat(Files.readString(log)).doesNotContainPattern(IN_ARCHIVE);

        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE); // begun when the first was ready
        Renderer second = ready(main.launch(spec));

        assertThat(kind(second)).isEqualTo(StartKind.ARCHIVE);
        assertThat(Files.readString(log)).containsPattern(IN_ARCHIVE);
        second.close();
        exit(second);
        assertThat(printed).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache())))
                .isEqualTo("rwx------");
    }

    @Test
    void archiveThatIsBroken_isIgnoredAndMadeAnew() throws Exception {
        RendererSpec spec = spec(Listening.class, FastStart.ARCHIVE).withClassPath(FastStartPrograms.jars(directory));
        List<Path> before = archives();
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE);
        Path archive = archivesSince(before).get(0);
        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
        try (FileChannel file = FileChannel.open(archive, StandardOpenOption.WRITE)) {
            file.truncate(file.size() / 2); // a JVM that mapped this would crash
        }

        Renderer renderer = ready(main.launch(spec));

        assertThat(kind(renderer)).isEqualTo(StartKind.COLD);
        assertThat(printed).isEmpty();
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE);
        assertThat(kind(ready(main.launch(spec)))).isEqualTo(StartKind.ARCHIVE);
    }

    @Test
    void archiveOfAnEarlierClassPath_isNotUsed() throws Exception {
        RendererSpec spec = spec(Listening.class, FastStart.ARCHIVE).withClassPath(FastStartPrograms.jars(directory));
        List<Path> before = archives();
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE);
        try (Stream<Path> jars = Files.list(directory)) {
            Path jar = jars.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
            Files.setLastModifiedTime(jar, FileTime.fromMillis(1)); // as if it were another version
        }

        Renderer renderer = ready(main.launch(spec));

        assertThat(kind(renderer)).isEqualTo(StartKind.COLD);
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE);
        assertThat(archivesSince(before)).hasSize(2);
    }

    @Test
    void classPathWithADirectory_hasNoArchive() throws Exception {
        RendererSpec spec = ProcScenarios.spec(Worker.class);
        assertThat(await(main.prepare(spec.withClassPath(directory.toString()))))
                .isEqualTo(StartKind.COLD);
    }

    @Test
    void mainThatIsClosedMeanwhile_givesTheArchiveUp() throws Exception {
        RendererSpec spec = spec(Listening.class, FastStart.ARCHIVE).withClassPath(FastStartPrograms.jars(directory));
        List<Path> before = archives();
        CompletableFuture<StartKind> begun = main.prepare(spec);
        CompletableFuture<StartKind> waiting = main.prepare(spec);

        main.close();

        assertThat(Patience.awaitFailure(begun).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(Patience.awaitFailure(waiting).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(archivesSince(before)).isEmpty();
    }

    @Test
    void mainsThatMakeOneArchiveAtOnce_doNotDisturbEachOther() throws Exception {
        Map<String, String> environment =
                Map.of("XDG_CACHE_HOME", directory.resolve("cache").toString());
        List<String> command = ProcScenarios.command(PreparingMain.class, FastStart.ARCHIVE.name(), sharedClassPath);
        try (ChildJvm one = ChildJvm.start(command, environment);
                ChildJvm other = ChildJvm.start(command, environment)) {
            for (ChildJvm each : List.of(one, other)) {
                each.awaitLine("open");
            }
            for (ChildJvm each : List.of(one, other)) {
                each.goOn();
            }
            for (ChildJvm each : List.of(one, other)) {
                assertThat(each.awaitLine("prepared ")).isEqualTo("ARCHIVE");
                assertThat(each.awaitLine("launched ")).isEqualTo("ARCHIVE");
                assertThat(each.awaitExit()).isZero();
            }
        }
        assertThat(directory.resolve("cache/valence")).isDirectoryNotContaining("glob:**.tmp*");
    }

    private static List<Path> archives() throws IOException {
        if (!Files.exists(cache())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache())) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }

    private static List<Path> archivesSince(List<Path> before) throws IOException {
        List<Path> made = new ArrayList<>(archives());
        made.removeAll(before);
        return made;
    }

    // ---- Spares --------------------------------------------------------------------------------------------------

    @Test
    void spare_becomesWhatIsLaunchedNextAndIsReplaced() throws Exception {
        RendererSpec spec = spec(Telling.class, FastStart.SPARE);
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.SPARE);
        ProcessHandle spare = onlyChild();
        assertThat(main.renderers()).isEmpty();

        Renderer renderer = main.launch(spec.withName("editor").withArgs("--file", "a\nb\\n", ""));
        ready(renderer);

        assertThat(kind(renderer)).isEqualTo(StartKind.SPARE);
        assertThat(renderer.pid()).hasValue(spare.pid());
        assertThat(main.renderers()).containsExactly(renderer);
        assertThat(renderer.invokeSync("args", null, String.class)).isEqualTo("--file|a\nb\\n|");
        assertThat(renderer.invokeSync("stdin", null, Integer.class)).isEqualTo(-1);
        assertThat(renderer.invokeSync("loader", null, String.class)).endsWith("AppClassLoader");
        assertThat(printed.poll(10, TimeUnit.SECONDS)).isEqualTo("printed by editor");
        assertThat(await(main.prepare(spec))).isEqualTo(StartKind.SPARE);
        assertThat(kind(ready(main.launch(spec)))).isEqualTo(StartKind.SPARE);
        renderer.send("exit", 3);
        assertThat(exit(renderer).exitCode()).hasValue(3);
    }

    @Test
    void reload_takesTheSpare() throws Exception {
        RendererSpec spec = spec(Telling.class, FastStart.SPARE);
        await(main.prepare(spec));
        Renderer renderer = ready(main.launch(spec));
        await(main.prepare(spec));

        renderer.reload();

        assertThat(kind(ready(renderer))).isEqualTo(StartKind.SPARE);
    }

    @Test
    void rendererThatIsStartedInAnotherWay_leavesTheSpareAlone() throws Exception {
        RendererSpec spec = spec(Telling.class, FastStart.SPARE);
        await(main.prepare(spec));
        ProcessHandle spare = onlyChild();

        for (RendererSpec other : List.of(
                spec.withEnvironment(Map.of("SOME_VARIABLE", "value")),
                spec.withWorkingDirectory(directory),
                spec.withJvmArgs("-Dsome.property=value"),
                spec.withFastStart(FastStart.ARCHIVE))) {
            Renderer renderer = main.launch(other);
            assertThat(kind(renderer)).isEqualTo(StartKind.ARCHIVE);
            renderer.kill();
            exit(renderer);
        }
        assertThat(spare.isAlive()).isTrue();
        assertThat(ready(main.launch(spec)).pid()).hasValue(spare.pid());
    }

    @Test
    void spareThatHasEnded_isNotMissed() throws Exception {
        RendererSpec spec = spec(Telling.class, FastStart.SPARE);
        await(main.prepare(spec));
        ProcessHandle spare = onlyChild();
        spare.destroyForcibly();
        await(spare.onExit());

        assertThat(kind(ready(main.launch(spec)))).isEqualTo(StartKind.ARCHIVE);
    }

    @Test
    void mainMethodOfASpareThatThrows_isReportedLikeAnyOther() throws Exception {
        RendererSpec spec = spec(Throwing.class, FastStart.SPARE);
        await(main.prepare(spec));

        Renderer renderer = main.launch(spec);

        RendererExit exit = exit(renderer);
        assertThat(kind(renderer)).isEqualTo(StartKind.SPARE);
        assertThat(exit.reason()).isEqualTo(ExitReason.LAUNCH_FAILED);
        assertThat(exit.exitCode()).hasValue(1);
        assertThat(exit.lastOutput()).anyMatch(line -> line.contains("thrown on purpose by a main method"));
    }

    @Test
    void close_endsTheSpare() throws Exception {
        await(main.prepare(spec(Telling.class, FastStart.SPARE)));
        ProcessHandle spare = onlyChild();

        main.close();

        await(spare.onExit());
    }

    @Test
    void mainThatIsKilled_isFollowedByItsSpare() throws Exception {
        List<String> command =
                ProcScenarios.command(PreparingMain.class, FastStart.SPARE.name(), sharedClassPath, "stay");
        try (ChildJvm killed = ChildJvm.start(command, Map.of())) {
            killed.awaitLine("open");
            killed.goOn();
            assertThat(killed.awaitLine("prepared ")).isEqualTo("SPARE");
            ProcessHandle spare =
                    ProcessHandle.of(Long.parseLong(killed.awaitLine("child "))).orElseThrow();

            killed.kill();

            Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> Patience.isGone(spare));
        }
    }

    /** Returns the only process that this one has started. */
    private static ProcessHandle onlyChild() {
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        assertThat(children).hasSize(1);
        return children.get(0);
    }
}
