package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.integration.InstancePrograms.Editor;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes of one application; one of them is the first. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class SingleInstanceIT {

    @TempDir
    Path place;

    private final List<ChildJvm> editors = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (ChildJvm editor : editors) {
            editor.close();
        }
    }

    @Test
    void secondStart_handsItsArgumentsToTheFirst() throws Exception {
        ChildJvm first = load("one.txt");
        first.goOn();
        first.awaitLine("first");
        ChildJvm second = load("two.txt", "a b", "");
        second.goOn();
        second.awaitLine("second");
        assertThat(second.awaitExit()).isZero();
        assertThat(first.awaitLine("later "))
                .isEqualTo("[two.txt, a b, ] in " + Path.of("").toAbsolutePath());
    }

    @Test
    void eightAtOnce_oneIsFirstAndHearsOfTheSeven() throws Exception {
        for (int i = 0; i < 8; i++) {
            load("file" + i);
        }
        for (ChildJvm editor : editors) {
            editor.goOn();
        }
        List<Integer> firsts = new ArrayList<>();
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 8; i++) {
            if (isFirst(editors.get(i))) {
                firsts.add(i);
            } else {
                assertThat(editors.get(i).awaitExit()).isZero();
                expected.add("[file" + i + "]");
            }
        }
        assertThat(firsts).hasSize(1);
        Set<String> heard = new TreeSet<>();
        for (int i = 0; i < 7; i++) {
            heard.add(editors.get(firsts.get(0)).awaitLine("later ").split(" in ")[0]);
        }
        assertThat(heard).isEqualTo(expected);
    }

    @Test
    void firstIsKilled_theNextStartIsFirst() throws Exception {
        ChildJvm killed = load();
        killed.goOn();
        killed.awaitLine("first");
        killed.kill();
        killed.awaitExit();
        assertThat(files())
                .as("what a killed process leaves")
                .anyMatch(file -> file.toString().endsWith(".sock"));
        ChildJvm next = load();
        next.goOn();
        next.awaitLine("first");
        ChildJvm later = load("three.txt");
        later.goOn();
        later.awaitLine("second");
        assertThat(next.awaitLine("later ")).startsWith("[three.txt]");
    }

    /** This test plays the first, which reads nothing and then ends. */
    @Test
    void firstEndsWhileItIsTold_theSecondBecomesFirst() throws Exception {
        ChildJvm former = load();
        former.goOn();
        former.awaitLine("first");
        former.kill();
        former.awaitExit();
        Path socket = file(".sock");
        Files.delete(socket);
        try (FileChannel lock = FileChannel.open(file(".lock"), StandardOpenOption.WRITE);
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(lock.tryLock()).isNotNull();
            server.bind(UnixDomainSocketAddress.of(socket));
            ChildJvm second = load();
            second.goOn();
            server.accept().close();
            server.close();
            lock.close();
            second.awaitLine("first");
        }
    }

    @Test
    void directoryThatOthersMayEnter_isRefused() throws Exception {
        ChildJvm first = load();
        first.goOn();
        first.awaitLine("first");
        Files.setPosixFilePermissions(file(".lock").getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        ChildJvm second = load();
        second.goOn();
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.awaitOutput())
                .anyMatch(line -> line.contains("expected: a directory of this user, rwx------"));
    }

    @Test
    void firstEnds_itsSocketIsGoneAndTheNextStartIsFirst() throws Exception {
        ChildJvm ending = load();
        ending.goOn();
        ending.awaitLine("first");
        ProcessHandle.of(ending.pid()).orElseThrow().destroy();
        ending.awaitExit();
        assertThat(files()).noneMatch(file -> file.toString().endsWith(".sock"));
        ChildJvm next = load();
        next.goOn();
        next.awaitLine("first");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            return all.toList();
        }
    }

    private Path file(String end) throws IOException {
        return files().stream()
                .filter(file -> file.toString().endsWith(end))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFirst(ChildJvm editor) throws InterruptedException {
        String line = editor.awaitLine("");
        while (!line.equals("first") && !line.equals("second")) {
            line = editor.awaitLine("");
        }
        return line.equals("first");
    }

    /** Starts a process that does nothing before it is told to go on. */
    private ChildJvm load(String... args) throws Exception {
        ChildJvm editor = ChildJvm.start(Editor.class, Map.of("XDG_RUNTIME_DIR", place.toString()), args);
        editors.add(editor);
        editor.awaitLine("loaded");
        return editor;
    }
}
