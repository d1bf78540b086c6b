package dev.valence.session;

import java.util.Arrays;

/** The numbers that say on the wire how a payload is encoded. */
final class Encoding {

    static final int NULL = 0;
    static final int BYTES = 1;
    static final int STRING = 2;
    static final int BOOLEAN = 3;
    static final int INTEGER = 4;
    static final int FLOATING_POINT = 5;
    static final int CHARACTER = 6;
    static final int PROTOBUF = 7;
    static final int CBOR = 8;

    /** From here on the numbers are the application's. */
    static final int APPLICATION = 100;

    private static final String[] NAMES = {
        "null", "bytes", "string", "boolean", "integer", "floating point", "character", "protobuf", "CBOR"
    };

    private Encoding() {}

    /** Names an encoding for a message to a person. */
    static String describe(int encoding) {
        return encoding < NAMES.length ? "encoding " + encoding + " (" + NAMES[encoding] + ")" : "encoding " + encoding;
    }

    /** Checks that a value has one of the lengths that its encoding allows. */
    static void checkLength(byte[] bytes, int... allowed) {
        for (int length : allowed) {
            if (bytes.length == length) {
                return;
            }
        }
        throw new IllegalArgumentException(bytes.length + " bytes (expected: " + Arrays.toString(allowed) + ")");
    }
}
