package dev.valence.renderer;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Lines that the launcher writes, read byte by byte so that nothing is taken that comes after them. */
final class HandedLines {

    private final InputStream in;
    private final int maxBytes;
    private int bytesRead;
    private int number;

    /**
     * Reads from a stream.
     *
     * @param maxBytes more than this is refused
     */
    HandedLines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** Reads a line and returns what stands in it behind a prefix. */
    String next(String prefix) {
        String line = next();
        if (!line.startsWith(prefix)) {
            throw malformed("line " + number, prefix + "…");
        }
        return line.substring(prefix.length());
    }

    /**
     * Reads a line.
     *
     * @throws IpcException PEER_GONE if the stream ends or fails before; PROTOCOL_ERROR if it is not UTF-8 or too long
     */
    String next() {
        number++;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b != '\n'; b = read()) {
            line.write(b);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("line " + number, "UTF-8");
        }
    }

    /** Makes the failure of something that should be different. It does not show what is there: that may be the token. */
    static IpcException malformed(String place, String expected) {
        return new IpcException(
                ErrorCode.PROTOCOL_ERROR,
                "hand-over: " + place + " is something else (expected: " + expected
                        + "; the main process may be of another version)");
    }

    private int read() {
        if (bytesRead == maxBytes) {
            throw malformed("line " + number, "at most " + maxBytes + " bytes in all");
        }
        bytesRead++;
        try {
            int b = in.read();
            if (b >= 0) {
                return b;
            }
        } catch (IOException e) {
            throw new IpcException(ErrorCode.PEER_GONE, "The hand-over could not be read: " + e.getMessage(), e);
        }
        throw new IpcException(ErrorCode.PEER_GONE, "The main process ended before the hand-over was complete");
    }
}
