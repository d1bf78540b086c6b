package dev.valence.main;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The class-data archives of this user, in a directory that only this user can enter:
 *
 * <pre>
 * valence/              mode 0700
 *     KEY-CHECKSUM.jsa  an archive, complete
 *     KEY-UUID.tmp      one that is being made
 * </pre>
 *
 * <p>The checksum is part of the name because a JVM trusts what it maps: one that gets a truncated archive crashes. A file
 * gets its name when it is complete, so processes that make the same archive do not disturb each other.
 *
 * <p><b>Threads.</b> Any; other processes use the directory as well.
 */
final class ArchiveStore {

    /** Archives that are kept; those that were used last. */
    static final int MAX_ARCHIVES = 16;

    static final long MAX_BYTES = 512L << 20;

    /** A file that is older than this and not complete was left behind. */
    private static final Duration LONGEST_TRAINING = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveStore.class);
    private static final String SUFFIX = ".jsa";
    private static final String UNFINISHED = ".tmp";

    private final Path directory;
    private final Set<String> checked = ConcurrentHashMap.newKeySet(); // stamps of those found as they should be

    /** Uses a directory, which need not exist. */
    ArchiveStore(Path directory) {
        this.directory = directory;
    }

    /** Returns the store of the user that runs this process, or null if there is no place for one. */
    static @Nullable ArchiveStore ofThisUser() {
        Path home = Path.of(System.getProperty("user.home", ""));
        String cache = System.getenv("XDG_CACHE_HOME");
        Path parent;
        if (cache != null && Path.of(cache).isAbsolute()) {
            parent = Path.of(cache);
        } else {
            boolean isMac = System.getProperty("os.name", "").startsWith("Mac");
            parent = home.resolve(isMac ? "Library/Caches" : ".cache");
        }
        return parent.isAbsolute() ? new ArchiveStore(parent.resolve("valence")) : null;
    }

    /** Returns an archive that is as it was when it was made, or null if there is none. Deletes one that is not. */
    @Nullable
    Path find(String key) {
        try {
            if (!isPrivate()) {
                return null;
            }
            for (Path archive : list(key + "-", SUFFIX)) {
                if (checked.contains(FileStamp.of(archive).text())) {
                    return archive;
                }
                if (archive.getFileName().toString().equals(name(key, archive))) {
                    Files.setLastModifiedTime(archive, FileTime.from(Instant.now()));
                    checked.add(FileStamp.of(archive).text());
                    return archive;
                }
                LOG.warn("Class-data archive {} is not what it was when it was made; deleted", archive);
                Files.deleteIfExists(archive);
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("No archive from {}", directory, e);
        }
        return null;
    }

    /**
     * Returns a name for an archive that is about to be made.
     *
     * @throws IOException if the directory cannot be made, or is not private
     */
    Path unfinished(String key) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            makeDirectory();
        }
        if (!isPrivate()) {
            throw new IOException(directory + " (expected: a directory of this user that nobody else can enter)");
        }
        return directory.resolve(key + "-" + UUID.randomUUID() + UNFINISHED);
    }

    /** Takes an archive in that is complete, and removes those that were not used for long. */
    void finish(String key, Path unfinished) throws IOException {
        Files.move(unfinished, directory.resolve(name(key, unfinished)), StandardCopyOption.ATOMIC_MOVE);
        prune();
    }

    /** Removes what is left of one that will not be complete. */
    void discard(Path unfinished) {
        try (Stream<Path> all = Files.list(directory)) {
            String name = unfinished.getFileName().toString(); // the JVM makes further files beside it
            for (Path file : all.filter(file -> file.getFileName().toString().startsWith(name))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.debug("{} not deleted", unfinished, e);
        }
    }

    private void prune() throws IOException {
        List<Path> archives = new ArrayList<>(list("", SUFFIX));
        archives.sort(Comparator.comparing(ArchiveStore::lastUse).reversed());
        long bytes = 0;
        for (int i = 0; i < archives.size(); i++) {
            Path archive = archives.get(i);
            bytes += Files.exists(archive) ? Files.size(archive) : 0;
            if (i >= MAX_ARCHIVES || (i > 0 && bytes > MAX_BYTES)) {
                Files.deleteIfExists(archive); // a JVM that has it mapped keeps it
            }
        }
        for (Path leftover : list("", UNFINISHED)) {
            if (lastUse(leftover).toInstant().isBefore(Instant.now().minus(LONGEST_TRAINING))) {
                discard(leftover);
            }
        }
    }

    private List<Path> list(String prefix, String suffix) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(prefix) && name.endsWith(suffix);
                    })
                    .sorted()
                    .toList();
        }
    }

    private void makeDirectory() throws IOException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            LOG.debug("Another process has just made {}", directory, e);
        }
    }

    private boolean isPrivate() throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        PosixFileAttributes attributes =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        long owner = ((Number) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
        return attributes.isDirectory()
                && owner == OwnUser.id()
                && PosixFilePermissions.toString(attributes.permissions()).endsWith("------");
    }

    private static FileTime lastUse(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // gone since it was listed
        }
    }

    /** Returns the name that a file has if it is complete. */
    private static String name(String key, Path file) throws IOException {
        CRC32 checksum = new CRC32();
        ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(piece) >= 0) {
                checksum.update(piece.flip());
                piece.clear();
            }
        }
        return "%s-%08x%s".formatted(key, checksum.getValue(), SUFFIX);
    }
}
