package dev.valence.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the first pages prints what they say. */
class GettingStartedIT {

    private static final Path PAGE =
            Path.of("").toAbsolutePath().resolveSibling("docs").resolve("getting-started.md");

    @TempDir
    Path directory;

    @Test
    void program_printsWhatThePageSays() throws Exception {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        assertThat(JavaPage.read(PAGE).compile(classes)).isEmpty();

        String classPath = classes + File.pathSeparator + System.getProperty("java.class.path");
        ChildJvm app = ChildJvm.run(directory, classPath, "App");

        assertThat(app.stderr()).isEmpty();
        assertThat(app.exitCode()).isZero();
        assertThat(Files.readString(PAGE)).contains("```text\n" + String.join("\n", app.stdout()) + "\n```");
        assertThat(app.left()).isEmpty();
    }
}
