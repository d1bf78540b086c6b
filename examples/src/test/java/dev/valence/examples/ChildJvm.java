package dev.valence.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a program did in a JVM of its own, to which a directory was all there is for sockets and temporary files.
 *
 * @param left what is in that directory after its end
 */
public record ChildJvm(int exitCode, List<String> stdout, List<String> stderr, List<Path> left) {

    /**
     * Runs a program to its end.
     *
     * @param directory for its output and its files
     */
    public static ChildJvm run(Path directory, String classPath, String mainClass) throws Exception {
        Path files = Files.createDirectory(directory.resolve("files"));
        Path stdout = directory.resolve("stdout");
        Path stderr = directory.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + files,
                "-cp",
                classPath,
                mainClass);
        builder.environment().put("XDG_RUNTIME_DIR", files.toString());
        Process process = builder.redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile())
                .start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError(
                        mainClass + " runs for 60 s; so far:\n" + Files.readString(stdout) + Files.readString(stderr));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new ChildJvm(process.exitValue(), Files.readAllLines(stdout), Files.readAllLines(stderr), list(files));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
