package dev.valence.main;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What a process has in RAM, as Linux tells it. */
final class ResidentMemory {

    /** Not {@code statm}, which counts in pages: Java does not tell how large those are. */
    private static final String FIELD = "VmRSS:";

    private ResidentMemory() {}

    /** Returns the bytes; empty if the process is no more, or the system has no such files. */
    static OptionalLong ofProcess(long pid) {
        try {
            // Its name, in the first line, may be in any encoding.
            return parse(Files.readString(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Reads {@code VmRSS:     12345 kB}; a process that has ended and was not waited for has no such line. */
    static OptionalLong parse(String status) {
        return status.lines()
                .filter(line -> line.startsWith(FIELD))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
