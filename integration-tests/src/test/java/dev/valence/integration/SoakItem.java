package dev.valence.integration;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * What a soak sends: a number within its stream, and the number that has to have come before.
 *
 * @param stream numbers rise within a stream, of which each thread that sends has its own
 * @param number from 1; some are never sent
 * @param previous the last number of the stream that cannot be missing; 0 if there is none
 * @param bodyBytes how much follows
 */
record SoakItem(int stream, long number, long previous, int bodyBytes) {

    private static final int HEADER_BYTES = 4 + 8 + 8 + 8;

    /** A stream as its sender knows it. Used by one thread at a time. */
    static final class Stream {
        private final int stream;
        private long number;
        private long sent; // the last that was surely sent

        Stream(int stream) {
            this.stream = stream;
        }

        /** Returns the next item, with a body. */
        byte[] next(int bodyBytes) {
            number++;
            byte[] bytes = new byte[HEADER_BYTES + bodyBytes];
            Arrays.fill(bytes, HEADER_BYTES, bytes.length, (byte) number);
            ByteBuffer.wrap(bytes).putInt(stream).putLong(number).putLong(sent).putLong(checksum(bytes));
            return bytes;
        }

        /** The item that was made last is on its way. */
        void wasSent() {
            sent = number;
        }

        long sent() {
            return sent;
        }

        long number() {
            return number;
        }
    }

    /** Reads an item, which has come as it was made. */
    static SoakItem of(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        SoakItem item = new SoakItem(header.getInt(), header.getLong(), header.getLong(), bytes.length - HEADER_BYTES);
        long sum = header.getLong();
        if (sum != checksum(bytes)) {
            throw new AssertionError("checksum: " + checksum(bytes) + " (expected: " + sum + "), of " + item);
        }
        return item;
    }

    private static long checksum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
        return sum.getValue();
    }

    /** Returns a size: mostly small, at times 4 MiB. */
    static int randomBytes(Random random) {
        return switch (random.nextInt(64)) {
            case 0 -> random.nextInt(4 << 20);
            case 1, 2, 3 -> random.nextInt(512 << 10);
            case 4 -> 0;
            default -> random.nextInt(2 << 10);
        };
    }
}
