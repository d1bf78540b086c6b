package dev.valence.frame;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts that protobuf messages are made of, one after the other. What is malformed is an {@link IpcException} with
 * PROTOCOL_ERROR.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class FieldReader {

    /** Messages and groups inside each other; protobuf has the same bound. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_VARINT_BITS = 70;

    /** Names of channels that are kept; a power of two. */
    private static final int NAMES = 64;

    private static final int MAX_NAME_BYTES = 255;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final @Nullable String[] names = new String[NAMES]; // ASCII, each at its hash: most names come often
    private ByteBuffer in = NOTHING;
    private int at;
    private int end; // of the message that is being read
    private int depth;

    /** Begins with the message that a buffer holds from its position to its limit. */
    void begin(ByteBuffer message) {
        in = message;
        at = message.position();
        end = message.limit();
        depth = 0;
    }

    int position() {
        return at;
    }

    void moveTo(int position) {
        at = position;
    }

    boolean hasMore() {
        return at < end;
    }

    int remaining() {
        return end - at;
    }

    // ---- Messages inside the message -----------------------------------------------------------------------------

    /** Goes into a message; returns what {@link #leave} takes when that was read to its end. */
    int enter() {
        int length = length();
        deeper();
        int outer = end;
        end = at + length;
        return outer;
    }

    void leave(int outer) {
        end = outer;
        depth--;
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw broken("messages in messages (expected: at most " + MAX_DEPTH + " deep)");
        }
    }

    // ---- Values --------------------------------------------------------------------------------------------------

    int tag() {
        int tag = uint32();
        if (tag >>> 3 == 0) {
            throw broken("field 0 (expected: 1 or more)");
        }
        return tag;
    }

    /** Reads a number of 32 bits; what a longer one has above them is lost. */
    int uint32() {
        return (int) uint64();
    }

    boolean bool() {
        return uint64() != 0;
    }

    long uint64() {
        byte first = next();
        return first >= 0 ? first : longer(first);
    }

    private long longer(byte first) {
        long value = first & 0x7F;
        for (int shift = 7; shift < MAX_VARINT_BITS; shift += 7) {
            byte next = next();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw broken("a number of more than 10 bytes (expected: fewer)");
    }

    int fixed32() {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= (next() & 0xFF) << shift;
        }
        return value;
    }

    /** Reads a length, and checks that as much is there. */
    int length() {
        int length = uint32();
        if (length < 0 || length > end - at) {
            throw broken("a length of " + Integer.toUnsignedString(length) + " (expected: at most " + (end - at)
                    + ", which are left)");
        }
        return length;
    }

    byte[] bytes() {
        byte[] bytes = new byte[length()];
        in.get(at, bytes);
        at += bytes.length;
        return bytes;
    }

    String text() {
        String text = Utf8.decode(bytes());
        if (text == null) {
            throw broken("a string that is not UTF-8");
        }
        return text;
    }

    /** Reads a text that was probably there before. */
    String name() {
        int start = at;
        int length = length();
        int hash = 0; // as String has it for ASCII
        boolean isCommon = length <= MAX_NAME_BYTES;
        for (int i = at; isCommon && i < at + length; i++) {
            byte c = in.get(i);
            isCommon = c >= 0;
            hash = 31 * hash + c;
        }
        int slot = (hash ^ hash >>> 16) & (NAMES - 1);
        String known = names[slot];
        if (isCommon && known != null && isNext(known, length)) {
            at += length;
            return known;
        }
        at = start;
        String name = text();
        if (isCommon) {
            names[slot] = name;
        }
        return name;
    }

    private boolean isNext(String ascii, int length) {
        boolean isSame = ascii.length() == length;
        for (int i = 0; isSame && i < length; i++) {
            isSame = ascii.charAt(i) == in.get(at + i);
        }
        return isSame;
    }

    /** Reads numbers that have one length in front. */
    void packed(List<Integer> into) {
        int length = length();
        int outer = end;
        end = at + length;
        while (hasMore()) {
            into.add(uint32());
        }
        end = outer;
    }

    private byte next() {
        if (at >= end) {
            throw broken("the end in the middle of a field (expected: the rest of it)");
        }
        return in.get(at++);
    }

    // ---- What was read before ------------------------------------------------------------------------------------

    /**
     * Returns the next eight bytes from an offset on, or the first of them, as one number. Eight have to be there.
     *
     * @param bytes how many are wanted; more than eight is eight
     */
    long word(int offset, int bytes) {
        long word = in.getLong(at + offset);
        return bytes >= Long.BYTES ? word : word >>> (Long.SIZE - bytes * Byte.SIZE);
    }

    /**
     * Returns where the length of a field of bytes began that was the last of its message, which has been read.
     *
     * @param lastOfTag the last byte of its tag, not negative
     * @param bytesAt where its bytes began
     * @return -1 if others followed, or its length was not written as short as can be
     */
    int lengthOfLast(int lastOfTag, int bytesAt, int length) {
        int begin = bytesAt - FrameWriter.varintBytes(length);
        boolean isLast = length > 0 && bytesAt + length == at; // an empty one may not be there
        return isLast && in.get(begin - 1) == lastOfTag ? begin : -1; // all bytes of a number but its last are negative
    }

    // ---- What is not read ----------------------------------------------------------------------------------------

    /** Skips a field that is not known. */
    void skip(int tag) {
        switch (tag & 7) {
            case 0 -> uint64();
            case 1 -> skip(tag, Long.BYTES);
            case 2 -> skipBytes();
            case 3 -> skipGroup(tag);
            case 5 -> skip(tag, Integer.BYTES);
            default -> throw broken("tag " + Integer.toUnsignedString(tag) + " (expected: one that begins a field)");
        }
    }

    private void skip(int tag, int bytes) {
        if (bytes > end - at) {
            throw broken("the end in the middle of field " + (tag >>> 3) + " (expected: the rest of it)");
        }
        at += bytes;
    }

    private void skipGroup(int begin) {
        deeper();
        int tag;
        while ((tag = tag()) != begin + 1) { // the tag of its end
            skip(tag);
        }
        depth--;
    }

    void skipBytes() {
        int length = length();
        at += length;
    }

    void skipText() {
        var unused = text();
    }

    /** Skips the rest of this message. */
    void skipAll() {
        while (hasMore()) {
            skip(tag());
        }
    }

    /**
     * Skips a message, and checks that it is one.
     *
     * @param text its only field that is a string
     */
    void skipMessage(int text) {
        int outer = enter();
        while (hasMore()) {
            int tag = tag();
            if (tag == (text << 3 | FrameReader.LENGTH)) {
                skipText();
            } else {
                skip(tag);
            }
        }
        leave(outer);
    }

    static IpcException broken(String what) {
        return new IpcException(ErrorCode.PROTOCOL_ERROR, "not a frame: " + what);
    }
}
