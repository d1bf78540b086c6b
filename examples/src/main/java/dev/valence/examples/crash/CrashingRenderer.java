package dev.valence.examples.crash;

import dev.valence.renderer.IpcRenderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A renderer with every fault there is. It asks main which of them is next. */
public final class CrashingRenderer {

    private static final Path LOCK = Path.of("lock");

    private CrashingRenderer() {}

    public static void main(String[] args) {
        if (Files.exists(LOCK)) {
            System.err.println("lock: held (expected: free, but the process before this one ran out of memory)");
            return;
        }
        IpcRenderer.run(renderer -> {
            Way way = Objects.requireNonNull(renderer.invokeSync("way", null, Way.class));
            if (way == Way.THROWS) {
                throw new IllegalStateException("settings: none (expected: a file)");
            }
            renderer.on("crash", Void.class, (event, nothing) -> crash(way));
        });
    }

    private static void crash(Way way) throws IOException, InterruptedException {
        switch (way) {
            case EXITS -> {
                System.err.println("disk: full");
                System.exit(7);
            }
            case FAULTS -> // what a bad pointer in native code does
                new ProcessBuilder("sh", "-c", "kill -SEGV $PPID").start().waitFor();
            case FILLS_HEAP -> {
                Files.createFile(LOCK);
                fillHeap();
            }
            default -> throw new IllegalArgumentException("way: " + way + " (expected: one that comes after ready)");
        }
    }

    private static void fillHeap() {
        List<byte[]> chunks = new ArrayList<>();
        while (!chunks.contains(null)) {
            chunks.add(new byte[1 << 20]);
        }
    }
}
