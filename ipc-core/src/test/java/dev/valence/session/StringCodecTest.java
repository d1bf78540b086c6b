package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.Payload;
import dev.valence.TypeRef;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringCodecTest {

    private final Codecs codecs = new Codecs(List.of());

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 262147, 3145729})
    void stringOfAnySize_arrivesEqual(int size) {
        for (String unit : List.of("a", "ä", "€", "😀")) {
            String text = unit.repeat(size);

            Payload payload = codecs.encode(text);

            assertThat(payload.bytes()).hasSize(size * unit.getBytes(StandardCharsets.UTF_8).length);
            assertThat(codecs.decode(payload, TypeRef.of(String.class))).isEqualTo(text);
        }
    }

    @Test
    void everyCodePoint_arrivesEqual() {
        StringBuilder text = new StringBuilder();
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                text.appendCodePoint(codePoint);
            }
        }

        assertThat(codecs.decode(codecs.encode(text.toString()), TypeRef.of(String.class)))
                .isEqualTo(text.toString());
    }

    @Test
    void loneSurrogate_isEncodeFailedAndNamesIndex() {
        String why = "payload of type java.lang.String cannot be encoded: lone surrogate ";

        CodecsTest.fails(() -> codecs.encode("\uD83D"), ErrorCode.ENCODE_FAILED, why + "U+D83D at index 0");
        CodecsTest.fails(() -> codecs.encode("ab\uDE00c"), ErrorCode.ENCODE_FAILED, why + "U+DE00 at index 2");
        CodecsTest.fails(
                () -> codecs.encode("😀\uD83D\uD83D\uDE00"), ErrorCode.ENCODE_FAILED, why + "U+D83D at index 2");
        CodecsTest.fails(
                () -> codecs.encode("x".repeat(70000) + "\uD83D"),
                ErrorCode.ENCODE_FAILED,
                why + "U+D83D at index 70000");
    }

    @ParameterizedTest
    @CsvSource({
        "80, 0", // continuation without a start
        "6161ff, 2", // never occurs
        "61e282, 1", // ends too early
        "c080, 0", // overlong
        "eda080, 0", // a surrogate
        "f4908080, 0", // beyond U+10FFFF
        "efbfbd61c3, 4" // after a genuine replacement character
    })
    void malformedUtf8_isDecodeFailedAndNamesByte(String hex, int index) {
        CodecsTest.fails(
                () -> codecs.decode(new Payload(2, HexFormat.of().parseHex(hex)), TypeRef.of(String.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 2 (string) cannot be decoded to java.lang.String: malformed UTF-8 at byte "
                        + index);
    }

    @Test
    void malformedUtf8BehindLongText_namesByte() {
        byte[] bytes = ("\uFFFD" + "€".repeat(20000) + "x").getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 1] = (byte) 0xFF;

        CodecsTest.fails(
                () -> codecs.decode(new Payload(2, bytes), TypeRef.of(String.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 2 (string) cannot be decoded to java.lang.String: malformed UTF-8 at byte 60003");
    }
}
