package dev.valence.main;

import dev.valence.Endpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where the socket of a main process lies, from before it is bound until after it is closed. */
sealed interface SocketPlace extends AutoCloseable permits SocketDirectory, SocketFile {

    /** Longest path of a socket in bytes: {@code sun_path} without the NUL at its end. */
    int MAX_PATH_BYTES = System.getProperty("os.name", "").startsWith("Mac") ? 103 : 107;

    /** Returns the path to bind. Nothing is there until that is done. */
    Path socket();

    /** Returns the same for renderers. */
    default Endpoint.Unix endpoint() {
        return new Endpoint.Unix(socket());
    }

    /** Removes what is there. Idempotent; what cannot be removed is logged and left. */
    @Override
    void close();

    /** Returns whether the system takes a socket of this path. */
    static boolean fits(Path socket) {
        return bytes(socket) <= MAX_PATH_BYTES;
    }

    /** Returns the length that the system counts. */
    static int bytes(Path socket) {
        return socket.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
