package dev.valence;

import java.nio.file.Path;
import java.util.Objects;

/** Where a main process listens. */
public sealed interface Endpoint {

    /**
     * Returns the endpoint that {@code toString} wrote.
     *
     * @throws IllegalArgumentException if it is neither {@code unix:PATH} nor {@code memory:NAME}
     */
    static Endpoint parse(String text) {
        if (text.startsWith("unix:") && text.length() > 5) {
            return new Unix(Path.of(text.substring(5)));
        }
        if (text.startsWith("memory:") && text.length() > 7) {
            return new InMemory(text.substring(7));
        }
        throw new IllegalArgumentException("endpoint: \"" + text + "\" (expected: unix:PATH or memory:NAME)");
    }

    /**
     * A Unix domain socket.
     *
     * @param path of the socket file
     */
    record Unix(Path path) implements Endpoint {
        /** Checks the path. */
        public Unix {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A name inside this JVM, for unit tests: same handshake, same encoding, no socket.
     *
     * @param name made up by main
     */
    record InMemory(String name) implements Endpoint {
        /** Checks the name. */
        public InMemory {
            Objects.requireNonNull(name, "name");
        }

        @Override
        public String toString() {
            return "memory:" + name;
        }
    }
}
