package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutputPipesTest {

    @Test
    void processRuns_pipesGiveItsOutput() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "read x; echo out; echo err >&2").start();

        OutputPipes pipes = OutputPipes.of(process);

        process.getOutputStream().close();
        assertOutput(pipes);
    }

    @Test
    void processHasEnded_pipesStillGiveItsOutput() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "echo out; echo err >&2").start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();

        OutputPipes pipes = OutputPipes.of(process);

        assertOutput(pipes);
    }

    private static void assertOutput(OutputPipes pipes) throws IOException {
        try (InputStream stdout = pipes.stdout();
                InputStream stderr = pipes.stderr()) {
            assertThat(stdout.readAllBytes()).asString().isEqualTo("out\n");
            assertThat(stderr.readAllBytes()).asString().isEqualTo("err\n");
        }
    }
}
