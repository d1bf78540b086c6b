package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;

/**
 * Something that some tests need and not every machine has. Where it is missing they are skipped, and the build says so again
 * when all tests have run, because of the file that is left under {@code target/skipped}; with {@code
 * -Dvalence.NAME.required=true} they fail.
 */
enum Missing {
    /** A display with windows. */
    DISPLAY("display"),
    /** A Docker daemon. */
    DOCKER("docker"),
    /** The rights to start processes of other users. */
    ROOT("root");

    private final String word;
    private final AtomicBoolean told = new AtomicBoolean(); // once is enough in each JVM

    Missing(String word) {
        this.word = word;
    }

    /** Ends the test that needs this; never returns. */
    RuntimeException abort(String text) throws IOException {
        assertThat(Boolean.getBoolean("valence." + word + ".required")).as(text).isFalse();
        if (told.compareAndSet(false, true)) {
            System.out.println("SKIPPED: " + text);
        }
        Files.createDirectories(note().getParent());
        Files.writeString(note(), text + "\n");
        return Assumptions.abort(text);
    }

    /** Forgets that it was missing in an earlier build. */
    void isThere() throws IOException {
        Files.deleteIfExists(note());
    }

    private Path note() {
        return Path.of("target", "skipped", word);
    }
}
