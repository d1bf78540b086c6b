package dev.valence.connection;

import com.google.protobuf.ByteString;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Wire;
import dev.valence.proto.Chunk;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of one lane that is arriving in pieces. Takes memory for what came, not for what was announced.
 *
 * <p><b>Threads.</b> I/O thread only.
 *
 * @param <H> the first frame
 */
final class Reassembly<H> {

    private final int maxBytes;
    private final List<ByteString> pieces = new ArrayList<>();
    private @Nullable H header;
    private long id;
    private long size;
    private long received;

    /**
     * Makes an empty place.
     *
     * @param maxBytes largest payload
     */
    Reassembly(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether chunks are expected. */
    boolean isUnderWay() {
        return header != null;
    }

    /** Checks a payload that is whole in its first frame. */
    void checkWhole(ByteString payload) {
        checkPiece(payload);
        if (payload.size() > maxBytes) {
            throw broken("payload: " + payload.size() + " bytes (expected: at most " + maxBytes + ")");
        }
    }

    static void checkPiece(ByteString payload) {
        if (payload.size() > Wire.CHUNK_BYTES) {
            throw broken(
                    "payload of one frame: " + payload.size() + " bytes (expected: at most " + Wire.CHUNK_BYTES + ")");
        }
    }

    /** Returns the first frame of the payload that is under way, or null. */
    @Nullable
    H header() {
        return header;
    }

    /** Returns the id of the payload that is under way, if one is. */
    long id() {
        return id;
    }

    /** Takes the first piece. */
    void begin(H first, long newId, long newSize, ByteString piece) {
        if (newSize <= 0 || newSize > maxBytes) {
            throw broken("size: " + newSize + " (expected: 1 to " + maxBytes + ")");
        }
        header = first;
        id = newId;
        size = newSize;
        received = 0;
        add(piece, true);
    }

    /** Takes a further piece, or the note that none follows. */
    void take(Chunk chunk) {
        if (header == null || chunk.getId() != id) {
            throw broken(
                    "chunk of " + chunk.getId() + " (expected: " + (header == null ? "none" : "one of " + id) + ")");
        }
        if (!chunk.getAborted()) {
            add(chunk.getPayload(), chunk.getMore());
        }
    }

    private void add(ByteString piece, boolean more) {
        checkPiece(piece);
        if (piece.isEmpty()) {
            throw broken("empty piece of a payload (expected: 1 byte or more)");
        }
        if (more && piece.size() < Wire.MIN_CHUNK_BYTES) {
            throw broken("piece of a payload: " + piece.size() + " bytes (expected: at least " + Wire.MIN_CHUNK_BYTES
                    + ", unless it is the last)");
        }
        received += piece.size();
        if (received > size || (received == size) == more) {
            throw broken("pieces of " + received + " bytes, more=" + more + " (expected: " + size + " in all)");
        }
        pieces.add(piece);
    }

    /** Returns the bytes that have not come yet. */
    long missing() {
        return size - received;
    }

    /** Returns the first frame and forgets the payload. */
    @Nullable
    H end() {
        H first = header;
        header = null;
        pieces.clear();
        return first;
    }

    /** Returns the payload, whole. */
    byte[] bytes() {
        return pieces().join();
    }

    /** Returns what came so far, to be put together when there is time. */
    Pieces pieces() {
        return new Pieces(List.copyOf(pieces), Math.toIntExact(received));
    }

    /** The pieces of a payload. */
    record Pieces(List<ByteString> all, int bytes) {

        byte[] join() {
            byte[] whole = new byte[bytes];
            int offset = 0;
            for (ByteString piece : all) {
                piece.copyTo(whole, offset);
                offset += piece.size();
            }
            return whole;
        }
    }

    static IpcException broken(String what) {
        return new IpcException(ErrorCode.PROTOCOL_ERROR, what);
    }
}
