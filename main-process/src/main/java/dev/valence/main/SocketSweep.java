package dev.valence.main;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the {@linkplain SocketDirectory socket directories} that dead processes left behind. A directory goes only if it
 * is this user's with mode 0700, the process in its name is dead, or began later, and nobody holds its lock: a process in
 * another container may have that name and live. Nothing is followed, nothing nested is touched.
 */
final class SocketSweep {

    private static final Logger LOG = LoggerFactory.getLogger(SocketSweep.class);
    private static final Pattern NAME = Pattern.compile("valence-(\\d{1,18})-[0-9a-f]{8}");

    /** How long a directory may be without a lock because it is just being made. */
    private static final Duration MAKING = Duration.ofMinutes(1);

    /** How far the start of a process, which is counted in ticks since the boot, and the time of a file may be apart. */
    private static final Duration CLOCK_ERROR = Duration.ofMinutes(1);

    /**
     * The names of the directories of this JVM. A file lock is the process's, not the channel's: closing another channel on a lock
     * file of our own would give up its lock.
     */
    private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

    private SocketSweep() {}

    /** Says that a directory is, or is about to be, in use by this JVM. */
    static void spare(Path directory) {
        OWN.add(name(directory));
    }

    /** Says that it no longer is. */
    static void spareNoMore(Path directory) {
        OWN.remove(name(directory));
    }

    /** Removes what is left behind in a directory. Problems are logged: they are not those of the caller. */
    static void sweep(Path parent, Path own) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, "valence-*")) {
            PosixFileAttributes ours = attributes(own);
            for (Path directory : all) {
                try {
                    sweepOne(directory, ours);
                } catch (IOException | OverlappingFileLockException e) {
                    LOG.debug("{} left alone", directory, e);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{} not swept", parent, e);
        }
    }

    /**
     * Deletes a socket directory and what is in it.
     *
     * @throws IOException if that fails, or if there is a directory in it: then nothing has been deleted
     */
    static void delete(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path file : all) {
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException(file + " (expected: no directory)");
                }
                files.add(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
    }

    private static void sweepOne(Path directory, PosixFileAttributes ours) throws IOException {
        Matcher name = NAME.matcher(name(directory));
        if (!name.matches() || OWN.contains(name.group())) {
            return;
        }
        PosixFileAttributes theirs = attributes(directory);
        if (isOfOther(Long.parseLong(name.group(1)), theirs.lastModifiedTime().toInstant())
                || !theirs.isDirectory()
                || !theirs.owner().equals(ours.owner())
                || !theirs.permissions().equals(PosixFilePermissions.fromString("rwx------"))) {
            return;
        }
        Path lock = directory.resolve(SocketDirectory.LOCK);
        if (!Files.exists(lock, LinkOption.NOFOLLOW_LINKS)) {
            if (theirs.lastModifiedTime().toInstant().isBefore(Instant.now().minus(MAKING))) {
                delete(directory);
            }
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                delete(directory);
                LOG.info("Removed {}, which a dead process left", directory);
            }
        }
    }

    /**
     * Returns whether a pid belongs to a live process other than this one, whose own are known, that may have made something
     * at that time. One that began later got the number of the dead maker.
     */
    private static boolean isOfOther(long pid, Instant made) {
        return pid != ProcessHandle.current().pid()
                && ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .map(process -> process.info().startInstant().orElse(made))
                        .filter(start -> start.isBefore(made.plus(CLOCK_ERROR)))
                        .isPresent();
    }

    private static String name(Path directory) {
        return String.valueOf(directory.getFileName());
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
