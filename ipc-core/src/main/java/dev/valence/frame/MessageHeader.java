package dev.valence.frame;

import dev.valence.frame.Frame.Opening;
import java.nio.ByteBuffer;

/**
 * What a message says before its payload, encoded once for many messages that say the same. The mirror of
 * {@link LastMessage}.
 *
 * <p><b>Threads.</b> Any; it does not change.
 */
public final class MessageHeader {

    private final Opening opening;
    private final byte[] before; // the length of the body
    private final byte[] fields; // of the body

    /**
     * Encodes a header.
     *
     * @param opening a message as it is written, with its id, ports and size if it has them
     */
    public MessageHeader(Opening opening) {
        this.opening = opening;
        this.before = new byte[-FrameWriter.beforeLength(null, 0, opening)];
        FrameWriter.beforeLength(ByteBuffer.wrap(before), before.length, opening);
        this.fields = new byte[-FrameWriter.opening(null, 0, opening)];
        FrameWriter.opening(ByteBuffer.wrap(fields), fields.length, opening);
    }

    /** Returns what it says. */
    public Opening opening() {
        return opening;
    }

    /** Returns how many bytes {@link #write} writes. */
    int size(int payloadBytes) {
        int body = bodyBytes(payloadBytes);
        return before.length + FrameWriter.varintBytes(body) + body;
    }

    private int bodyBytes(int payloadBytes) {
        return payloadBytes == 0
                ? fields.length
                : fields.length + 1 + FrameWriter.varintBytes(payloadBytes) + payloadBytes;
    }

    /** Writes it with a payload, before an index. */
    void write(ByteBuffer out, int end, byte[] payload) {
        int body = end - bodyBytes(payload.length);
        FrameWriter.payload(out, end, payload, 0, payload.length);
        copy(fields, out, body);
        copy(before, out, FrameWriter.varint(out, body, (long) end - body) - before.length);
    }

    private static void copy(byte[] bytes, ByteBuffer out, int at) {
        for (int i = 0; i < bytes.length; i++) { // so few that a loop is faster
            out.put(at + i, bytes[i]);
        }
    }
}
