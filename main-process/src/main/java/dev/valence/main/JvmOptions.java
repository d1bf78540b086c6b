package dev.valence.main;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the options of a JVM, from its command line and its environment, leave open. */
final class JvmOptions {

    /**
     * Suits a JVM that is one of several on its machine: no threads of its own, less memory, an earlier start. Large payloads
     * go where they stay: moving one from the young generation to the old takes milliseconds in which nobody is answered, and
     * makes the heap grow.
     */
    private static final List<String> COLLECTOR = List.of("-XX:+UseSerialGC", "-XX:PretenureSizeThreshold=1m");

    private static final List<String> VARIABLES = List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

    /** Options that are read from a file may be any. */
    private static final String FROM_FILE = "@.*|-XX:Flags=.*|-XX:VMOptionsFile=.*";

    private static final Pattern CHOOSES_COLLECTOR = Pattern.compile(FROM_FILE + "|-XX:[+-]Use\\w*GC");

    private static final Pattern CHOOSES_ARCHIVE = Pattern.compile(
            FROM_FILE + "|-Xshare:.*|-XX:(Shared|AOT|ArchiveClasses|[+-]AutoCreateShared|[+-]RequireShared).*");

    /** What decides whether a JVM can use an archive that another has made. */
    private static final Pattern SHAPES_ARCHIVE = Pattern.compile(
            "-XX:[+-]Use(\\w*GC|Compressed\\w+|CompactObjectHeaders)|-XX:ObjectAlignmentInBytes=\\d+|--enable-preview");

    private JvmOptions() {}

    /** Removes the variables that JVMs take options from. */
    static void removeFrom(Map<String, String> environment) {
        VARIABLES.forEach(environment::remove);
    }

    /**
     * Returns the collector for a JVM that is not told which to use: two of them on a command line are an error.
     *
     * @param jvmArgs the options of its spec
     * @param environment that it is started in
     */
    static List<String> collector(List<String> jvmArgs, Map<String, String> environment) {
        return has(CHOOSES_COLLECTOR, jvmArgs, environment) ? List.of() : COLLECTOR;
    }

    /** Returns whether a JVM is told which archive to use, or to use none. */
    static boolean chooseArchive(List<String> jvmArgs, Map<String, String> environment) {
        return has(CHOOSES_ARCHIVE, jvmArgs, environment);
    }

    /** Returns those that an archive must be made with, so that a JVM with these options can use it. */
    static List<String> shapingArchive(List<String> jvmArgs) {
        return jvmArgs.stream().filter(SHAPES_ARCHIVE.asMatchPredicate()).toList();
    }

    private static boolean has(Pattern pattern, List<String> jvmArgs, Map<String, String> environment) {
        Stream<String> fromVariables = VARIABLES.stream()
                .map(environment::get)
                .filter(Objects::nonNull)
                .flatMap(Pattern.compile("[\\s'\"]+")::splitAsStream);
        return Stream.concat(jvmArgs.stream(), fromVariables).anyMatch(pattern.asMatchPredicate());
    }
}
