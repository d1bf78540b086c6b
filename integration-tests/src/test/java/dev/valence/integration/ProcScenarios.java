package dev.valence.integration;

import dev.valence.Endpoint;
import dev.valence.IpcException;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Programs that the tests of processes start, and what they are started with. */
final class ProcScenarios {

    /** Options that let a small JVM start fast. */
    private static final List<String> SMALL_JVM = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-Dslf4j.internal.verbosity=ERROR",
            "--enable-native-access=ALL-UNNAMED");

    private static final String NOT_FOR_RENDERERS =
            ".*/(netty-|junit-|assertj-|archunit|awaitility|hamcrest|byte-buddy|logback-|opentest4j|apiguardian"
                    + "|testcontainers|docker-java|duct-tape|commons-|jna-)[^/]*";

    private ProcScenarios() {}

    /** Returns the spec of a program here: a small JVM with the class path of a renderer. */
    static RendererSpec spec(Class<?> program, String... furtherJvmArgs) {
        List<String> jvmArgs = new ArrayList<>(SMALL_JVM);
        jvmArgs.addAll(List.of(furtherJvmArgs));
        return RendererSpec.of(program).withClassPath(rendererClassPath()).withJvmArgs(jvmArgs);
    }

    /** Returns the class path without what a renderer does without. */
    static String rendererClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.matches(NOT_FOR_RENDERERS))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the words that start a program here in a JVM of its own, with the class path of the tests. */
    static List<String> command(Class<?> program, String... args) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(SMALL_JVM);
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(program.getName());
        words.addAll(List.of(args));
        return words;
    }

    /** A renderer that does what it is asked. */
    static final class Worker {

        private final IpcRenderer renderer;
        private final AtomicInteger counted = new AtomicInteger();
        private final Map<String, Integer> outcomes = new TreeMap<>(); // guarded by itself
        private final List<CompletableFuture<?>> asked = new ArrayList<>(); // guarded by itself

        private Worker(IpcRenderer renderer) {
            this.renderer = renderer;
        }

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> new Worker(renderer).setUp(args));
        }

        private void setUp(String... args) {
            renderer.handle("echo", String.class, (event, text) -> text);
            CompletableFuture<String> never = new CompletableFuture<>(); // kept, or its loss would be noticed
            renderer.handleAsync("never", String.class, (event, text) -> never);
            renderer.handle("block", String.class, (event, text) -> {
                System.out.println("blocking");
                new CountDownLatch(1).await();
                return text;
            });
            renderer.handleAsync("slow", Integer.class, (event, millis) -> later(millis));
            renderer.handle("about", String.class, (event, what) -> about(what, args));
            renderer.handle(
                    "spawn",
                    Void.class,
                    (event, none) -> new ProcessBuilder("sleep", "300").start().pid());
            renderer.on("exit", Integer.class, (event, code) -> System.exit(code));
            renderer.on("close", Void.class, (event, none) -> {
                renderer.close();
                System.out.println("close returned");
            });
            renderer.on("print", String.class, (event, text) -> System.out.println(text));
            renderer.on("complain", String.class, (event, text) -> System.err.println(text));
            renderer.on("news", String.class, (event, text) -> System.out.println("news: " + text));
            renderer.on("count", Integer.class, (event, number) -> counted.incrementAndGet());
            renderer.on("ask", String.class, (event, channel) -> new Thread(() -> ask(channel)).start());
            renderer.on("ask often", Integer.class, (event, times) -> askOften(times));
            renderer.on("use up", Void.class, (event, none) -> new Thread(Worker::useUpMemory).start());
            Runtime.getRuntime().addShutdownHook(new Thread(this::tellAtTheEnd));
        }

        private static CompletableFuture<Integer> later(int millis) {
            return CompletableFuture.supplyAsync(
                    () -> millis, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
        }

        private String about(String what, String... args) throws IOException {
            return switch (what) {
                case "args" -> String.join("|", args);
                case "argv" ->
                    ProcessHandle.current()
                            .info()
                            .arguments()
                            .map(words -> String.join(" ", words))
                            .orElse("");
                case "environment" -> System.getenv().toString();
                case "directory" -> Path.of("").toAbsolutePath().toString();
                case "name" -> renderer.name();
                case "stdin" -> Integer.toString(System.in.read());
                case "netty" -> classExists("io.netty.channel.Channel");
                default -> {
                    String value = what.startsWith("$") ? System.getenv(what.substring(1)) : System.getProperty(what);
                    yield String.valueOf(value);
                }
            };
        }

        private static String classExists(String name) {
            try {
                return Class.forName(name).getName();
            } catch (ClassNotFoundException e) {
                return "none";
            }
        }

        private void ask(String channel) {
            try {
                System.out.println("answer: " + renderer.invokeSync(channel, "?", String.class));
            } catch (IpcException e) {
                System.out.println("answer: " + e.code());
            }
        }

        private void askOften(int times) {
            for (int i = 0; i < times; i++) {
                CompletableFuture<?> call =
                        renderer.invoke("slow", 20 * i, Integer.class).handle((answer, failure) -> count(failure));
                synchronized (asked) {
                    asked.add(call);
                }
            }
        }

        private int count(Throwable failure) {
            String outcome =
                    failure == null ? "reply" : ((IpcException) failure).code().name();
            synchronized (outcomes) {
                return outcomes.merge(outcome, 1, Integer::sum);
            }
        }

        private static void useUpMemory() {
            List<byte[]> all = new ArrayList<>();
            while (!all.contains(null)) {
                all.add(new byte[1 << 20]);
            }
        }

        private void tellAtTheEnd() {
            CompletableFuture<?>[] calls;
            synchronized (asked) {
                calls = asked.toArray(CompletableFuture<?>[]::new);
            }
            try {
                CompletableFuture.allOf(calls).get(1, TimeUnit.SECONDS);
            } catch (Exception e) {
                System.out.println("not every call ended: " + e);
            }
            synchronized (outcomes) {
                System.out.println("outcomes: " + outcomes);
            }
            System.out.println("counted: " + counted);
        }
    }

    /** A worker whose shutdown hook never ends. */
    static final class HangingHook {
        public static void main(String[] args) {
            Runtime.getRuntime().addShutdownHook(new Thread(ProcScenarios::hang));
            Worker.main(args);
        }
    }

    /** A worker with a thread that would keep its JVM alive. */
    static final class LastingThread {
        public static void main(String[] args) {
            new Thread(ProcScenarios::hang, "lasting").start();
            Worker.main(args);
        }
    }

    /** Throws before it connects. */
    static final class ThrowingMain {
        public static void main(String[] args) {
            throw new IllegalStateException("thrown on purpose by a main method");
        }
    }

    /** Throws while it is set up. */
    static final class ThrowingSetup {
        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                throw new IllegalStateException("thrown on purpose by a setup");
            });
        }
    }

    /** Connects and never is ready. */
    static final class NeverReady {
        public static void main(String[] args) {
            IpcRenderer.connect();
            System.out.println("connected");
        }
    }

    /** Never connects. */
    static final class NeverConnects {
        public static void main(String[] args) {
            hang();
        }
    }

    /** Exits before it connects. */
    static final class ExitsAtOnce {
        public static void main(String[] args) {
            System.exit(Integer.parseInt(args[0]));
        }
    }

    /** Gives away what was handed over to it. */
    static final class Blabbing {
        public static void main(String[] args) throws IOException {
            System.in.transferTo(System.out);
        }
    }

    /** A renderer that somebody else than main starts. */
    static final class Invited {
        static final String ENDPOINT = "TEST_ENDPOINT";
        static final String TOKEN = "TEST_TOKEN";

        public static void main(String[] args) {
            Endpoint endpoint = Endpoint.parse(System.getenv(ENDPOINT));
            IpcRenderer renderer = IpcRenderer.connect(IpcRendererOptions.to(endpoint, System.getenv(TOKEN)));
            renderer.handle("echo", String.class, (event, text) -> text);
            renderer.ready();
            renderer.closed().join();
            System.out.println("closed, still alive");
        }
    }

    /** A main process with two renderers: the first argument names their program, the second says how it ends. */
    static final class MainProgram {

        public static void main(String[] args) throws Exception {
            Class<?> program = Class.forName(args[0]);
            try (IpcMain main = IpcMain.open()) {
                List<Renderer> renderers = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    renderers.add(main.launch(spec(program)));
                }
                for (Renderer renderer : renderers) {
                    renderer.ready().get(60, TimeUnit.SECONDS);
                }
                System.out.println("socket " + main.endpoint());
                for (Renderer renderer : renderers) {
                    System.out.println("pid " + renderer.pid().getAsLong());
                }
                System.out.println("up");
                System.in.read(); // until the test has seen that
                end(args[1]);
            }
        }

        private static void end(String how) {
            switch (how) {
                case "never" -> hang();
                case "exit" -> System.exit(3);
                case "halt" -> Runtime.getRuntime().halt(4);
                case "throw" -> throw new IllegalStateException("thrown on purpose by a main process");
                default -> {}
            }
        }
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
