package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {

    private static final RendererSpec SPEC = RendererSpec.of("com.example.Editor")
            .withJava(Path.of("java"))
            .withModulePath("")
            .withJvmArgs("-ea")
            .withArgs("a", "b");

    @TempDir
    Path directory;

    @Test
    void words_areInTheOrderOfTheLauncher() throws Exception {
        CommandLine line = CommandLine.of(
                SPEC.withClassPath("/a.jar").withModulePath("/mods").command(), List.of("-XX:+UseSerialGC"), directory);

        assertThat(line.words())
                .containsExactly(
                        "java",
                        "-cp",
                        "/a.jar",
                        "-p",
                        "/mods",
                        "-XX:+UseSerialGC",
                        "-ea",
                        "com.example.Editor",
                        "a",
                        "b");
        assertThat(line.argFile()).isNull();
        line.discard();
    }

    @Test
    void classPathIsVeryLong_isInAFileOfItsOwner() throws Exception {
        String classPath = "/a \"b\\c".repeat(10_000);
        CommandLine line = CommandLine.of(SPEC.withClassPath(classPath).command(), List.of(), directory);

        Path file = line.argFile();
        assertThat(line.words()).containsExactly("java", "@" + file, "-ea", "com.example.Editor", "a", "b");
        assertThat(file).hasContent("\"-cp\"\n\"" + "/a \\\"b\\\\c".repeat(10_000) + "\"\n");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        line.discard();
        assertThat(directory).isEmptyDirectory();
        line.discard();
    }
}
