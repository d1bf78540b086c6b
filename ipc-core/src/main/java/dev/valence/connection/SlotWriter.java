package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;

/**
 * The slots of shared memory that this side fills, in turn. Pieces of payloads wait until one is free: the peer empties them
 * without waiting for anything.
 *
 * <p><b>Threads.</b> Guarded by the lock of the {@link Outbox}, but for {@link #giveBack}, which the I/O thread calls.
 */
final class SlotWriter {

    private static final OutFrame.Slot FILLED = (bytes, at, count) -> {};

    private final ByteBuffer memory;
    private final Runnable check;
    private final int slots;
    private int free; // when it was last counted
    private volatile long filled; // ever; written under the lock
    private volatile long emptied; // ever; written by the I/O thread

    /**
     * Makes it with all slots free.
     *
     * @param check called after each copy by the thread that made it; fails if the memory is not all there
     */
    SlotWriter(ByteBuffer memory, Runnable check) {
        this.memory = memory;
        this.check = check;
        this.slots = memory.capacity() / Wire.CHUNK_BYTES;
        this.free = slots;
    }

    boolean hasFree() {
        return free > 0;
    }

    /**
     * Returns a chunk whose piece goes to the next slot, which has to be free.
     *
     * @param payload the piece is so many bytes of it
     */
    OutFrame frame(long id, int lane, boolean more, byte[] payload, int offset, int length) {
        int slot = next();
        Chunk chunk = new Chunk(id, lane, more, false, length);
        return OutFrame.besideSlot(chunk, payload, offset, length, (bytes, at, count) -> put(slot, bytes, at, count));
    }

    /** Returns the same, with the piece in its slot already. */
    OutFrame filled(long id, int lane, boolean more, byte[] payload, int offset, int length) {
        put(next(), payload, offset, length);
        return OutFrame.besideSlot(new Chunk(id, lane, more, false, length), payload, offset, length, FILLED);
    }

    private int next() {
        long number = filled;
        filled = number + 1;
        free--;
        return (int) (number % slots) * Wire.CHUNK_BYTES;
    }

    private void put(int slot, byte[] bytes, int at, int count) {
        try {
            memory.put(slot, bytes, at, count);
            check.run();
        } catch (InternalError e) {
            // A mapped file was cut short. The JVM says so in the copy, or anywhere up to the end of the check.
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "region: cannot be written (expected: all of it)", e);
        }
    }

    /** The peer has emptied slots, which are free from the next {@link #refresh} on. */
    void giveBack(int count) {
        long before = emptied;
        if (count <= 0 || count > filled - before) {
            throw Reassembly.broken(
                    "slots: " + count + " (expected: 1 to " + (filled - before) + ", which were filled)");
        }
        emptied = before + count;
    }

    /** Counts the free slots anew. */
    void refresh() {
        free = slots - (int) (filled - emptied);
    }
}
