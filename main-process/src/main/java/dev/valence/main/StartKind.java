package dev.valence.main;

/** How the JVM of a renderer was started. */
public enum StartKind {

    /** From nothing. */
    COLD,

    /** With a class-data archive, which the JVM uses if it can, see {@link FastStart#ARCHIVE}. */
    ARCHIVE,

    /** It was running already, see {@link FastStart#SPARE}. */
    SPARE
}
