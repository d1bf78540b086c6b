package dev.valence.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user that runs this process. */
final class OwnUser {

    private OwnUser() {}

    /** Returns its numeric id, or -1 if the platform has none or does not tell. */
    static long id() {
        try {
            Path own = Path.of("/proc/self");
            if (Files.exists(own)) {
                return uid(own);
            }
            Path probe = Files.createTempFile("valence", null);
            try {
                return uid(probe);
            } finally {
                Files.delete(probe);
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return -1;
        }
    }

    private static long uid(Path path) throws IOException {
        return ((Number) Files.getAttribute(path, "unix:uid")).longValue();
    }
}
