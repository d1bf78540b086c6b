package dev.valence.frame;

import dev.valence.frame.Frame.Opening;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The last message without an id, and the bytes that said what it is. Who gets many messages gets many that differ in nothing but
 * their payloads: what is the same need not be read again.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LastMessage {

    /** Tag of the payload of every body that has one. */
    static final int PAYLOAD = 122;

    /** Bytes that are kept at most: enough for all but the longest names of channels. */
    private static final int MAX_BYTES = 64;

    private @Nullable Opening message;
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int outer; // how many of them are of the frame, up to and with the tag of its body
    private int inner; // how many are of the body, up to the tag of its payload

    /**
     * Skips a frame up to the length of its payload if it says the same as the last message.
     *
     * @return the last message, or null if the frame has to be read
     */
    @Nullable
    Opening skipIfNext(FieldReader in) {
        boolean isNext = message != null
                && in.skipIfNext(bytes, 0, outer)
                && in.hasMore()
                && in.length() == in.remaining()
                && in.skipIfNext(bytes, outer, inner)
                && in.hasMore()
                && in.tag() == PAYLOAD;
        return isNext ? message : null;
    }

    /**
     * Keeps a message that has just been read, and ends its frame, if one like it may follow.
     *
     * @param frame where the frame began
     * @param body where its body began, behind the tag
     * @param fields where the fields of the body began
     * @param payload where the field began that is its payload, and its last
     */
    void keep(Opening read, FieldReader in, int frame, int body, int fields, int payload) {
        int outerBytes = body - frame;
        int innerBytes = payload - fields;
        if (read.id() != 0 || !read.ports().isEmpty() || outerBytes + innerBytes > MAX_BYTES) {
            return;
        }
        if (message == null) {
            bytes = ByteBuffer.allocate(MAX_BYTES);
        }
        message = read;
        outer = outerBytes;
        inner = innerBytes;
        in.copy(frame, bytes, 0, outerBytes);
        in.copy(fields, bytes, outerBytes, innerBytes);
    }
}
