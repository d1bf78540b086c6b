package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The image that renderers in containers run in: a run-time image of the JDK of this JVM, the shared libraries it is linked
 * with, and nothing else. No registry is asked for anything.
 *
 * <p>Its tag follows from what is in it. It stays with the daemon, so that the next build with the same JDK finds it.
 */
final class RendererImage {

    private static final String REPOSITORY = "valence-renderer";

    /** The third is what protobuf needs. */
    private static final String MODULES = "java.base,java.logging,jdk.unsupported";

    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final Path RUNTIME = Path.of("opt", "java");

    /** A line of ldd: {@code libz.so.1 => /lib/libz.so.1 (0x…)} or {@code /lib64/ld-linux-x86-64.so.2 (0x…)}. */
    private static final Pattern LIBRARY = Pattern.compile("(?m)^\\s(?:\\S+ => )?(/\\S+) \\(0x");

    private RendererImage() {}

    /** The program that runs Java there. */
    static String java() {
        return "/" + RUNTIME.resolve("bin").resolve("java");
    }

    /** Returns the name of the image, which is made if the daemon does not have it. */
    static String prepare(DockerClient docker) throws Exception {
        Set<Path> libraries = libraries();
        String name = REPOSITORY + ":" + tag(libraries);
        try {
            docker.inspectImageCmd(name).exec();
        } catch (NotFoundException e) {
            make(docker, name, libraries);
        }
        return name;
    }

    /** Returns the shared libraries outside of the JDK that it is linked with. */
    private static Set<Path> libraries() throws Exception {
        List<String> command =
                new ArrayList<>(List.of("ldd", JAVA_HOME.resolve("bin/java").toString()));
        try (Stream<Path> files = Files.walk(JAVA_HOME.resolve("lib"))) {
            files.filter(file -> file.toString().matches(".*/lib(jvm|java|jli|net|nio|zip|verify|jimage)\\.so"))
                    .forEach(file -> command.add(file.toString()));
        }
        Set<Path> found = new TreeSet<>();
        LIBRARY.matcher(run(command))
                .results()
                .map(line -> Path.of(line.group(1)).normalize())
                .filter(file -> !file.startsWith(JAVA_HOME))
                .forEach(found::add);
        assertThat(found).as("libraries of %s", JAVA_HOME).isNotEmpty();
        return found;
    }

    private static String tag(Set<Path> libraries) throws IOException, NoSuchAlgorithmException {
        StringBuilder content =
                new StringBuilder(MODULES).append(Runtime.version()).append(JAVA_HOME);
        List<Path> files = new ArrayList<>(libraries);
        files.add(JAVA_HOME.resolve("lib/modules"));
        for (Path file : files) {
            content.append('\n').append(file).append(' ').append(Files.size(file));
            content.append(' ').append(Files.getLastModifiedTime(file));
        }
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(content.toString().getBytes(StandardCharsets.UTF_8));
        return Runtime.version().feature() + "-" + HexFormat.of().formatHex(digest, 0, 8);
    }

    private static void make(DockerClient docker, String name, Set<Path> libraries) throws Exception {
        Path context = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "image-");
        try {
            Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY root /\n");
            fill(Files.createDirectory(context.resolve("root")), libraries);
            load(docker, name, context);
        } finally {
            delete(context);
        }
    }

    private static void fill(Path root, Set<Path> libraries) throws Exception {
        Path temporary = Files.createDirectory(root.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createDirectory(root.resolve(RUNTIME).getParent());
        run(List.of(
                JAVA_HOME.resolve("bin/jlink").toString(),
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                root.resolve(RUNTIME).toString()));
        for (Path library : libraries) {
            Path copy = root.resolve(Path.of("/").relativize(library));
            Files.createDirectories(copy.getParent());
            Files.copy(library, copy); // what a link leads to
        }
    }

    private static void load(DockerClient docker, String name, Path context) throws Exception {
        Process tar = new ProcessBuilder("tar", "-C", context.toString(), "-cf", "-", ".")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream archive = tar.getInputStream()) {
            docker.buildImageCmd(archive).withTags(Set.of(name)).start().awaitImageId();
        }
        assertThat(tar.waitFor()).as("exit code of tar").isZero();
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
