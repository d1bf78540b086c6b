package dev.valence.main;

import java.nio.file.Path;
import java.util.List;

/**
 * What starts a renderer.
 *
 * @param java the executable; a bare name is looked up on the PATH
 * @param codePath where its classes are
 * @param jvmArgs options of the JVM
 * @param program what it runs
 * @param args of its main method
 * @param fastStart what is done ahead
 */
record Command(
        Path java, CodePath codePath, List<String> jvmArgs, Program program, List<String> args, FastStart fastStart) {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    Command {
        if (java.toString().isBlank()) {
            throw new IllegalArgumentException("java: \"" + java + "\" (expected: a path)");
        }
        java = java.getNameCount() > 1 ? java.toAbsolutePath() : java;
        jvmArgs = List.copyOf(jvmArgs);
        args = List.copyOf(args);
        boolean isOnClassPath = program instanceof Program.MainClass main && !main.isInModule();
        if (fastStart == FastStart.SPARE && !isOnClassPath) {
            throw new IllegalArgumentException(
                    "fastStart: SPARE (expected: with a main class on the class path, not in a module or a jar)");
        }
        for (int i = 0; i < jvmArgs.size(); i++) {
            String arg = jvmArgs.get(i);
            // A later one may be the value of the one before it.
            boolean canBe = i > 0 || arg.startsWith("-") || arg.startsWith("@");
            if (!canBe || arg.isBlank() || arg.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "jvmArgs[" + i + "]: \"" + arg + "\" (expected: a JVM option such as -Xmx64m)");
            }
        }
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "args[" + i + "]: \"" + args.get(i) + "\" (expected: no NUL character)");
            }
        }
    }

    /** Returns the command that runs a program with the JVM and the classes of this process, as far as it needs them. */
    static Command of(Program program) {
        CodePath codePath = program instanceof Program.MainClass ? CodePath.ofThisProcess() : CodePath.NONE;
        return new Command(JAVA, codePath, List.of(), program, List.of(), FastStart.ARCHIVE);
    }

    /** Returns whether a person may be stepping through the JVM, so that no time limit makes sense. */
    boolean isDebugged() {
        return jvmArgs.stream().anyMatch(arg -> arg.startsWith("-agentlib:jdwp") || arg.startsWith("-Xrunjdwp"));
    }

    Command withJava(Path executable) {
        return new Command(executable, codePath, jvmArgs, program, args, fastStart);
    }

    Command withCodePath(CodePath path) {
        return new Command(java, path, jvmArgs, program, args, fastStart);
    }

    Command withJvmArgs(List<String> options) {
        return new Command(java, codePath, options, program, args, fastStart);
    }

    Command withArgs(List<String> words) {
        return new Command(java, codePath, jvmArgs, program, words, fastStart);
    }

    Command withProgram(Program other) {
        return new Command(java, codePath, jvmArgs, other, args, fastStart);
    }

    Command withFastStart(FastStart other) {
        return new Command(java, codePath, jvmArgs, program, args, other);
    }

    /** Returns the whole class path of the JVM; empty if there is none, or other things on the module path. */
    String classPath() {
        if (!codePath.modulePath().isEmpty()) {
            return "";
        }
        return program instanceof Program.Jar jar ? jar.path().toString() : codePath.classPath();
    }
}
