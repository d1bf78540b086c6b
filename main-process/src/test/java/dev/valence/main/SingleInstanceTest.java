package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SingleInstanceTest {

    private static final long PATIENCE_SECONDS = 60;

    private final String application = "test-" + UUID.randomUUID().toString().substring(0, 8);
    private final BlockingQueue<LaterStart> heard = new LinkedBlockingQueue<>();

    /** Nobody waits for it: the name is this test's own. */
    @AfterEach
    void deleteLock() throws IOException {
        Files.deleteIfExists(InstancePlace.of(application).lock());
        Files.deleteIfExists(InstancePlace.of(application + ".other").lock());
    }

    @Test
    void againInTheSameJvm_isSecondAndKeepsTheLock() throws Exception {
        try (FirstInstance first = first()) {
            assertThat(SingleInstance.acquire(application, List.of("one"))).isInstanceOf(SecondInstance.class);
            assertThat(SingleInstance.acquire(application, List.of("two"))).isInstanceOf(SecondInstance.class);

            first.onLaterStart(heard::add); // those before it waited

            assertThat(next().args()).containsExactly("one");
            assertThat(next().args()).containsExactly("two");
        }
    }

    @Test
    void closed_makesRoomForTheNext() {
        FirstInstance first = first();
        first.close();
        first.close();

        first().close();
    }

    @Test
    void closedInItsListener_makesRoomForTheNext() throws Exception {
        try (FirstInstance first = first()) {
            first.onLaterStart(start -> {
                first.close();
                heard.add(start);
            });
            SingleInstance.acquire(application, List.of());
            next();

            first().close();
        }
    }

    @Test
    void listenerThrows_theNextIsTold() throws Exception {
        try (FirstInstance first = first()) {
            first.onLaterStart(start -> {
                throw new IllegalStateException("thrown on purpose");
            });
            first.onLaterStart(heard::add);
            SingleInstance.acquire(application, List.of("one"));

            assertThat(next().args()).containsExactly("one");
        }
    }

    @Test
    void otherApplication_isOfNoConcern() {
        try (FirstInstance first = first()) {
            SingleInstance other = SingleInstance.acquire(application + ".other", List.of());
            assertThat(other).isInstanceOf(FirstInstance.class).isNotSameAs(first);
            ((FirstInstance) other).close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "-x", "a/b", "../a", "a b", "ä"})
    void badName_isRefused(String name) {
        assertThatThrownBy(() -> SingleInstance.acquire(name, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + name + "\"")
                .hasMessageContaining("expected: 1 to 64 letters");
    }

    @Test
    void badArguments_areRefused() {
        assertThatThrownBy(() -> SingleInstance.acquire(application, List.of("good", "a\0b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("args[1]");
        assertThatThrownBy(() -> SingleInstance.acquire(application, List.of("x".repeat(LaterStart.MAX_BYTES))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most " + LaterStart.MAX_BYTES + " bytes");
    }

    @Test
    void start_isReadAsItWasWritten() throws Exception {
        LaterStart start = new LaterStart(List.of("größer ☃", "", "a b", ""), Path.of("/some where"));

        assertThat(LaterStart.decode(ByteBuffer.wrap(start.encode()))).isEqualTo(start);
        LaterStart none = new LaterStart(List.of(), Path.of("/"));
        assertThat(LaterStart.decode(ByteBuffer.wrap(none.encode()))).isEqualTo(none);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "valence-instance 2\0/\0",
                "valence-instance 1\0",
                "valence-instance 1\0here\0",
                "valence-instance 1\0/"
            })
    void otherBytes_areRefused(String text) {
        assertThatThrownBy(() -> LaterStart.decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("start of an instance");
    }

    private FirstInstance first() {
        return (FirstInstance) SingleInstance.acquire(application, List.of("first"));
    }

    private LaterStart next() throws InterruptedException {
        LaterStart start = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(start).isNotNull();
        return start;
    }
}
