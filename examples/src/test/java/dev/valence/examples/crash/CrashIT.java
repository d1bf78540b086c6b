package dev.valence.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.examples.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program that {@code ./demo crash} runs tells of every crash, and leaves nothing behind. */
class CrashIT {

    private static final String STORY = """
            A renderer that crashes. Its policy: restart on failure, at most 4 times within 60 s.

              1  It throws an exception in its setup.
                 bootstrapError  ABNORMAL_EXIT (exit code 1, Exception in setUp java.lang.IllegalStateException:
                                 settings: none (expected: a file))
                 restarting      number 2 starts after the backoff

              2  It calls System.exit(7).
                 ready           pid #
                 exit()          ABNORMAL_EXIT (exit code 7)
                 restarting      number 3 starts after the backoff

              3  It has a memory fault in native code.
                 ready           pid #
                 exit()          CRASHED (signal 6, hs_err_pid#.log)
                 restarting      number 4 starts after the backoff

              4  It fills its heap of 32 MB.
                 ready           pid #
                 exit()          OOM (exit code 3)
                 restarting      number 5 starts after the backoff

              5  It finds a lock file, and returns.
                 bootstrapError  LAUNCH_FAILED (exit code 0, ended before it connected)
                 gaveUp          4 restarts within 60 s are enough
                 gone            LAUNCH_FAILED; until the application reloads it

            How its processes ended

              #  what it does                       reason         code  signal  uptime  report of the JVM
              1  throws an exception in its setup   ABNORMAL_EXIT     1       -  # s  -
              2  calls System.exit(7)               ABNORMAL_EXIT     7       -  # s  -
              3  has a memory fault in native code  CRASHED           -       6  # s  hs_err_pid#.log
              4  fills its heap of 32 MB            OOM               3       -  # s  -
              5  finds a lock file, and returns     LAUNCH_FAILED     0       -  # s  -

            What they wrote
            """;

    @TempDir
    Path directory;

    @Test
    void demo_tellsOfEveryCrashAndLeavesNothing() throws Exception {
        ChildJvm demo = ChildJvm.run(directory, System.getProperty("java.class.path"), CrashMain.class.getName());

        assertThat(demo.stderr()).isEmpty();
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.stdout()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(masked(String.join("\n", demo.stdout())))
                .startsWith(STORY)
                .contains("\n  1  Exception in setUp java.lang.IllegalStateException: settings: none")
                .contains("\n  2  disk: full\n")
                .contains("\n     SIGSEGV ")
                .contains("\n  4  Terminating due to java.lang.OutOfMemoryError: Java heap space\n")
                .contains("\n  5  lock: held ")
                .contains("\n  5  the main method returned or exited without IpcRenderer.run or IpcRenderer.connect\n")
                .endsWith("\nMain went on all the time. The directory with the report of the JVM is deleted.");
        assertThat(demo.left()).isEmpty();
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse("")))
                .noneMatch(commandLine -> commandLine.contains(directory.toString()));
    }

    private static String masked(String text) {
        return text.replaceAll("pid ?\\d+", "pid #")
                .replace("hs_err_pid #", "hs_err_pid#")
                .replaceAll(" +\\d+\\.\\d\\d s ", "  # s ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crush", ""})
    void unknownWord_isRefusedWithWhatIsExpected(String word) throws Exception {
        Path stderr = directory.resolve("stderr");
        Path script = Path.of("").toAbsolutePath().resolveSibling("demo");
        Process demo = new ProcessBuilder(script.toString(), word)
                .redirectError(stderr.toFile())
                .start();
        try {
            assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            demo.destroyForcibly();
        }
        assertThat(stderr).hasContent("demo: '" + word + "' (expected: nothing, for the first example, or crash)\n");
        assertThat(demo.exitValue()).isEqualTo(2);
    }
}
