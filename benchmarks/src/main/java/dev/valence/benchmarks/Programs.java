package dev.valence.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the processes are started: each with the libraries of its own kind only. */
final class Programs {

    /** The same for every JVM: a young generation that the warm-up has touched all over, and a heap that need not grow. */
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xmn64m", "-Xms1g", "-Xmx2g");

    private static final String HARNESS = "classes|valence-benchmarks.*|HdrHistogram.*|jspecify.*|slf4j.*";
    private static final String VALENCE = HARNESS + "|valence-(proto|core|jackson).*|protobuf-.*|jackson-.*";
    /** Of renderers that main launches: jars, for there are no archives of directories. */
    private static final String LAUNCHED =
            "valence-(benchmarks|proto|core|jackson|renderer).*|protobuf-.*|jackson-.*|slf4j.*|jspecify.*";

    private static final String NETTY = HARNESS + "|netty-.*";

    private final Path folder;
    private final String java =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /**
     * Makes what has to be made.
     *
     * @param folder of the module's sources; what is compiled goes below its target
     */
    Programs(Path folder) {
        this.folder = folder;
    }

    List<String> valenceMain() {
        return peer(VALENCE + "|valence-main.*|valence-renderer.*|netty-.*", "valence.ValenceMain");
    }

    List<String> valenceRenderer(String end) {
        return peer(VALENCE + "|valence-renderer.*", "valence." + end);
    }

    List<String> netty(String end) {
        return peer(NETTY, "netty." + end);
    }

    List<String> grpc(String end) {
        String libraries = "grpc-.*|guava-.*|failureaccess-.*|perfmark-.*|gson-.*|annotations-.*|jsr305-.*";
        return peer(HARNESS + "|" + libraries, "grpc." + end);
    }

    List<String> rsocket(String end) {
        return peer(NETTY + "|rsocket-.*|reactor-.*|reactive-streams-.*", "rsocket." + end);
    }

    List<String> rmi(String end) {
        return peer(HARNESS, "rmi." + end);
    }

    List<String> sharedMemory(String end) {
        return peer(HARNESS, "sharedmemory." + end);
    }

    /** Returns the command of a main process that measures launches, with another JDK if need be. */
    List<String> start(Path javaHome, int rounds) {
        return program(
                javaHome.resolve("bin/java").toString(), "StartProgram", classPath(LAUNCHED), Integer.toString(rounds));
    }

    /** Returns the command of a main process with renderers that do nothing. */
    List<String> idle(int renderers) {
        return program(java, "IdleProgram", classPath(LAUNCHED), Integer.toString(renderers));
    }

    /** Returns the command of a JVM that does nothing until its stdin ends. */
    List<String> bare() {
        return List.of(java, "-cp", classPath(LAUNCHED), "dev.valence.benchmarks.valence.BareProgram", "stay");
    }

    private List<String> program(String executable, String name, String... args) {
        List<String> words = new ArrayList<>(List.of(executable, "--enable-native-access=ALL-UNNAMED"));
        words.addAll(List.of("-cp", classPath(VALENCE + "|valence-main.*|netty-.*")));
        words.add("dev.valence.benchmarks.valence." + name);
        words.addAll(List.of(args));
        return words;
    }

    /** Returns the feature release of a JDK, such as 17. */
    static int feature(Path javaHome) throws IOException {
        String version = Files.readAllLines(javaHome.resolve("release")).stream()
                .filter(line -> line.startsWith("JAVA_VERSION=\""))
                .findFirst()
                .orElseThrow(() -> new IOException(javaHome + ": no version (expected: a JDK)"));
        return Runtime.Version.parse(version.substring(version.indexOf('"') + 1, version.lastIndexOf('"')))
                .feature();
    }

    private List<String> peer(String libraries, String peer) {
        List<String> words = new ArrayList<>();
        words.add(java);
        words.addAll(JVM);
        words.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 24) {
            words.add("--sun-misc-unsafe-memory-access=allow");
        }
        words.addAll(List.of("-cp", classPath(libraries), "dev.valence.benchmarks.peer.PeerProgram"));
        words.add("dev.valence.benchmarks." + peer);
        return words;
    }

    private static String classPath(String libraries) {
        Pattern wanted = Pattern.compile(libraries);
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> wanted.matcher(new File(entry).getName()).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the program in C, compiled; empty if there is no compiler. */
    Optional<List<String>> floor() throws IOException, InterruptedException {
        Path target = folder.resolve("target/floor");
        Path source = folder.resolve("src/main/c/floor.c");
        Optional<Path> compiler = find("cc");
        if (compiler.isEmpty()) {
            return Optional.empty();
        }
        Files.createDirectories(target.getParent());
        Process process = new ProcessBuilder(
                        compiler.get().toString(), "-O2", "-pthread", "-o", target.toString(), source.toString())
                .inheritIO()
                .start();
        return process.waitFor() == 0 ? Optional.of(List.of(target.toString())) : Optional.empty();
    }

    /** Returns the program for Node; empty if there is no Node. */
    Optional<List<String>> node() {
        String script = folder.resolve("src/main/node/messages.js").toString();
        return find("node").map(node -> List.of(node.toString(), script));
    }

    /** Returns where a program of the machine is. */
    static Optional<Path> find(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(entry -> Path.of(entry, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
