package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class after which there is something that was not there before: a thread, an open file, a child process, a
 * socket directory of this process, or a buffer that nobody released.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    /** Threads of the JDK and of the test tools that come and go as they like. */
    private static final Pattern FOREIGN_THREADS = Pattern.compile(
            "(process reaper|ForkJoinPool|VirtualThread-|(Read|Write|Master)-Poller|CompletableFutureDelayScheduler|awaitility|junit|surefire"
                    + "|Common-Cleaner|Attach Listener|Signal Dispatcher|C[12] CompilerThread|G1 |GC ).*");

    /** Opened once, when first needed, and kept. */
    private static final Pattern CODE = Pattern.compile(".*(\\.jar|\\.so|/modules|/u?random)( \\(deleted\\))?");

    private static final LeakReports REPORTS = new LeakReports();

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        REPORTS.listen();
        warmUp();
        before(context).put(Snapshot.class, Snapshot.take());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        before(context).get(Snapshot.class, Snapshot.class).awaitRestored();
        assertThat(leakReports()).as("buffers that nobody released").isEmpty();
    }

    /** Nested classes have a store of their own. */
    private static ExtensionContext.Store before(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(NoLeaks.class, context.getUniqueId()));
    }

    /** Opens what the JDK and Netty open once and then keep. */
    private static void warmUp() throws IOException {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
        IpcMain.open().close();
        IpcMain.open(IpcMainOptions.defaults().withTransport(IpcMainOptions.Transport.UNIX_NIO))
                .close();
        new ProcessBuilder("true").start().onExit().join();
    }

    /** Returns what Netty says about buffers that were dropped without a release, from all tests so far; forgets it. */
    static List<String> leakReports() {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
        await("a garbage collection").until(() -> {
            System.gc();
            return queue.remove(100) == canary;
        });
        ByteBufAllocator.DEFAULT.buffer(16).release(); // to track a new one, Netty looks at the old ones
        return REPORTS.drain();
    }

    /** What this process has at a moment. */
    record Snapshot(Set<Thread> threads, Map<String, Long> files, Set<ProcessHandle> children, Set<Path> directories) {

        static Snapshot take() {
            return new Snapshot(
                    Thread.getAllStackTraces().keySet(),
                    openFiles(),
                    ProcessHandle.current().descendants().collect(Collectors.toSet()),
                    socketDirectories());
        }

        /**
         * Waits until there is nothing that is not in this snapshot.
         *
         * @param idleThreads name of threads that may be there
         */
        void awaitRestored(String... idleThreads) {
            await("everything that was opened to be closed")
                    .atMost(Duration.ofSeconds(15))
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> assertThat(leftovers(idleThreads)).isEmpty());
        }

        /** Returns what is not in this snapshot. */
        List<String> leftovers(String... idleThreads) {
            List<String> all = new ArrayList<>();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.isAlive()
                        && !threads.contains(thread)
                        && !List.of(idleThreads).contains(thread.getName())
                        && !FOREIGN_THREADS.matcher(thread.getName()).matches()) {
                    all.add("thread " + thread.getName());
                }
            }
            openFiles().forEach((kind, count) -> {
                long expected = files.getOrDefault(kind, 0L);
                if (count > expected) {
                    all.add(count + " open files of kind " + kind + " (expected: " + expected + ")");
                }
            });
            ProcessHandle.current()
                    .descendants()
                    .filter(child -> !children.contains(child))
                    .forEach(child -> all.add("process " + child.pid() + " "
                            + child.info().commandLine().orElse("")));
            socketDirectories().stream()
                    .filter(directory -> !directories.contains(directory))
                    .forEach(directory -> all.add("directory " + directory));
            return all;
        }
    }

    /** Returns how many files of each kind are open, without those of code. */
    private static Map<String, Long> openFiles() {
        Map<String, Long> kinds = new HashMap<>();
        if (Files.isDirectory(OPEN_FILES)) {
            for (Path target : targets()) {
                String name = target.toString();
                if (!CODE.matcher(name).matches()) {
                    kinds.merge(name.replaceAll(":\\[\\d+\\]", ""), 1L, Long::sum);
                }
            }
        }
        return kinds;
    }

    private static List<Path> targets() {
        List<Path> targets = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path link : links) {
                try {
                    targets.add(Files.readSymbolicLink(link));
                } catch (IOException e) {
                    // Closed since it was listed
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return targets;
    }

    private static Set<Path> socketDirectories() {
        Set<Path> found = new HashSet<>();
        for (Path parent : socketParents()) {
            String own = "valence-" + ProcessHandle.current().pid() + "-*";
            try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, own)) {
                all.forEach(found::add);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }

    private static Set<Path> socketParents() {
        Set<Path> parents = new HashSet<>();
        parents.add(Path.of(System.getProperty("java.io.tmpdir")));
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isDirectory(Path.of(runtime))) {
            parents.add(Path.of(runtime));
        }
        return parents;
    }

    /** Hears what Netty's leak detector says; it has no other way to be asked that works at any time. */
    private static final class LeakReports extends AppenderBase<ILoggingEvent> {

        private final Queue<String> reports = new ConcurrentLinkedQueue<>();

        synchronized void listen() {
            if (!isStarted()) {
                start();
                ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(this);
            }
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains("LEAK")) {
                reports.add(event.getFormattedMessage());
            }
        }

        List<String> drain() {
            List<String> all = new ArrayList<>();
            for (String report = reports.poll(); report != null; report = reports.poll()) {
                all.add(report);
            }
            return all;
        }
    }
}
