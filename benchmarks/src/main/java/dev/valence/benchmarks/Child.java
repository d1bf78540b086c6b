package dev.valence.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process that speaks the commands of {@link dev.valence.benchmarks.peer.PeerProgram}. It ends with this one. */
final class Child implements AutoCloseable {

    private static final long EXIT_SECONDS = 5;

    private final String name;
    private final Process process;
    private final File log;
    private final PrintStream commands;
    private final BufferedReader answers;

    private Child(String name, Process process, File log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a process. It is open when the first answer has been taken.
     *
     * @param log what it writes to stderr
     */
    static Child start(String name, List<String> command, File log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(log);
        return new Child(name, builder.start(), log);
    }

    /** Waits until the process says that it is open. */
    void awaitOpen() throws IOException {
        answer("open");
    }

    /** Sends a command and returns its answer. */
    String ask(String command) throws IOException {
        commands.println(command);
        return answer(command);
    }

    /** Returns the next answer, to no command. */
    String line() throws IOException {
        return answer("");
    }

    private String answer(String command) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " ended at \"" + command + "\"; it said: " + Files.readString(log.toPath()));
        }
        if (!line.startsWith("= ")) {
            throw new IOException(name + " at \"" + command + "\": " + line + " (expected: an answer)");
        }
        return line.substring(2);
    }

    /** Returns the process and its descendants. */
    List<Long> pids() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .collect(Collectors.toList());
    }

    /** Closes its stdin and waits for its end. */
    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
