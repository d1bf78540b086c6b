package dev.valence.benchmarks.valence;

/**
 * A record, as applications send them.
 *
 * @param number of the note
 * @param author who wrote it
 * @param text of the note
 */
public record Note(int number, String author, String text) {

    /** Returns a note that takes about so many bytes as CBOR, of which the names of the fields are 16. */
    public static Note ofBytes(int bytes) {
        return new Note(4711, "somebody", "x".repeat(Math.max(1, bytes - 34)));
    }
}
