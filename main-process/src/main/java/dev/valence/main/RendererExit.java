package dev.valence.main;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How an incarnation of a renderer ended.
 *
 * @param reason what kind of end it was
 * @param name of the renderer
 * @param exitCode what it passed to {@code System.exit}; empty after a signal or without a process. The system does not
 *     tell a code of 129 to 159 from a signal; those count as signals
 * @param signal number of the signal that ended it
 * @param pid of its process, which is no more
 * @param uptime from the start of its process, or of its connection if it was invited
 * @param detail what else is known, in words; null if nothing is
 * @param lastOutput its last {@value OutputTail#LINES} lines of stdout and stderr, oldest first, each of at most
 *     {@value OutputTail#LINE_CHARS} characters
 * @param crashFile the report that a crashing JVM wrote ({@code hs_err_pid….log}), or null
 * @param restarts how many processes of this renderer came before, whether a {@link RestartPolicy} or a reload replaced them
 */
public record RendererExit(
        ExitReason reason,
        String name,
        OptionalInt exitCode,
        OptionalInt signal,
        OptionalLong pid,
        Duration uptime,
        @Nullable String detail,
        List<String> lastOutput,
        @Nullable Path crashFile,
        int restarts) {

    /** Copies the lines. */
    public RendererExit {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(exitCode, "exitCode");
        Objects.requireNonNull(signal, "signal");
        Objects.requireNonNull(pid, "pid");
        Objects.requireNonNull(uptime, "uptime");
        lastOutput = List.copyOf(lastOutput);
    }

    /** Returns the end of something that had no process here. */
    static RendererExit withoutProcess(ExitReason reason, String name, Duration uptime, String detail) {
        return new RendererExit(
                reason,
                name,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                uptime,
                detail,
                List.of(),
                null,
                0);
    }

    /** Returns the same end for a reason that its process alone does not show. */
    RendererExit because(ExitReason otherReason, @Nullable String otherDetail) {
        return new RendererExit(
                otherReason, name, exitCode, signal, pid, uptime, otherDetail, lastOutput, crashFile, restarts);
    }

    /** Returns the same end of a process that was not the first. */
    RendererExit after(int processesBefore) {
        return new RendererExit(
                reason, name, exitCode, signal, pid, uptime, detail, lastOutput, crashFile, processesBefore);
    }

    /** Returns what to do after {@link ExitReason#LAUNCH_FAILED}, in words for a person, if that can be told. */
    public Optional<String> hint() {
        return LaunchHint.of(this);
    }

    /**
     * Returns the line of the last output in which a JVM says why it failed, if there is one. What it says of its options it
     * says in the line before.
     */
    Optional<String> complaint() {
        for (int i = 0; i < lastOutput.size(); i++) {
            String line = lastOutput.get(i);
            if (line.startsWith("Error: Could not create the Java Virtual Machine") && i > 0) {
                return Optional.of(lastOutput.get(i - 1));
            }
            if (line.startsWith("Error") || line.startsWith("Exception in ")) {
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }

    /** Returns one line without the name, such as {@code KILLED (signal 9)}. */
    public String describe() {
        StringBuilder facts = new StringBuilder();
        if (exitCode.isPresent() && reason != ExitReason.CLEAN_EXIT) {
            facts.append(", exit code ").append(exitCode.getAsInt());
        }
        if (signal.isPresent()) {
            facts.append(", signal ").append(signal.getAsInt());
        }
        if (detail != null) {
            facts.append(", ").append(detail);
        }
        if (crashFile != null) {
            facts.append(", ").append(crashFile);
        }
        return facts.isEmpty() ? reason.name() : reason + " (" + facts.substring(2) + ")";
    }

    @Override
    public String toString() {
        return name + ": " + describe();
    }
}
