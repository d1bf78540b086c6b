package dev.valence.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Text in frames. What is ASCII, as most names are, makes no array of bytes. */
final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /** Returns how many bytes {@link #put} writes. */
    static int length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return i + text.substring(i).getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return length;
    }

    /** Writes a text at an index; half a surrogate pair becomes a question mark. */
    static void put(ByteBuffer out, int index, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                out.put(index + i, text.substring(i).getBytes(StandardCharsets.UTF_8));
                return;
            }
            out.put(index + i, (byte) c);
        }
    }

    /** Returns the text that bytes stand for, or null if they are not UTF-8. */
    static @Nullable String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // What is malformed was replaced, so that it does not encode to the same bytes.
        boolean mayBeMalformed = text.indexOf(REPLACEMENT) >= 0;
        return mayBeMalformed && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) ? null : text;
    }
}
