package dev.valence.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What tells a file from what was in its place before.
 *
 * @param isFile whether it is a file, or nothing; not a directory
 * @param text path, size and time of the last change
 */
record FileStamp(boolean isFile, String text) {

    /** Looks at a file, which need not exist. */
    static FileStamp of(Path path) throws IOException {
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileStamp(
                    file.isRegularFile(), path + "\n" + file.size() + "\n" + file.lastModifiedTime() + "\n");
        } catch (NoSuchFileException e) {
            return new FileStamp(true, path + "\n");
        }
    }
}
