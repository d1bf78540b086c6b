package dev.valence.jackson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.PayloadCodec;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How the codec is found, and when. */
class InstallationTest {

    @Test
    void classPathProgramWithBuiltInPayloads_neverLoadsJackson() throws Exception {
        assertThat(run("built-in"))
                .contains("string 2", "integer 4", "protobuf 7")
                .anyMatch(line -> line.contains("dev.valence.session.Codecs "))
                .noneMatch(line -> line.contains("tools.jackson"));
    }

    @Test
    void classPathProgramWithRecord_findsCodec() throws Exception {
        assertThat(run("record"))
                .contains("record 8", "Point[x=1, y=2]")
                .anyMatch(line -> line.contains("tools.jackson"));
    }

    @Test
    void classPathProgramWithThread_isToldWhatIsExpected() throws Exception {
        assertThat(run("thread"))
                .contains("payload of type java.lang.Thread cannot be encoded (expected: a string, boxed primitive,"
                        + " byte[], protobuf message, or what a further codec takes; further codecs:"
                        + " dev.valence.jackson.CborCodec)");
    }

    @Test
    void module_providesCodec() {
        assertThat(CborCodec.class.getModule().getDescriptor().provides()).anySatisfy(provides -> {
            assertThat(provides.service()).isEqualTo(PayloadCodec.class.getName());
            assertThat(provides.providers()).containsExactly(CborCodec.class.getName());
        });
    }

    private static List<String> run(String what) throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-verbose:class",
                        "-cp",
                        classPath(),
                        PlainProgram.class.getName(),
                        what)
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try (var output = program.inputReader()) {
            lines = output.lines().toList();
        }
        assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).as(() -> String.join("\n", lines)).isZero();
        return lines;
    }

    /** Everything of this JVM, also what is on its module path. */
    private static String classPath() throws Exception {
        URI here = Objects.requireNonNull(InstallationTest.class.getResource("InstallationTest.class"))
                .toURI();
        Path testClasses = Path.of(here).getParent().getParent().getParent().getParent();
        return Stream.of(
                        testClasses.toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
