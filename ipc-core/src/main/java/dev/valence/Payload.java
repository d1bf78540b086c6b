package dev.valence;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An encoded payload. A listener or handler registered with this type gets what was sent undecoded; sent on, it travels
 * as it is. For bridges and inspectors.
 *
 * <p><b>Ownership.</b> The array is not copied in either direction and must not be changed.
 */
public final class Payload {

    private final int encoding;
    private final byte[] bytes;

    /**
     * Makes a payload.
     *
     * @param encoding number of the encoding, see {@link PayloadCodec#encoding()}
     * @param bytes taken over
     */
    public Payload(int encoding, byte[] bytes) {
        if (encoding < 0) {
            throw new IllegalArgumentException("encoding: " + encoding + " (expected: 0 or more)");
        }
        this.encoding = encoding;
        this.bytes = Objects.requireNonNull(bytes, "bytes");
    }

    /** Returns the number of the encoding. */
    public int encoding() {
        return encoding;
    }

    /** Lends the bytes. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Payload that && encoding == that.encoding && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * encoding + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "encoding " + encoding + ", " + bytes.length + " bytes";
    }
}
