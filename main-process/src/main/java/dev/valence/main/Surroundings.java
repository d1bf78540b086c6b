package dev.valence.main;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a renderer finds around it.
 *
 * @param inheritance whether the environment of this process comes first
 * @param variables of the environment
 * @param directory it works in; null for that of this process
 * @param stdio where its output goes
 */
record Surroundings(
        Inheritance inheritance,
        Map<String, String> variables,
        @Nullable Path directory,
        Stdio stdio) {

    /** What becomes of the environment of this process. */
    enum Inheritance {
        ADDED_TO,
        REPLACED
    }

    static final Surroundings DEFAULTS = new Surroundings(Inheritance.ADDED_TO, Map.of(), null, Stdio.LOG);

    Surroundings {
        variables = Map.copyOf(variables);
        directory = directory == null ? null : directory.toAbsolutePath();
        variables.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "environment: \"" + name + "\" (expected: a name without = and NUL characters)");
            }
            if (name.equals(Handover.VARIABLE)) {
                throw new IllegalArgumentException(
                        "environment: \"" + name + "\" (expected: another name, this one is set by launch)");
            }
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "environment: \"" + name + "=" + value + "\" (expected: no NUL character)");
            }
        });
    }

    Surroundings withEnvironment(Inheritance otherInheritance, Map<String, String> otherVariables) {
        return new Surroundings(otherInheritance, otherVariables, directory, stdio);
    }

    Surroundings withDirectory(Path otherDirectory) {
        return new Surroundings(inheritance, variables, otherDirectory, stdio);
    }

    Surroundings withStdio(Stdio otherStdio) {
        return new Surroundings(inheritance, variables, directory, otherStdio);
    }

    /** Returns the directory that relative paths of the renderer start from. */
    Path workingDirectory() {
        return directory == null ? Path.of("").toAbsolutePath() : directory;
    }

    /** Returns the environment of a process that is about to start. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        applyTo(environment);
        return environment;
    }

    /** Makes the environment of a process that is about to start. */
    void applyTo(Map<String, String> environment) {
        if (inheritance == Inheritance.REPLACED) {
            environment.clear();
        }
        // The command line says what of the class path is passed on.
        environment.remove("CLASSPATH");
        environment.putAll(variables);
    }
}
