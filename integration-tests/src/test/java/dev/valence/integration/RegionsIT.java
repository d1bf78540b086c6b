package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Large payloads between processes that share memory. */
@Timeout(180)
@EnabledOnOs(value = OS.LINUX, disabledReason = "regions are files in /dev/shm")
class RegionsIT {

    private static final Path SHARED = Path.of("/dev/shm");

    @Test
    void largePayloadsOfBothEnds_shareMemoryWithoutAName() throws IOException {
        try (Rig rig = Rig.open()) {
            Renderer renderer = rig.launch(RendererSpec.of(Turning.class));
            Random random = new Random(42);
            for (int i = 0; i < 40; i++) {
                byte[] payload = new byte[random.nextInt(3 << 20)];
                random.nextBytes(payload);
                byte[] turned = Rig.await(renderer.invoke("turn", payload, byte[].class));
                assertThat(Arrays.equals(turned(turned), payload))
                        .as("payload %s of %s bytes", i, payload.length)
                        .isTrue();
            }
            assertThat(mapsRegion(renderer.pid().orElseThrow())).isTrue();
            assertThat(mapsRegion(ProcessHandle.current().pid())).isTrue();
            try (Stream<Path> files = Files.list(SHARED)) {
                assertThat(files)
                        .noneMatch(file -> file.getFileName().toString().startsWith("valence-"));
            }
        }
    }

    private static boolean mapsRegion(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "maps")).contains(SHARED + "/valence-");
    }

    static byte[] turned(byte[] bytes) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[bytes.length - 1 - i];
        }
        return turned;
    }

    /** A renderer that sends back what it gets, from its end to its beginning. */
    public static final class Turning {
        public static void main(String[] args) {
            IpcRenderer renderer = IpcRenderer.connect();
            renderer.handle("turn", byte[].class, (event, bytes) -> turned(bytes));
            renderer.ready();
        }
    }
}
