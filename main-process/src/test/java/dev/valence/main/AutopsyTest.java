package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutopsyTest {

    private static final String REPORT_FOLLOWS = "# An error report file with more information is saved as:";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "0, CLEAN_EXIT",
        "1, ABNORMAL_EXIT (exit code 1)",
        "3, ABNORMAL_EXIT (exit code 3)",
        "128, ABNORMAL_EXIT (exit code 128)",
        "129, KILLED (signal 1)",
        "130, KILLED (signal 2)",
        "132, CRASHED (signal 4)",
        "134, CRASHED (signal 6)",
        "135, CRASHED (signal 7)",
        "136, CRASHED (signal 8)",
        "137, KILLED (signal 9)",
        "139, CRASHED (signal 11)",
        "143, KILLED (signal 15)",
        "159, CRASHED (signal 31)",
        "160, ABNORMAL_EXIT (exit code 160)",
        "255, ABNORMAL_EXIT (exit code 255)"
    })
    void exitValue_tellsTheReason(int exitValue, String description) {
        assertThat(examine(exitValue, List.of()).describe()).isEqualTo(description);
    }

    @ParameterizedTest
    @CsvSource({
        "3, Terminating due to java.lang.OutOfMemoryError: Java heap space",
        "134, Aborting due to java.lang.OutOfMemoryError: Java heap space",
        "1, '# There is insufficient memory for the Java Runtime Environment to continue.'",
        "1, 'Exception in thread \"main\" java.lang.OutOfMemoryError: Metaspace'",
        "1, 'Exception: java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread \"main\"'"
    })
    void jvmSaysThatMemoryWasShort_isOom(int exitValue, String line) {
        assertThat(examine(exitValue, List.of("something", line)).reason()).isEqualTo(ExitReason.OOM);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'Exception in thread \"main\" java.lang.OutOfMemoryError: Metaspace', CLEAN_EXIT",
        "5, 'Exception in thread \"main\" java.lang.OutOfMemoryError: Metaspace', ABNORMAL_EXIT",
        "137, Terminating due to java.lang.OutOfMemoryError: Java heap space, KILLED",
        "1, a user wrote java.lang.OutOfMemoryError, ABNORMAL_EXIT"
    })
    void memoryWasShortButDidNotEndIt_isNotOom(int exitValue, String line, ExitReason reason) {
        assertThat(examine(exitValue, List.of(line)).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s/report.txt", "report.txt"})
    void jvmNamesItsReport_isCrashed(String name) throws Exception {
        Path report = Files.createFile(directory.resolve("report.txt"));

        RendererExit exit = examine(1, List.of("#", REPORT_FOLLOWS, "# " + name.formatted(directory), "#"));

        assertThat(exit.reason()).isEqualTo(ExitReason.CRASHED);
        assertThat(exit.crashFile()).isEqualTo(report);
        assertThat(exit.describe()).isEqualTo("CRASHED (exit code 1, " + report + ")");
    }

    @Test
    void reportLiesInTheWorkingDirectory_isFound() throws Exception {
        Path report = Files.createFile(directory.resolve("hs_err_pid42.log"));

        assertThat(examine(134, List.of(REPORT_FOLLOWS)).crashFile()).isEqualTo(report);
        assertThat(examine(134, List.of(REPORT_FOLLOWS, "# /no/such/file")).crashFile())
                .isEqualTo(report);
        assertThat(examine(134, List.of(REPORT_FOLLOWS, "# \0")).crashFile()).isEqualTo(report);
        assertThat(examine(0, List.of()).crashFile()).isNull();
    }

    private RendererExit examine(int exitValue, List<String> lastOutput) {
        return Autopsy.examine("editor", new Autopsy.Body(42, exitValue, directory), Duration.ofSeconds(1), lastOutput);
    }
}
