package dev.valence.jackson;

import java.math.BigDecimal;
import java.math.BigInteger;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.util.JsonGeneratorDelegate;

/** Refuses what would not arrive: lone surrogates and numbers that are too large for the receiver. */
final class StrictGenerator extends JsonGeneratorDelegate {

    private final int maxNumberBytes;

    StrictGenerator(JsonGenerator generator, int maxNumberBytes) {
        super(generator);
        this.maxNumberBytes = maxNumberBytes;
    }

    @Override
    public JsonGenerator writeName(String name) {
        checkSurrogates(name);
        return super.writeName(name);
    }

    @Override
    public JsonGenerator writeString(String text) {
        checkSurrogates(text);
        return super.writeString(text);
    }

    @Override
    public JsonGenerator writeNumber(BigInteger number) {
        checkSize(number);
        return super.writeNumber(number);
    }

    @Override
    public JsonGenerator writeNumber(BigDecimal number) {
        checkSize(number.unscaledValue());
        return super.writeNumber(number);
    }

    // The generator behind would refuse it too, but not say where.
    private void checkSurrogates(String text) {
        int length = text.length();
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                i++;
            } else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                i += 2;
            } else {
                throw new StreamWriteException(this, "lone surrogate U+%04X at index %d".formatted((int) c, i));
            }
        }
    }

    private void checkSize(BigInteger number) {
        int bytes = number.bitLength() / Byte.SIZE + 1;
        if (bytes > maxNumberBytes) {
            throw new StreamWriteException(
                    this, "number of " + bytes + " bytes (expected: at most " + maxNumberBytes + ")");
        }
    }
}
