package dev.valence.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where an end listens: in a directory of its own, both of which go with the process. */
public final class SocketFile {

    private SocketFile() {}

    /** Makes the directory and returns the path. */
    public static Path create(String name) throws IOException {
        Path directory = Files.createTempDirectory(name);
        Path socket = directory.resolve("socket");
        directory.toFile().deleteOnExit(); // after what is registered later
        socket.toFile().deleteOnExit();
        return socket;
    }
}
