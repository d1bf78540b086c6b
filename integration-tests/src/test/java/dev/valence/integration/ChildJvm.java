package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM that a test itself started; closing it kills it and waits for its end. */
final class ChildJvm implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader = new Thread(this::read, "child-reader");

    private ChildJvm(Process process) {
        this.process = process;
    }

    /** Starts a program of {@link ProcScenarios}. */
    static ChildJvm start(Class<?> program, Map<String, String> environment, String... args) throws IOException {
        return start(ProcScenarios.command(program, args), environment);
    }

    /** Starts a program with these words. */
    static ChildJvm start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        ChildJvm child = new ChildJvm(builder.start());
        child.reader.start();
        return child;
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("output broke: " + e);
        }
    }

    /** Waits for the next line that begins so, and returns the rest of it. */
    String awaitLine(String prefix) throws InterruptedException {
        return awaitLine(prefix, 0);
    }

    /** Does the same for a program that works for some seconds before. */
    String awaitLine(String prefix, int seconds) throws InterruptedException {
        StringBuilder others = new StringBuilder();
        while (true) {
            String line = lines.poll(PATIENCE_SECONDS + seconds, TimeUnit.SECONDS);
            assertThat(line).as("line \"%s…\" after%s", prefix, others).isNotNull();
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
            others.append('\n').append(line);
        }
    }

    /** Lets a program go on that waits for a line. */
    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Waits for its end and returns all it wrote that nobody waited for. */
    List<String> awaitOutput() throws InterruptedException {
        awaitExit();
        reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return List.copyOf(lines);
    }

    /** Waits for its end and returns its exit code. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("child %s has ended", process.pid())
                .isTrue();
        return process.exitValue();
    }

    /** Kills it as the system would (SIGKILL). */
    void kill() {
        process.destroyForcibly();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws InterruptedException, IOException {
        kill();
        process.waitFor();
        reader.join();
        process.getOutputStream().close();
    }
}
