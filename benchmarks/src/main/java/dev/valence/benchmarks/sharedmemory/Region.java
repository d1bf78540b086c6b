package dev.valence.benchmarks.sharedmemory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A mapped file in memory, cut into slots that are used in turn. */
final class Region {

    static final int SLOT_BYTES = 1 << 20;
    static final int SLOTS = 8;

    /** After how many slots their reader says that they are free. */
    static final int FREED_TOGETHER = SLOTS / 2;

    /** A note: bytes of the payload, bytes of the piece. The slot is the next one. */
    static final int NOTE_BYTES = 8;

    private final MappedByteBuffer slots;

    private Region(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            slots = channel.map(MapMode.READ_WRITE, 0, (long) SLOTS * SLOT_BYTES);
        }
    }

    /** Makes a region for the connection at a path. */
    static Region create(String socket) throws IOException {
        return new Region(file(socket));
    }

    /** Maps the region that the other end has made. */
    static Region open(String socket) throws IOException {
        Region region = new Region(file(socket));
        Files.delete(file(socket));
        return region;
    }

    private static Path file(String socket) {
        return Path.of("/dev/shm", "valence-benchmark-" + socket.replace('/', '-'));
    }

    /** Copies a piece of a payload into a slot. */
    void put(long slot, byte[] payload, int offset, int length) {
        slots.put(place(slot), payload, offset, length);
    }

    /** Copies a piece of a payload out of a slot. */
    void get(long slot, byte[] payload, int offset, int length) {
        slots.get(place(slot), payload, offset, length);
    }

    private static int place(long slot) {
        return (int) (slot % SLOTS) * SLOT_BYTES;
    }

    static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Fills a buffer; returns false at the end of the connection. */
    static boolean readAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                return false;
            }
        }
        return true;
    }
}
