package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A main process is killed at random moments, from the launch of its renderers to normal work. Nothing that it started, and
 * nothing that they started, lives on; the next main leaves no file of it.
 *
 * <p>Who belongs to a main is told by a variable of the environment, which all have from it, also those of whom it could
 * not say anything any more.
 */
@ExtendWith(NoLeaks.class)
class OrphansIT {

    private static final String VARIABLE = "TEST_FAMILY";

    /** The promise, for a renderer that has read what was handed over to it. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    @TempDir
    Path place;

    private Duration launch = Duration.ZERO; // from the first launch until both renderers are ready
    private Duration slowest = Duration.ZERO; // end of a family

    @Test
    @Timeout(180)
    void mainIsKilledAtSomeRandomMoments_leavesNoProcessAndNoFile() throws Exception {
        killOften(4);
    }

    @Test
    @Tag("full")
    @Timeout(20 * 60)
    void mainIsKilledAtFiftyRandomMoments_leavesNoProcessAndNoFile() throws Exception {
        killOften(50);
    }

    private void killOften(int times) throws Exception {
        long seed = Long.getLong("valence.seed", System.nanoTime());
        System.out.println("orphans: -Dvalence.seed=" + seed);
        Random random = new Random(seed);
        closeInOrder();
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            left.add(killAt(Duration.ofNanos((long) (random.nextDouble() * 1.5 * launch.toNanos()))));
        }
        closeInOrder();
        assertThat(place).isEmptyDirectory();
        System.out.println(
                "orphans: " + times + " kills within " + launch.toMillis() + " ms and half of that again; processes"
                        + " at the kill: " + left + "; the last of them ended " + slowest.toMillis() + " ms after it");
    }

    /** Starts a main that closes itself. */
    private void closeInOrder() throws Exception {
        Map<String, String> environment = environment();
        try (ChildJvm main = ChildJvm.start(OrphanPrograms.Main.class, environment, "close")) {
            main.awaitLine("open");
            long start = System.nanoTime();
            main.awaitLine("up");
            launch = Patience.since(start);
            assertThat(main.awaitExit()).isZero();
        } finally {
            endAll(environment.get(VARIABLE)); // a renderer that ends in order leaves its children alone
        }
    }

    /** Kills a main so long after it began to launch; returns how many processes were left then. */
    private int killAt(Duration moment) throws Exception {
        Map<String, String> environment = environment();
        String family = environment.get(VARIABLE);
        try (ChildJvm main = ChildJvm.start(OrphanPrograms.Main.class, environment, "work")) {
            main.awaitLine("open");
            assertThat(files()).as("directories when one main is open").hasSize(1);
            Patience.await(CompletableFuture.runAsync(
                    main::kill, CompletableFuture.delayedExecutor(moment.toNanos(), TimeUnit.NANOSECONDS)));
            long killed = System.nanoTime();
            int left = members(family).size();
            // A JVM that is just starting learns of it when it reads what was handed over to it.
            await("killed after " + moment)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(LONGEST.plus(launch))
                    .untilAsserted(() -> assertThat(members(family)).isEmpty());
            slowest = slowest.compareTo(Patience.since(killed)) > 0 ? slowest : Patience.since(killed);
            return left;
        } finally {
            endAll(family);
        }
    }

    private Map<String, String> environment() {
        return Map.of(
                "XDG_RUNTIME_DIR", place.toString(), VARIABLE, UUID.randomUUID().toString());
    }

    private List<Path> files() throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(place)) {
            List<Path> found = new ArrayList<>();
            all.forEach(found::add);
            return found;
        }
    }

    private static void endAll(String family) throws IOException {
        for (String member : members(family)) {
            ProcessHandle.of(Long.parseLong(member.split(" ")[0])).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Returns number and name of each live process of a family. */
    private static List<String> members(String family) throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                if (read(process.resolve("environ")).contains(VARIABLE + "=" + family)) {
                    found.add(process.getFileName() + " "
                            + read(process.resolve("comm")).strip());
                }
            }
        }
        return found;
    }

    /** Returns nothing of a process that has ended, or is another user's. */
    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
