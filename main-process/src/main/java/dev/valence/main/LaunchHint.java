package dev.valence.main;

import java.util.List;
import java.util.Optional;

/** Says what to look at when a renderer did not become one, as far as its last words and those of the system tell. */
final class LaunchHint {

    /**
     * One thing that goes wrong.
     *
     * @param word that shows it
     * @param advice what to do
     */
    private record Cause(String word, String advice) {}

    /** The first that fits counts, so what is special comes first. */
    private static final List<Cause> CAUSES = List.of(
            new Cause(
                    "UnsupportedClassVersionError",
                    "the Java of the renderer is older than the one its classes were compiled for: see withJava"),
            new Cause(
                    "Argument list too long",
                    "arguments or environment are larger than the system allows: put long values into a file"),
            new Cause(
                    "ClassNotFoundException",
                    "the main class is not on the renderer's class path: see RendererSpec.of and withClassPath"),
            new Cause(
                    "Could not find or load main class",
                    "the main class is not on the renderer's class path: see RendererSpec.of and withClassPath"),
            new Cause("NoClassDefFoundError", "a class is not on the renderer's class path: see withClassPath"),
            new Cause("Main method not found", "the main class has no public static void main(String[])"),
            new Cause("Unable to access jarfile", "the jar is not there, or this user may not read it"),
            new Cause("no main manifest attribute", "the jar names no main class: add Main-Class to its manifest"),
            new Cause(
                    "Could not create the Java Virtual Machine",
                    "the renderer's Java does not take one of its options: see withJvmArgs"),
            new Cause("Permission denied", "this user may not execute the file, or it is a directory: see withJava"),
            new Cause("No such file", "there is no such executable or working directory: see withJava"),
            new Cause(
                    "not ready within",
                    "the renderer has to call IpcRenderer.run, or connect and then ready(), in time: see withLaunchTimeout"),
            new Cause(
                    "ended before it connected",
                    "the main method returned or exited without IpcRenderer.run or IpcRenderer.connect"));

    private LaunchHint() {}

    /** Returns what to do after a failed launch, if that can be told. */
    static Optional<String> of(RendererExit exit) {
        if (exit.reason() != ExitReason.LAUNCH_FAILED) {
            return Optional.empty();
        }
        String detail = exit.detail() == null ? "" : exit.detail();
        return CAUSES.stream()
                .filter(cause -> detail.contains(cause.word)
                        || exit.lastOutput().stream().anyMatch(line -> line.contains(cause.word)))
                .map(Cause::advice)
                .findFirst();
    }
}
