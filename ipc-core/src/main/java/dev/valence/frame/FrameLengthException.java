package dev.valence.frame;

import java.io.IOException;

/** A length prefix that no frame can have: the peer breaks the rules of the wire, or is something else altogether. */
public final class FrameLengthException extends IOException {

    private static final long serialVersionUID = 1L;

    FrameLengthException(int length, int max) {
        super("frame length: " + Integer.toUnsignedString(length) + " (expected: 1 to " + max + ")");
    }
}
