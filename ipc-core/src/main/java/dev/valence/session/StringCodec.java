package dev.valence.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/** Strings as UTF-8, strict in both directions: what arrives is what was sent. */
final class StringCodec implements PayloadCodec {

    private static final char REPLACEMENT = '\uFFFD';

    @Override
    public int encoding() {
        return Encoding.STRING;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return type == String.class;
    }

    @Override
    public byte[] encode(Object value) {
        String text = (String) value;
        checkSurrogates(text);
        return text.getBytes(UTF_8);
    }

    @Override
    public Object decode(byte[] bytes, Type type) {
        String text = new String(bytes, UTF_8);
        // The fast way replaces what is malformed, so only this character raises doubts.
        if (text.indexOf(REPLACEMENT) >= 0) {
            checkWellFormed(bytes);
        }
        return text;
    }

    private static void checkSurrogates(String text) {
        int length = text.length();
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                i++;
            } else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                i += 2;
            } else {
                throw new IllegalArgumentException("lone surrogate U+%04X at index %d".formatted((int) c, i));
            }
        }
    }

    private static void checkWellFormed(byte[] bytes) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(Math.min(bytes.length, 8192));
        CoderResult result;
        do {
            result = decoder.decode(in, out.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new IllegalArgumentException("malformed UTF-8 at byte " + in.position());
        }
    }
}
