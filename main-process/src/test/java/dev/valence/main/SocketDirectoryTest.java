package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketDirectoryTest {

    /** Above the largest pid of Linux, so never one of a live process. */
    private static final String DEAD = "valence-99999999-";

    @TempDir
    Path parent;

    @Test
    void opened_isPrivateAndShort() throws Exception {
        try (SocketDirectory opened = SocketDirectory.open()) {
            Path directory = opened.socket().getParent();

            assertThat(opened.socket()).hasFileName("main.sock").doesNotExist();
            assertThat(opened.endpoint()).isEqualTo(new Endpoint.Unix(opened.socket()));
            assertThat(SocketPlace.bytes(opened.socket())).isLessThanOrEqualTo(SocketPlace.MAX_PATH_BYTES);
            assertThat(directory.getFileName().toString())
                    .matches("valence-" + ProcessHandle.current().pid() + "-[0-9a-f]{8}");
            assertThat(Files.getPosixFilePermissions(directory))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void closed_leavesNothing() throws Exception {
        SocketDirectory opened = SocketDirectory.openIn(parent);
        Files.createFile(opened.socket());
        Files.createFile(opened.socket().resolveSibling("valence-1.args"));

        opened.close();

        assertThat(parent).isEmptyDirectory();
        opened.close();
    }

    @Test
    void openedTwice_theSecondSparesTheFirst() throws Exception {
        try (SocketDirectory first = SocketDirectory.openIn(parent);
                SocketDirectory second = SocketDirectory.openIn(parent)) {
            assertThat(first.socket().getParent())
                    .isDirectory()
                    .isNotEqualTo(second.socket().getParent());
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leftByADeadProcess_isRemoved() throws Exception {
        Path old = leftBehind(DEAD + "01234567");
        Path oldOfSamePid = leftBehind("valence-" + ProcessHandle.current().pid() + "-01234567");

        openAndClose();

        assertThat(old).doesNotExist();
        assertThat(oldOfSamePid).doesNotExist();
    }

    @Test
    void lockIsHeld_isSpared() throws Exception {
        Path held = leftBehind(DEAD + "01234567");
        try (FileChannel channel = FileChannel.open(held.resolve("lock"), StandardOpenOption.WRITE)) {
            channel.lock();
            openAndClose();
        }

        assertThat(held.resolve("main.sock")).exists();
    }

    @Test
    void otherProcessHoldsTheLock_isSpared() throws Exception {
        Path held = leftBehind(DEAD + "01234567");
        String java = ProcessHandle.current().info().command().orElseThrow();
        String lock = held.resolve("lock").toString();
        Process process =
                new ProcessBuilder(java, "-cp", TestChild.classPath(), TestChild.class.getName(), "lock", lock).start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("locked=true");
            openAndClose();
            assertThat(held.resolve("main.sock")).exists();
        } finally {
            process.destroyForcibly().waitFor();
        }

        openAndClose();
        assertThat(held).doesNotExist();
    }

    @Test
    void processLives_isSpared() throws Exception {
        long live = ProcessHandle.current().parent().orElseThrow().pid();
        Path other = leftBehind("valence-" + live + "-01234567");

        openAndClose();

        assertThat(other.resolve("main.sock")).exists();
    }

    @Test
    void processThatGotTheNumberOfADeadOne_isNotTakenForIt() throws Exception {
        long live = ProcessHandle.current().parent().orElseThrow().pid();
        Path old = leftBehind("valence-" + live + "-01234567");
        Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH.plus(Duration.ofDays(365))));

        openAndClose();

        assertThat(old).doesNotExist();
    }

    @Test
    void notMode0700_isSpared() throws Exception {
        Path open = leftBehind(DEAD + "01234567");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));

        openAndClose();

        assertThat(open.resolve("main.sock")).exists();
    }

    @Test
    void symbolicLink_isSparedAndWhatItPointsTo() throws Exception {
        Path target = leftBehind("elsewhere");
        Path link = Files.createSymbolicLink(parent.resolve(DEAD + "01234567"), target);

        openAndClose();

        assertThat(link).isSymbolicLink();
        assertThat(target.resolve("main.sock")).exists();
    }

    @Test
    void somethingNested_isSpared() throws Exception {
        Path old = leftBehind(DEAD + "01234567");
        Files.createDirectory(old.resolve("nested"));

        openAndClose();

        assertThat(old.resolve("main.sock")).exists();
    }

    @Test
    void linkInside_isRemovedButNotFollowed() throws Exception {
        Path old = leftBehind(DEAD + "01234567");
        Path target = Files.createFile(parent.resolve("target"));
        Files.createSymbolicLink(old.resolve("link"), target);

        openAndClose();

        assertThat(old).doesNotExist();
        assertThat(target).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"valence-1", "valence-x-01234567", "valence-99999999-0123456", "valence-99999999-01234567.bak"})
    void otherName_isSpared(String name) throws Exception {
        Path other = leftBehind(name);

        openAndClose();

        assertThat(other.resolve("main.sock")).exists();
    }

    @Test
    void noLockYet_isSparedForAMinute() throws Exception {
        Path old = leftBehind(DEAD + "01234567");
        Files.delete(old.resolve("lock"));

        openAndClose();
        assertThat(old).exists();

        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
        openAndClose();
        assertThat(old).doesNotExist();
    }

    @Test
    void parentIsMissing_throwsAndLeavesNothing() {
        assertThatThrownBy(() -> SocketDirectory.openIn(parent.resolve("missing")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing");
    }

    private void openAndClose() throws IOException {
        SocketDirectory.openIn(parent).close();
    }

    private Path leftBehind(String name) throws IOException {
        Path directory = Files.createDirectory(
                parent.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(directory.resolve("lock"));
        Files.createFile(directory.resolve("main.sock"));
        return directory;
    }
}
