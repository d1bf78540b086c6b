package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Wire;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * The payload of one lane that is arriving in pieces. Each is copied to its place as it comes, once there is room for the
 * whole. Memory is taken for what came, not for what was announced: so there is room from the start only for {@linkplain
 * #AT_ONCE_BYTES little}, else once {@link #EARLY_PART a part} is there.
 *
 * <p><b>Threads.</b> I/O thread only, but for {@link Pieces}.
 *
 * @param <H> the first frame
 */
final class Reassembly<H> {

    /**
     * Payloads up to this get room with their first piece: the smallest window there is, so a peer may have as many bytes under
     * way at any time. The I/O thread has the time to clear them, some 0.1 ms.
     */
    private static final int AT_ONCE_BYTES = 1024 * 1024;

    /** The part of a payload, one in so many bytes, that its sender has to send before it gets room for all. */
    private static final int EARLY_PART = 4;

    /** How many of the pieces that came before the room are copied to it when another one comes. */
    private static final int CATCH_UP = 2;

    private final int maxBytes;
    private @Nullable Pieces pieces; // null while no payload is under way
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

    /** Copies a payload that is whole in its first frame. */
    byte[] whole(ByteBuffer payload) {
        if (payload.remaining() > maxBytes) {
            throw broken("payload: " + payload.remaining() + " bytes (expected: at most " + maxBytes + ")");
        }
        return copyOf(payload);
    }

    /** Copies what one frame has of a payload. */
    static byte[] copyOf(ByteBuffer payload) {
        byte[] copy = new byte[checkedLength(payload)];
        payload.get(copy);
        return copy;
    }

    private static int checkedLength(ByteBuffer piece) {
        int length = piece.remaining();
        if (length > Wire.CHUNK_BYTES) {
            throw broken("payload of one frame: " + length + " bytes (expected: at most " + Wire.CHUNK_BYTES + ")");
        }
        return length;
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
    void begin(H first, long newId, long newSize, ByteBuffer piece) {
        if (newSize <= 0 || newSize > maxBytes) {
            throw broken("size: " + newSize + " (expected: 1 to " + maxBytes + ")");
        }
        header = first;
        id = newId;
        size = newSize;
        received = 0;
        pieces = new Pieces((int) newSize);
        add(piece, true);
    }

    /** Takes a further piece, or the note that none follows. */
    void take(Chunk chunk, ByteBuffer piece) {
        if (header == null || chunk.id() != id) {
            throw broken("chunk of " + chunk.id() + " (expected: " + (header == null ? "none" : "one of " + id) + ")");
        }
        if (!chunk.aborted()) {
            add(piece, chunk.more());
        }
    }

    private void add(ByteBuffer piece, boolean more) {
        int length = checkedLength(piece);
        if (length == 0) {
            throw broken("empty piece of a payload (expected: 1 byte or more)");
        }
        if (more && length < Wire.MIN_CHUNK_BYTES) {
            throw broken("piece of a payload: " + length + " bytes (expected: at least " + Wire.MIN_CHUNK_BYTES
                    + ", unless it is the last)");
        }
        received += length;
        if (received > size || (received == size) == more) {
            throw broken("pieces of " + received + " bytes, more=" + more + " (expected: " + size + " in all)");
        }
        pieces().add(piece, received >= size / EARLY_PART);
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
        pieces = null;
        return first;
    }

    /** Returns the payload, whole. */
    byte[] bytes() {
        return pieces().join();
    }

    /** Returns what came so far, to be put together when there is time. */
    Pieces pieces() {
        return Objects.requireNonNull(pieces);
    }

    /**
     * The pieces of a payload.
     *
     * <p><b>Threads.</b> The I/O thread while the payload arrives, then one other.
     */
    static final class Pieces {

        private final Room room;
        private final Queue<byte[]> early = new ArrayDeque<>(); // came before the room, and are not in it yet
        private int received;
        private boolean isRoomAsked;

        private Pieces(int bytes) {
            this.room = new Room(bytes);
        }

        /**
         * Copies a piece to its place, and some of those before it, if there is room for them; else keeps it.
         *
         * @param isRoomDue whether there has to be room soon
         */
        private void add(ByteBuffer piece, boolean isRoomDue) {
            int length = piece.remaining();
            if (room.size <= AT_ONCE_BYTES || room.isThere()) {
                ByteBuffer whole = room.get();
                copyTo(whole, CATCH_UP);
                whole.put(received, piece, piece.position(), length);
            } else {
                early.add(copyOf(piece));
                if (isRoomDue && !isRoomAsked) {
                    isRoomAsked = true;
                    ForkJoinPool.commonPool().execute(room);
                }
            }
            received += length;
        }

        /** Whether room for the whole is there, or on its way. */
        boolean isRoomAsked() {
            return isRoomAsked;
        }

        boolean hasRoom() {
            return room.isThere();
        }

        private void copyTo(ByteBuffer whole, int count) {
            for (int i = 0; i < count && !early.isEmpty(); i++) {
                whole.put(early.remove()); // its position is where the next of them goes
            }
        }

        /** Copies what is left; returns the payload. */
        @SuppressWarnings("ByteBufferBackingArray") // the room was allocated for it alone
        byte[] join() {
            ByteBuffer whole = room.get();
            copyTo(whole, Integer.MAX_VALUE);
            return whole.array();
        }
    }

    /**
     * The memory of a payload. To get that of a large one takes longer than the I/O thread has.
     *
     * <p><b>Threads.</b> Any.
     */
    private static final class Room implements Runnable {

        private final int size;
        private volatile @Nullable ByteBuffer buffer;

        private Room(int size) {
            this.size = size;
        }

        @Override
        public void run() {
            get();
        }

        boolean isThere() {
            return buffer != null;
        }

        synchronized ByteBuffer get() {
            ByteBuffer there = buffer;
            if (there == null) {
                // A buffer and not an array: its small object is made first, so the thread has a TLAB when the array
                // follows. Else HotSpot makes a TLAB that holds it, in the young generation whatever its size.
                there = ByteBuffer.allocate(size);
                buffer = there;
            }
            return there;
        }
    }

    static IpcException broken(String what) {
        return new IpcException(ErrorCode.PROTOCOL_ERROR, what);
    }
}
