package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SocketFileTest {

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void setUp() {
        path = directory.resolve("app.sock");
    }

    @Test
    void pathIsFree_isClaimedAndRemovedOnClose() throws Exception {
        SocketFile claimed = SocketFile.claim(path);
        assertThat(claimed.socket()).isEqualTo(path).doesNotExist();

        try (ServerSocketChannel server = bind()) {
            claimed.close();
        }

        assertThat(directory).isEmptyDirectory();
        claimed.close();
    }

    @Test
    void pathIsTooLong_throws() {
        Path longPath = directory.resolve("ü".repeat(SocketPlace.MAX_PATH_BYTES / 2));

        assertThatThrownBy(() -> SocketFile.claim(longPath))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("socket: " + longPath + ", " + SocketPlace.bytes(longPath) + " bytes (expected: at most "
                        + SocketPlace.MAX_PATH_BYTES + " bytes)");
    }

    @Test
    void directoryIsMissing_throws() {
        Path lost = directory.resolve("missing/app.sock");

        assertThatThrownBy(() -> SocketFile.claim(lost))
                .isInstanceOf(IOException.class)
                .hasMessage("socket: " + lost + " (expected: a path in an existing directory)");
    }

    @Test
    void liveProcessListens_throwsAndLeavesIt() throws Exception {
        try (ServerSocketChannel server = bind()) {
            assertTaken();
        }
    }

    @Test
    void liveProcessListensAndItsQueueIsFull_throwsAndDoesNotWait() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path), 1);
            // Linux refuses the third: one more than the queue holds are let in.
            for (int i = 0; i < 2; i++) {
                waiting.add(SocketChannel.open(UnixDomainSocketAddress.of(path)));
            }

            assertTaken();
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @Test
    void deadProcessLeftIt_isTakenOver() throws Exception {
        bind().close();
        assertThat(path).exists();

        SocketFile claimed = SocketFile.claim(path);

        assertThat(claimed.socket()).doesNotExist();
        bind().close();
    }

    @Test
    void somethingElseIsThere_throwsAndLeavesIt() throws Exception {
        Files.createFile(path);

        assertThatThrownBy(() -> SocketFile.claim(path))
                .isInstanceOf(IOException.class)
                .hasMessage("socket: " + path + " (expected: a free path or an old socket)");
        assertThat(path).exists();
    }

    private void assertTaken() {
        assertThatThrownBy(() -> SocketFile.claim(path))
                .isInstanceOf(IOException.class)
                .hasMessage("socket: " + path + " (expected: a free path, but this one is in use)");
        assertThat(path).exists();
    }

    private ServerSocketChannel bind() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return server;
    }
}
