package dev.valence.frame;

import dev.valence.frame.Frame.Opening;
import org.jspecify.annotations.Nullable;

/**
 * The last message without an id, and the bytes that said what it is, as words of eight. Who gets many messages gets many that
 * differ in nothing but their payloads: what is the same need not be read again.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LastMessage {

    /** Words of a body that are kept at most: enough for all but the longest names of channels. */
    private static final int MAX_WORDS = 8;

    private static final long[] NONE = {};

    private @Nullable Opening message;
    private int outerBytes; // of the frame, up to and with the tag of its body; at most a word
    private long outer;
    private int innerBytes; // of the body, up to and with the tag of its payload
    private int innerWords;
    private long[] inner = NONE;

    /**
     * Skips a frame up to the length of its payload if it says the same as the last message.
     *
     * @return the last message, or null if the frame has to be read
     */
    @Nullable
    Opening skipIfNext(FieldReader in) {
        Opening last = message;
        if (last == null || in.remaining() < Long.BYTES || in.word(0, outerBytes) != outer) {
            return null;
        }
        in.moveTo(in.position() + outerBytes);
        boolean isNext = in.length() == in.remaining()
                && in.remaining() >= innerWords * Long.BYTES // with what follows
                && isInnerNext(in);
        return isNext ? last : null;
    }

    private boolean isInnerNext(FieldReader in) {
        for (int i = 0; i < innerWords; i++) {
            if (in.word(i * Long.BYTES, innerBytes - i * Long.BYTES) != inner[i]) {
                return false;
            }
        }
        in.moveTo(in.position() + innerBytes);
        return in.hasMore();
    }

    /**
     * Keeps a message that has just been read, and ends its frame, if one like it may follow.
     *
     * @param in at its fields
     * @param frame where the frame began
     * @param body where its body began, behind the tag
     * @param length where that of its payload began, which was its last field
     */
    void keep(Opening read, FieldReader in, int frame, int body, int length) {
        int fields = in.position();
        int bytes = length - fields;
        int words = (bytes + Long.BYTES - 1) / Long.BYTES;
        boolean isShort = body - frame <= Long.BYTES && words > 0 && words <= MAX_WORDS;
        if (read.id() != 0 || !read.ports().isEmpty() || !isShort || in.remaining() < words * Long.BYTES) {
            return;
        }
        if (message == null) {
            inner = new long[MAX_WORDS];
        }
        message = read;
        innerBytes = bytes;
        innerWords = words;
        for (int i = 0; i < words; i++) {
            inner[i] = in.word(i * Long.BYTES, bytes - i * Long.BYTES);
        }
        in.moveTo(frame);
        outerBytes = body - frame;
        outer = in.word(0, outerBytes);
    }
}
