package dev.valence.main;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells from what a dead JVM left behind how it died. */
final class Autopsy {

    /** ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS: what a program does to itself. */
    private static final Set<Integer> CRASH_SIGNALS = Set.of(4, 5, 6, 7, 8, 11, 31);

    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 31;

    /** Printed by the JVM itself, under -XX:+ExitOnOutOfMemoryError, -XX:+CrashOnOutOfMemoryError and out of native memory. */
    private static final List<String> OOM_OF_JVM = List.of(
            "Terminating due to java.lang.OutOfMemoryError",
            "Aborting due to java.lang.OutOfMemoryError",
            "# There is insufficient memory for the Java Runtime Environment to continue");

    private static final String UNCAUGHT = "Exception in thread \"";
    private static final String UNCAUGHT_OOM = "\" java.lang.OutOfMemoryError";
    private static final String OOM_IN_HOOK = "Exception: java.lang.OutOfMemoryError thrown from";
    private static final String REPORT_FOLLOWS = "# An error report file with more information is saved as:";

    private Autopsy() {}

    /**
     * A process that has ended.
     *
     * @param pid it had
     * @param exitValue as {@link Process} gives it: 128 + n after signal n
     * @param directory it worked in
     */
    record Body(long pid, int exitValue, Path directory) {}

    /** Returns how a process ended. */
    static RendererExit examine(String name, Body body, Duration uptime, List<String> lastOutput) {
        int exitValue = body.exitValue();
        int signal = exitValue > SIGNAL_BASE && exitValue <= SIGNAL_BASE + LAST_SIGNAL ? exitValue - SIGNAL_BASE : 0;
        Path crashFile = exitValue == 0 ? null : crashFile(body, lastOutput);
        return new RendererExit(
                reason(exitValue, signal, lastOutput, crashFile),
                name,
                signal == 0 ? OptionalInt.of(exitValue) : OptionalInt.empty(),
                signal == 0 ? OptionalInt.empty() : OptionalInt.of(signal),
                OptionalLong.of(body.pid()),
                uptime,
                null,
                lastOutput,
                crashFile,
                0);
    }

    private static ExitReason reason(int exitValue, int signal, List<String> lastOutput, @Nullable Path crashFile) {
        if (exitValue == 0) {
            return ExitReason.CLEAN_EXIT;
        }
        if (signal != 0 && !CRASH_SIGNALS.contains(signal)) {
            return ExitReason.KILLED;
        }
        if (lastOutput.stream().anyMatch(line -> tellsOfOom(line, exitValue))) {
            return ExitReason.OOM;
        }
        return signal != 0 || crashFile != null ? ExitReason.CRASHED : ExitReason.ABNORMAL_EXIT;
    }

    private static boolean tellsOfOom(String line, int exitValue) {
        if (OOM_OF_JVM.stream().anyMatch(line::startsWith)) {
            return true;
        }
        // A JVM whose main thread dies of it exits with 1; with another code the program went on and chose for itself.
        boolean isUncaught = line.startsWith(UNCAUGHT) && line.contains(UNCAUGHT_OOM);
        return exitValue == 1 && (isUncaught || line.startsWith(OOM_IN_HOOK));
    }

    /** Returns the report a crashing JVM said it wrote, or the one that lies where it usually does. */
    private static @Nullable Path crashFile(Body body, List<String> lastOutput) {
        int announced = lastOutput.indexOf(REPORT_FOLLOWS);
        if (announced >= 0 && announced + 1 < lastOutput.size()) {
            Path named = path(body.directory(), lastOutput.get(announced + 1));
            if (named != null && Files.isRegularFile(named)) {
                return named;
            }
        }
        Path usual = body.directory().resolve("hs_err_pid" + body.pid() + ".log");
        return Files.isRegularFile(usual) ? usual : null;
    }

    private static @Nullable Path path(Path directory, String line) {
        try {
            return line.startsWith("# ") ? directory.resolve(line.substring(2)) : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
