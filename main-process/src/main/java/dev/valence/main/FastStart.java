package dev.valence.main;

/**
 * What main does ahead so that a renderer starts fast. Each includes those before it; what cannot be had is left out, and
 * never fails a launch.
 */
public enum FastStart {

    /** Nothing. */
    NONE,

    /**
     * Main makes a class-data archive, in a JVM that runs for some seconds after a renderer that had none is ready, and keeps
     * it for this and later runs in {@code valence} below {@code $XDG_CACHE_HOME}, {@code ~/.cache} or, on macOS,
     * {@code ~/Library/Caches}. It holds classes of this library, none of the application. The JVM wants a class path of
     * jars, without directories and wildcards. The default.
     */
    ARCHIVE,

    /**
     * Main also keeps one JVM running ahead, which becomes the next renderer that is launched or reloaded with the same JVM,
     * options, class path, environment and working directory; main class, arguments and name may differ. It takes
     * the memory of an idle renderer. Only for a main class on the class path.
     */
    SPARE
}
