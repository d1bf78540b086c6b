package dev.valence.main;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the instances of one application find each other:
 *
 * <pre>
 * valence-apps-UID/      mode 0700, in $XDG_RUNTIME_DIR or else in java.io.tmpdir
 *     NAME.lock          locked by the first instance; empty, and never deleted: whoever waits for it may have it open
 *     NAME.sock          where the first instance listens
 * </pre>
 *
 * @param lock of the application
 * @param socket of its first instance
 */
record InstancePlace(Path lock, Path socket) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /**
     * The locks of this JVM. A file lock is the process's, not the channel's: closing another channel on a lock file of our own
     * would give up its lock.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /**
     * Finds the place of an application, and makes its directory.
     *
     * @throws IllegalArgumentException if that is no name for an application, or too long a one here
     * @throws IOException if there is no place, or somebody else has it
     */
    static InstancePlace of(String application) throws IOException {
        if (!NAME.matcher(application).matches()) {
            throw new IllegalArgumentException("application: \"" + application
                    + "\" (expected: 1 to 64 letters, digits, dots, hyphens and underscores, as com.example.editor)");
        }
        long user = OwnUser.id();
        Path directory = SocketDirectory.parent().resolve("valence-apps-" + user);
        Path socket = directory.resolve(application + ".sock");
        if (!SocketPlace.fits(socket)) {
            throw new IllegalArgumentException(
                    "application: \"" + application + "\", whose socket " + socket + " has " + SocketPlace.bytes(socket)
                            + " bytes (expected: at most " + SocketPlace.MAX_PATH_BYTES + " bytes)");
        }
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            checkOwn(directory, user);
        }
        return new InstancePlace(directory.resolve(application + ".lock"), socket);
    }

    private static void checkOwn(Path directory, long user) throws IOException {
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        boolean isOwn = user < 0
                || ((Number) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue() == user;
        if (!isOwn
                || !found.isDirectory()
                || !found.permissions().equals(PosixFilePermissions.fromString("rwx------"))) {
            throw new IOException(directory + " is of " + found.owner().getName() + ", "
                    + PosixFilePermissions.toString(found.permissions())
                    + " (expected: a directory of this user, rwx------)");
        }
    }

    /** Returns the lock if it was free. Closing it does not suffice: {@link #unlock}. */
    @Nullable
    FileChannel tryLock() throws IOException {
        if (!HELD.add(lock)) {
            return null;
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
            unlock(channel);
            return null;
        } catch (Throwable e) {
            unlock(channel);
            throw e;
        }
    }

    /** Gives the lock back. */
    void unlock(@Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(lock);
        }
    }
}
