package dev.valence.session;

import dev.valence.Payload;
import org.jspecify.annotations.Nullable;

/** What is known about the encoded length of a value without encoding it. */
final class SizeHint {

    private static final int SMALL_BYTES = 16 * 1024;
    private static final int MOST_BYTES_OF_CHAR = 3;

    private SizeHint() {}

    /** Returns how many bytes a value takes at least. */
    static int leastBytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        if (value instanceof Payload payload) {
            return payload.bytes().length;
        }
        return value instanceof String text ? text.length() : 0; // a char takes a byte at least, half a pair two
    }

    /** Returns whether a value surely takes no more than 16 KiB. */
    static boolean isSmall(@Nullable Object value) {
        if (value instanceof byte[] || value instanceof Payload) {
            return leastBytes(value) <= SMALL_BYTES;
        }
        if (value instanceof String text) {
            return text.length() <= SMALL_BYTES / MOST_BYTES_OF_CHAR;
        }
        return value == null
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Boolean
                || value instanceof Double
                || value instanceof Float
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Character;
    }
}
