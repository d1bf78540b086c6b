package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Wire;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Memory that two processes have mapped: a file in {@code /dev/shm} that has no name. Main makes it and deletes the name at
 * once, so that nothing is left of it however the processes end; the client opens it by the descriptor of main, below
 * {@code /proc}. In another container this path leads nowhere or elsewhere, so that the client looks for a nonce before it
 * writes anything.
 *
 * <p>Who has mapped it may cut the file short. A copy then stops, and the JVM throws an {@link InternalError} some time later, when
 * the thread comes back from native code. {@link #checkWhole}, after each copy, is that code, and sees what was done.
 *
 * <p><b>Lifetime.</b> The memory is given back when the buffers of both processes were collected, as the JDK does it.
 */
final class SharedMemory implements Closeable {

    private static final Path FOLDER = Path.of("/dev/shm");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ZEROS_BYTES = 64 * 1024;

    private final String path;
    private final int slots;
    private final byte[] nonce;
    private final ByteBuffer memory;
    private final RandomAccessFile file; // no channel: an interrupt would close it

    private SharedMemory(String path, int slots, byte[] nonce, ByteBuffer memory, RandomAccessFile file) {
        this.path = path;
        this.slots = slots;
        this.nonce = nonce;
        this.memory = memory;
        this.file = file;
    }

    /**
     * Makes memory with that many slots in each direction.
     *
     * @throws IOException if this system has no such files, or no room for it
     */
    static SharedMemory create(int slots) throws IOException {
        byte[] nonce = new byte[Wire.NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        Path name = FOLDER.resolve("valence-" + Long.toHexString(RANDOM.nextLong()));
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(name, ownerOnly);
        RandomAccessFile file;
        try {
            file = new RandomAccessFile(name.toFile(), "rw");
        } finally {
            Files.delete(name); // also if there is no descriptor left to open it
        }
        try {
            String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor(name);
            fill(file, bytes(slots), nonce);
            return new SharedMemory(path, slots, nonce, map(file, slots), file);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens what another process has made.
     *
     * @param path where that process says it is
     * @throws IOException if it is not there
     */
    static SharedMemory open(String path, int slots, byte[] nonce) throws IOException {
        Path file = Path.of(path);
        if (!path.startsWith("/proc/") || !Files.isRegularFile(file) || Files.size(file) != bytes(slots)) {
            throw new IOException("region: " + path + " (expected: a file of " + bytes(slots) + " bytes below /proc)");
        }
        byte[] found = new byte[nonce.length];
        try (RandomAccessFile reading = new RandomAccessFile(path, "r")) {
            reading.readFully(found);
        }
        if (nonce.length != Wire.NONCE_BYTES || !Arrays.equals(found, nonce)) {
            throw new IOException("region: " + path + " is another file (expected: one that begins with the nonce)");
        }
        RandomAccessFile both = new RandomAccessFile(path, "rw");
        try {
            return new SharedMemory(path, slots, nonce, map(both, slots), both);
        } catch (IOException | RuntimeException | Error e) {
            both.close();
            throw e;
        }
    }

    /** Finds the number of the descriptor of a file that was deleted. */
    private static String descriptor(Path deleted) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : all) {
                if (isLinkTo(descriptor, deleted)) {
                    return descriptor.getFileName().toString();
                }
            }
        }
        throw new IOException("no descriptor of " + deleted);
    }

    private static boolean isLinkTo(Path descriptor, Path deleted) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(deleted + " (deleted)");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** Writes all of it: there is no room for what is only mapped until it is used, and then it is too late to say so. */
    private static void fill(RandomAccessFile file, long bytes, byte[] nonce) throws IOException {
        byte[] zeros = new byte[ZEROS_BYTES];
        for (long at = 0; at < bytes; at += zeros.length) {
            file.write(zeros);
        }
        file.seek(0);
        file.write(nonce);
    }

    private static MappedByteBuffer map(RandomAccessFile file, int slots) throws IOException {
        return file.getChannel().map(MapMode.READ_WRITE, 0, bytes(slots));
    }

    private static long bytes(int slots) {
        return 2L * slots * Wire.CHUNK_BYTES;
    }

    String path() {
        return path;
    }

    int slots() {
        return slots;
    }

    byte[] nonce() {
        return nonce.clone();
    }

    /** Returns the slots that main fills. */
    ByteBuffer fromMain() {
        return memory.slice(0, slots * Wire.CHUNK_BYTES);
    }

    /** Returns the slots that the client fills. */
    ByteBuffer fromClient() {
        return memory.slice(slots * Wire.CHUNK_BYTES, slots * Wire.CHUNK_BYTES);
    }

    /**
     * Checks that all of the memory is there, and was there during the last copy of this thread.
     *
     * @throws IpcException PROTOCOL_ERROR if it is not
     */
    void checkWhole() {
        try {
            if (file.length() != bytes(slots)) {
                throw Reassembly.broken("region: cut short (expected: " + bytes(slots) + " bytes)");
            }
        } catch (IOException | InternalError e) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "region: cannot be used (expected: all of it)", e);
        }
    }

    /** Nobody else opens it any more; who has mapped it keeps it. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
