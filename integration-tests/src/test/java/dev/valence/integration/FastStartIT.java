package dev.valence.integration;

import static dev.valence.integration.Patience.await;
import static dev.valence.integration.Patience.exit;
import static dev.valence.integration.Patience.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.FastStartPrograms.Listening;
import dev.valence.integration.ProcScenarios.Worker;
import dev.valence.main.FastStart;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.main.StartKind;
import dev.valence.main.Startup;
import dev.valence.main.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
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
    private Path directory;

    @AfterEach
    void close() {
        main.close();
    }

    private RendererSpec spec(Class<?> program, FastStart fastStart) throws IOException {
        return FastStartPrograms.spec(program, directory)
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
}
