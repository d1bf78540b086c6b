package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Permissions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RendererSpecTest {

    private static final RendererSpec SPEC = RendererSpec.of("com.example.Editor");

    private static final class EditorWindow {}

    @Test
    void example_hasWhatItSays() {
        RendererSpec editor = RendererSpec.of(EditorWindow.class)
                .withName("editor")
                .withJvmArgs("-Xmx64m")
                .withArgs("--file", "notes.txt");

        assertThat(editor.name()).isEqualTo("editor");
        assertThat(editor.command().jvmArgs()).containsExactly("-Xmx64m");
        assertThat(editor.command().args()).containsExactly("--file", "notes.txt");
        assertThat(editor).hasToString("RendererSpec[editor]");
    }

    @Test
    void nothingGiven_isAsInThisProcess() {
        assertThat(SPEC.command().java()).isEqualTo(Path.of(System.getProperty("java.home"), "bin", "java"));
        assertThat(SPEC.command().codePath()).isEqualTo(CodePath.ofThisProcess());
        assertThat(SPEC.surroundings()).isEqualTo(Surroundings.DEFAULTS);
        assertThat(SPEC.surroundings().stdio()).isSameAs(Stdio.LOG);
        assertThat(SPEC.surroundings().workingDirectory()).isEqualTo(Path.of("").toAbsolutePath());
        assertThat(SPEC.launchTimeout()).hasValue(Duration.ofSeconds(30));
        assertThat(SPEC.permissionsOr(Permissions.open())).isEqualTo(Permissions.open());
        assertThat(SPEC.permissionsOr(Permissions.declaredOnly())).isEqualTo(Permissions.declaredOnly());
        assertThat(SPEC.withPermissions(Permissions.open()).permissionsOr(Permissions.declaredOnly()))
                .isEqualTo(Permissions.open());
    }

    @ParameterizedTest
    @CsvSource({
        "com.example.Editor, Editor",
        "Editor, Editor",
        "com.example.Outer$Inner, Inner",
        "com.example.Editor$, Editor",
        "com.example/com.example.Editor, Editor",
        "$, $"
    })
    void mainClass_givesTheName(String mainClass, String name) {
        assertThat(RendererSpec.of(mainClass).name()).isEqualTo(name);
    }

    @Test
    void nameOfTheClassIsVeryLong_isCut() {
        assertThat(RendererSpec.of("X".repeat(200)).name()).hasSize(64);
    }

    @Test
    void classInAModule_isStartedAsOne() {
        assertThat(RendererSpec.of(String.class).command().program().words())
                .containsExactly("-m", "java.base/java.lang.String");
    }

    @Test
    void jar_isStartedAsOne() {
        RendererSpec spec = RendererSpec.jar(Path.of("lib", "viewer-1.0.jar"));

        assertThat(spec.name()).isEqualTo("viewer-1.0");
        assertThat(spec.command().program().words())
                .containsExactly(
                        "-jar",
                        Path.of("lib", "viewer-1.0.jar").toAbsolutePath().toString());
        assertThat(spec.command().codePath().words()).isEmpty();
    }

    @Test
    void spare_isForAMainClassOnTheClassPath() {
        assertThat(SPEC.withFastStart(FastStart.SPARE).command().fastStart()).isEqualTo(FastStart.SPARE);
        for (RendererSpec other : List.of(RendererSpec.of(String.class), RendererSpec.jar(Path.of("viewer.jar")))) {
            assertThatThrownBy(() -> other.withFastStart(FastStart.SPARE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("fastStart: SPARE (expected: ");
        }
    }

    @Test
    void named_isGoodForAnInvitationOnly() {
        RendererSpec spec = RendererSpec.named("viewer");

        assertThat(spec.isLaunchable()).isFalse();
        assertThat(SPEC.isLaunchable()).isTrue();
        assertThat(spec.withName("other").name()).isEqualTo("other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-agentlib:jdwp=transport=dt_socket,server=y", "-Xrunjdwp:server=y"})
    void jvmIsDebugged_hasNoLaunchTimeout(String option) {
        assertThat(SPEC.withLaunchTimeout(Duration.ofSeconds(1))
                        .withJvmArgs("-ea", option)
                        .launchTimeout())
                .isEmpty();
    }

    @Test
    void relativePaths_startFromThisProcess() {
        RendererSpec spec = SPEC.withClassPath("a.jar:/b.jar::lib/*")
                .withModulePath("mods")
                .withWorkingDirectory(Path.of("work"))
                .withJava(Path.of("jre/bin/java"));

        String here = Path.of("").toAbsolutePath().toString();
        assertThat(spec.command().codePath().words())
                .containsExactly("-cp", here + "/a.jar:/b.jar:" + here + ":" + here + "/lib/*", "-p", here + "/mods");
        assertThat(spec.surroundings().workingDirectory()).isEqualTo(Path.of(here, "work"));
        assertThat(spec.command().java()).isEqualTo(Path.of(here, "jre/bin/java"));
        assertThat(SPEC.withJava(Path.of("java")).command().java()).isEqualTo(Path.of("java"));
    }

    @Test
    void environment_isAddedOrReplaces() {
        Map<String, String> own = new HashMap<>(Map.of("HOME", "/root", "CLASSPATH", "x.jar"));
        SPEC.withEnvironment(Map.of("A", "1")).surroundings().applyTo(own);
        assertThat(own).isEqualTo(Map.of("HOME", "/root", "A", "1"));

        SPEC.withOnlyEnvironment(Map.of("B", "2")).surroundings().applyTo(own);
        assertThat(own).isEqualTo(Map.of("B", "2"));
    }

    @Test
    void with_copiesAndLeavesTheOriginal() {
        RendererSpec copy = SPEC.withName("x")
                .withArgs(List.of("a"))
                .withJvmArgs(List.of("-ea"))
                .withStdio(Stdio.DISCARD)
                .withLaunchTimeout(Duration.ofSeconds(1))
                .withEnvironment(Map.of("A", "1"))
                .withJava(Path.of("java"));

        assertThat(copy.command().program()).isEqualTo(SPEC.command().program());
        assertThat(copy.name()).isEqualTo("x");
        assertThat(copy.launchTimeout()).hasValue(Duration.ofSeconds(1));
        assertThat(copy.surroundings().stdio()).isSameAs(Stdio.DISCARD);
        assertThat(copy.surroundings().variables()).isEqualTo(Map.of("A", "1"));
        assertThat(SPEC.name()).isEqualTo("Editor");
        assertThat(SPEC.command().args()).isEmpty();
        assertThat(SPEC.surroundings()).isEqualTo(Surroundings.DEFAULTS);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad(() -> SPEC.withName(""), "name: \"\" (expected: 1 to 64 characters)"),
                bad(
                        () -> SPEC.withName("x".repeat(65)),
                        "name: \"" + "x".repeat(32) + "…\" (expected: 1 to 64 characters)"),
                bad(() -> SPEC.withName("a\nb"), "name: \"a?b\" (expected: no control characters)"),
                bad(() -> RendererSpec.named(""), "name: \"\" (expected: 1 to 64 characters)"),
                bad(() -> RendererSpec.of(""), mainClass("")),
                bad(() -> RendererSpec.of("-version"), mainClass("-version")),
                bad(() -> RendererSpec.of("@file"), mainClass("@file")),
                bad(() -> RendererSpec.of("two words"), mainClass("two words")),
                bad(() -> RendererSpec.of("a/b/c"), mainClass("a/b/c")),
                bad(() -> RendererSpec.of("module/"), mainClass("module/")),
                bad(() -> SPEC.withJava(Path.of("")), "java: \"\" (expected: a path)"),
                bad(() -> SPEC.withClassPath("a\0b"), "classPath: \"a\0b\" (expected: no NUL character)"),
                bad(
                        () -> RendererSpec.jar(Path.of("a.jar")).withClassPath("/b.jar"),
                        "classPath: [-cp, /b.jar] (expected: none with a jar, whose manifest names what it needs)"),
                bad(() -> SPEC.withJvmArgs("Xmx64m"), jvmArgs(0, "Xmx64m")),
                bad(() -> SPEC.withJvmArgs("-ea", ""), jvmArgs(1, "")),
                bad(() -> SPEC.withArgs("a", "\0"), "args[1]: \"\0\" (expected: no NUL character)"),
                bad(() -> SPEC.withEnvironment(Map.of("", "1")), variable("")),
                bad(() -> SPEC.withOnlyEnvironment(Map.of("A=B", "1")), variable("A=B")),
                bad(
                        () -> SPEC.withEnvironment(Map.of("A", "\0")),
                        "environment: \"A=\0\" (expected: no NUL character)"),
                bad(
                        () -> SPEC.withEnvironment(Map.of("VALENCE_HANDOVER", "x")),
                        "environment: \"VALENCE_HANDOVER\" (expected: another name, this one is set by launch)"),
                bad(() -> SPEC.withLaunchTimeout(Duration.ZERO), timeout("PT0S")),
                bad(() -> SPEC.withLaunchTimeout(Duration.ofSeconds(-1)), timeout("PT-1S")),
                bad(() -> SPEC.withLaunchTimeout(Duration.ofDays(366)), timeout("PT8784H")));
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void UP2_valueIsBad_throwsAndSaysWhatWasExpected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static Arguments bad(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }

    private static String mainClass(String name) {
        return "mainClass: \"" + name
                + "\" (expected: a class such as com.example.Editor, or module/com.example.Editor)";
    }

    private static String jvmArgs(int index, String arg) {
        return "jvmArgs[" + index + "]: \"" + arg + "\" (expected: a JVM option such as -Xmx64m)";
    }

    private static String variable(String name) {
        return "environment: \"" + name + "\" (expected: a name without = and NUL characters)";
    }

    private static String timeout(String value) {
        return "launchTimeout: " + value + " (expected: positive, at most 365 days)";
    }
}
