package dev.valence.connection;

import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;

/**
 * The slots of shared memory that the peer fills. What is there is copied at once, and only the copy is looked at: the peer may
 * write to a slot at any time.
 *
 * <p><b>Threads.</b> I/O thread only.
 */
final class SlotReader {

    private final ByteBuffer memory;
    private final int slots;
    private int next;
    private int filled; // and not given back yet

    SlotReader(ByteBuffer memory) {
        this.memory = memory;
        this.slots = memory.capacity() / Wire.CHUNK_BYTES;
    }

    /** Returns the piece of a chunk. */
    ByteBuffer piece(Chunk chunk) {
        int length = chunk.regionBytes();
        if (length < 0 || length > Wire.CHUNK_BYTES) {
            throw Reassembly.broken("piece in a slot: " + Integer.toUnsignedString(length)
                    + " bytes (expected: at most " + Wire.CHUNK_BYTES + ")");
        }
        if (filled == slots) {
            throw Reassembly.broken("slots filled: " + (slots + 1) + " (expected: at most " + slots + ")");
        }
        ByteBuffer piece = memory.slice(next * Wire.CHUNK_BYTES, length);
        next = (next + 1) % slots;
        filled++;
        return piece;
    }

    /** The last piece was copied; returns how many slots are to be given back, 0 if it is too early for that. */
    int takeDue() {
        int due = filled * 4 >= slots ? filled : 0;
        filled -= due;
        return due;
    }
}
