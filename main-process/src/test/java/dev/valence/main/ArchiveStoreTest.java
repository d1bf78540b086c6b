package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveStoreTest {

    @TempDir
    private Path parent;

    private Path directory;
    private ArchiveStore store;

    @BeforeEach
    void makeStore() {
        directory = parent.resolve("cache/valence");
        store = new ArchiveStore(directory);
    }

    private void make(String key, String content) throws IOException {
        Path file = store.unfinished(key);
        Files.writeString(file, content);
        store.finish(key, file);
    }

    @Test
    void nothingMade_findsNothingAndMakesNoDirectory() {
        assertThat(store.find("key")).isNull();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void finished_isFoundByItsKeyInAPrivateDirectory() throws Exception {
        make("key", "content");

        assertThat(store.find("key")).hasContent("content").hasParent(directory);
        assertThat(store.find("ke")).isNull();
        assertThat(new ArchiveStore(directory).find("key")).isEqualTo(store.find("key"));
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void changedSinceItWasMade_isDeleted() throws Exception {
        make("key", "content");
        Path archive = store.find("key");
        Files.writeString(archive, "conten");

        assertThat(store.find("key")).isNull();
        assertThat(archive).doesNotExist();
    }

    @Test
    void directoryThatOthersCanEnter_isNotUsed() throws Exception {
        make("key", "content");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(store.find("key")).isNull();
        assertThatThrownBy(() -> store.unfinished("key")).isInstanceOf(IOException.class);
    }

    @Test
    void directoryThatIsALink_isNotUsed() throws Exception {
        make("key", "content");
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);

        assertThat(new ArchiveStore(link).find("key")).isNull();
    }

    @Test
    void discarded_leavesNothing() throws Exception {
        Path file = store.unfinished("key");
        Files.writeString(file, "x");
        Files.writeString(file.resolveSibling(file.getFileName() + ".config"), "x");

        store.discard(file);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tooMany_thoseThatWereNotUsedForLongGo() throws Exception {
        Instant now = Instant.now();
        for (int i = 0; i < ArchiveStore.MAX_ARCHIVES; i++) {
            make("key" + i, "content");
            Files.setLastModifiedTime(store.find("key" + i), FileTime.from(now.minusSeconds(100 - i)));
        }
        Path leftover = store.unfinished("key");
        Files.writeString(leftover, "x");
        Files.setLastModifiedTime(leftover, FileTime.from(now.minus(Duration.ofDays(1))));
        assertThat(new ArchiveStore(directory).find("key0")).isNotNull(); // is used again

        make("new", "content");

        assertThat(store.find("key0")).isNotNull();
        assertThat(store.find("key1")).isNull();
        assertThat(store.find("new")).isNotNull();
        assertThat(leftover).doesNotExist();
    }
}
