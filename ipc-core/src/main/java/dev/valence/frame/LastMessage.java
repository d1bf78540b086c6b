package dev.valence.frame;

import dev.valence.frame.Frame.Opening;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last message without an id, and the bytes that said what it is. Who gets many messages gets many that differ in nothing but
 * their payloads: what is the same need not be read again.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LastMessage {

    /** Bytes that are kept at most: enough for all but the longest names of channels. */
    private static final int MAX_BYTES = 64;

    private @Nullable Opening message;
    private @Nullable ByteBuffer beginning; // of its body, up to its payload; null before the first
    private int length;

    /**
     * Skips the fields of a message up to its payload if they are those of the last one.
     *
     * @return the last one, or null if this one has to be read; then nothing was skipped
     */
    @Nullable
    Opening skipIfNext(FieldReader in, int origin, int destination, int hops) {
        Opening last = message;
        boolean isNext = last != null
                && last.origin() == origin
                && last.destination() == destination
                && last.hops() == hops
                && in.skipIfNext(Objects.requireNonNull(beginning), length);
        return isNext ? last : null;
    }

    /**
     * Keeps a message that has just been read, if one like it may follow.
     *
     * @param begin where its fields began
     * @param payloadTag where the field began that is its payload, and its last
     */
    void keep(Opening read, FieldReader in, int begin, int payloadTag) {
        if (read.id() != 0 || !read.ports().isEmpty() || payloadTag - begin > MAX_BYTES) {
            return;
        }
        ByteBuffer bytes = beginning;
        if (bytes == null) {
            bytes = ByteBuffer.allocate(MAX_BYTES);
            beginning = bytes;
        }
        message = read;
        length = payloadTag - begin;
        in.copy(begin, bytes, length);
    }
}
