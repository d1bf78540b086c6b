package dev.valence.integration;

import dev.valence.main.RendererSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** What the tests under load share: processes with little memory, and latencies. */
final class Load {

    private static final List<String> JVM =
            List.of("-XX:+ExitOnOutOfMemoryError", "-Dslf4j.internal.verbosity=ERROR", "-Dio.netty.jfr.enabled=false");

    /** Heaps that one thread collects: several would wait for each other where processes share few processors. */
    private static final Set<String> SMALL_HEAPS = Set.of("32m", "64m");

    private Load() {}

    /** Starts a main process with a bounded heap, such as {@code 64m}. */
    static ChildJvm startMain(Class<?> program, String heap, String... args) throws Exception {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(jvm(heap));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        words.addAll(List.of(args));
        return ChildJvm.start(words, Map.of());
    }

    /** Returns the spec of a renderer with a bounded heap. */
    static RendererSpec spec(Class<?> program, String heap, String... args) {
        return RendererSpec.of(program)
                .withClassPath(ProcScenarios.rendererClassPath())
                .withJvmArgs(jvm(heap))
                .withArgs(List.of(args));
    }

    private static List<String> jvm(String heap) {
        List<String> words = new ArrayList<>(JVM);
        words.add("-Xmx" + heap);
        if (SMALL_HEAPS.contains(heap)) {
            words.add("-XX:+UseSerialGC");
        }
        return words;
    }

    /** Makes room for others between two requests: a load that is offered, not as much as goes. */
    static void pace(long micros) {
        LockSupport.parkNanos(micros * 1000);
    }

    /** How long requests took, by one thread. */
    static final class Latencies {

        private long[] nanos = new long[1024];
        private int count;

        void add(long startNanos) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = System.nanoTime() - startNanos;
        }

        int count() {
            return count;
        }

        /** Returns what 99 of 100 stay below, in microseconds. */
        long p99Micros() {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted[(int) Math.ceil(0.99 * count) - 1] / 1000;
        }
    }
}
