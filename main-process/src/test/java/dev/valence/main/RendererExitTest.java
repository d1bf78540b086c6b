package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RendererExitTest {

    private static RendererExit exited(int code, String... lastOutput) {
        return new RendererExit(
                ExitReason.ABNORMAL_EXIT,
                "editor",
                OptionalInt.of(code),
                OptionalInt.empty(),
                OptionalLong.of(42),
                Duration.ofSeconds(1),
                null,
                List.of(lastOutput),
                null,
                0);
    }

    @Test
    void otherReason_keepsTheRest() {
        RendererExit exit = exited(1, "line").because(ExitReason.LAUNCH_FAILED, "never connected");

        assertThat(exit).hasToString("editor: LAUNCH_FAILED (exit code 1, never connected)");
        assertThat(exit.pid()).hasValue(42);
        assertThat(exit.lastOutput()).containsExactly("line");
    }

    @Test
    void hint_saysWhatToLookAtAfterAFailedLaunch() {
        assertThat(exited(1, "java.lang.UnsupportedClassVersionError: Editor").hint())
                .isEmpty();
        assertThat(hint("x", "Error: LinkageError", "java.lang.UnsupportedClassVersionError: Editor"))
                .startsWith("the Java of the renderer is older");
        assertThat(hint("Error: Could not find or load main class Editor")).contains("class path");
        assertThat(hint("error=7, Argument list too long")).contains("larger than the system allows");
        assertThat(hint("error=13, Permission denied")).contains("may not execute");
        assertThat(hint("error=2, No such file or directory")).contains("withJava");
        assertThat(hint("not ready within 30000 ms")).contains("IpcRenderer.run");
        assertThat(hint("ended before it connected")).contains("without IpcRenderer.run");
        assertThat(exited(1).because(ExitReason.LAUNCH_FAILED, "odd").hint()).isEmpty();
    }

    private static String hint(String detail, String... lastOutput) {
        return exited(1, lastOutput)
                .because(ExitReason.LAUNCH_FAILED, detail)
                .hint()
                .orElseThrow();
    }

    @Test
    void noProcess_hasNoCodeAndNoPid() {
        RendererExit exit = RendererExit.withoutProcess(
                ExitReason.DISCONNECTED, "viewer", Duration.ofSeconds(5), "connection reset");

        assertThat(exit.describe()).isEqualTo("DISCONNECTED (connection reset)");
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.signal()).isEmpty();
        assertThat(exit.pid()).isEmpty();
    }

    @Test
    void complaint_isTheFirstLineInWhichTheJvmSaysWhy() {
        assertThat(exited(1, "Hello", "Error: no main", "Error: again").complaint())
                .hasValue("Error: no main");
        assertThat(exited(1, "Unrecognized option: -Y", "Error: Could not create the Java Virtual Machine.")
                        .complaint())
                .hasValue("Unrecognized option: -Y");
        assertThat(exited(1, "Exception in setUp java.io.IOException: x", "\tat A.b(A.java)")
                        .complaint())
                .hasValue("Exception in setUp java.io.IOException: x");
        assertThat(exited(1, "Hello").complaint()).isEmpty();
    }
}
