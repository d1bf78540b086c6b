package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.FastStartPrograms.Bare;
import dev.valence.integration.FastStartPrograms.Listening;
import dev.valence.main.FastStart;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.StartKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How long a renderer that registers one listener takes from launch to ready, compared with a JVM that prints a line. All
 * kinds of start take turns, so that they meet the same weather. The table is printed with what is aimed at; what is asserted
 * is that an archive is faster than none, and a spare faster than both.
 */
@Timeout(300)
@ExtendWith(NoLeaks.class)
class StartupIT {

    private static final Map<FastStart, String> AIMS = Map.of(
            FastStart.NONE, "5 times a bare JVM", FastStart.ARCHIVE, "3 times a bare JVM", FastStart.SPARE, "30 ms");
    private static final int ROUNDS = 20;
    private static final int WARM_UP = 3; // of this JVM
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

    @TempDir
    private Path directory;

    private final List<Duration> bare = new ArrayList<>();
    private final Map<FastStart, List<Duration>> renderers = new EnumMap<>(FastStart.class);
    private final Map<FastStart, String> memory = new EnumMap<>(FastStart.class);

    /** Returns the JDKs beside the one that runs the tests, and that one, one of each version. */
    static Stream<Path> jdks() throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        Map<Integer, Path> byVersion = new TreeMap<>();
        try (Stream<Path> all = Files.list(own.resolveSibling(""))) {
            for (Path home : Stream.concat(all.sorted(), Stream.of(own)).toList()) {
                if (version(home) >= 17) {
                    byVersion.put(version(home), home);
                }
            }
        }
        return byVersion.values().stream();
    }

    /** Returns the version of a JDK, or 0 if there is none. */
    private static int version(Path home) throws IOException {
        Path release = home.resolve("release");
        Matcher version = VERSION.matcher(Files.exists(release) ? Files.readString(release) : "");
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @Tag("full")
    @Tag("measured")
    void launchToReady_comparedWithABareJvm(Path jdk) throws Exception {
        Path java = jdk.resolve("bin/java");
        RendererSpec spec = FastStartPrograms.spec(Listening.class, FastStartPrograms.jars(directory))
                .withJava(java);
        try (IpcMain main = IpcMain.open()) {
            assertThat(await(main.prepare(spec))).isEqualTo(StartKind.ARCHIVE);
            for (int i = -WARM_UP; i < ROUNDS; i++) {
                round(main, spec, java, i >= 0);
            }
        }
        Duration unit = median(bare);
        System.out.println("StartupIT: " + jdk.getFileName() + ": a bare JVM " + millis(unit) + " ms");
        renderers.forEach((kind, times) -> System.out.printf(
                "StartupIT: %s: %-7s %s ms, %.2f times a bare JVM (aim: at most %s); idle, %s%n",
                jdk.getFileName(),
                kind,
                millis(median(times)),
                (double) median(times).toNanos() / unit.toNanos(),
                AIMS.get(kind),
                memory.get(kind)));
        assertThat(median(renderers.get(FastStart.ARCHIVE))).isLessThan(median(renderers.get(FastStart.NONE)));
        assertThat(median(renderers.get(FastStart.SPARE))).isLessThan(median(renderers.get(FastStart.ARCHIVE)));
    }

    private void round(IpcMain main, RendererSpec spec, Path java, boolean counts) throws Exception {
        Duration hello = hello(java, FastStartPrograms.ownJar(directory));
        if (counts) {
            bare.add(hello);
        }
        for (FastStart kind : FastStart.values()) {
            RendererSpec next = spec.withFastStart(kind);
            if (kind == FastStart.SPARE) {
                await(main.prepare(next));
                awaitIdle(ProcessHandle.current().children().findAny().orElseThrow());
            }
            long start = System.nanoTime();
            Renderer renderer = ready(main.launch(next));
            Duration time = Patience.since(start);
            assertThat(renderer.startup().orElseThrow().kind().ordinal()).isEqualTo(kind.ordinal());
            if (counts) {
                renderers.computeIfAbsent(kind, none -> new ArrayList<>()).add(time);
                memory.put(kind, residentSize(renderer));
            }
            renderer.kill();
            exit(renderer);
        }
    }

    /** Starts a JVM and waits for its first line. */
    private static Duration hello(Path java, Path jar) throws Exception {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(java.toString(), "-cp", jar.toString(), Bare.class.getName()).start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("hello");
            return Patience.since(start);
        } finally {
            process.waitFor();
        }
    }

    /** Waits until a process has nothing to do: there is no other sign that a spare has loaded all it wants. */
    private static void awaitIdle(ProcessHandle process) {
        List<Duration> used = new ArrayList<>();
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            used.add(process.info().totalCpuDuration().orElseThrow());
            int last = used.size() - 1;
            return last > 0 && used.get(last).equals(used.get(last - 1));
        });
    }

    private static String residentSize(Renderer renderer) throws IOException {
        Path status = Path.of("/proc", Long.toString(renderer.pid().orElseThrow()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS"))
                    .findAny()
                    .orElseThrow()
                    .replaceAll("\\s+", " ");
        }
    }

    private static Duration median(List<Duration> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static String millis(Duration time) {
        return "%.1f".formatted(time.toNanos() / 1e6);
    }
}
