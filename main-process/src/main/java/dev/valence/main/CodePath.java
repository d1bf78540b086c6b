package dev.valence.main;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a renderer's JVM finds its classes. Entries are made absolute, because the renderer's working directory may be
 * another one.
 *
 * @param classPath as after {@code java -cp}; empty for none
 * @param modulePath as after {@code java -p}; empty for none
 */
record CodePath(String classPath, String modulePath) {

    /** No place: the program names its own, or is not started here. */
    static final CodePath NONE = new CodePath("", "");

    CodePath {
        classPath = absolute("classPath", classPath);
        modulePath = absolute("modulePath", modulePath);
    }

    /** Returns that of this process. */
    static CodePath ofThisProcess() {
        return new CodePath(System.getProperty("java.class.path", ""), System.getProperty("jdk.module.path", ""));
    }

    /** Returns the words of the command line that name both. */
    List<String> words() {
        List<String> words = new ArrayList<>(4);
        if (!classPath.isEmpty()) {
            words.add("-cp");
            words.add(classPath);
        }
        if (!modulePath.isEmpty()) {
            words.add("-p");
            words.add(modulePath);
        }
        return words;
    }

    private static String absolute(String what, String path) {
        if (path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + ": \"" + path + "\" (expected: no NUL character)");
        }
        if (path.isEmpty()) {
            return path;
        }
        // An empty entry stands for the working directory, and becomes its name here.
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(path)
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
