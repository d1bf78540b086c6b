package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivePlanTest {

    @TempDir
    private Path directory;

    private RendererSpec spec;

    @BeforeEach
    void makeFiles() throws Exception {
        Path java = Files.createDirectories(directory.resolve("jdk/bin")).resolve("java");
        Files.createFile(java);
        release("17.0.15");
        Files.writeString(directory.resolve("a.jar"), "a jar");
        spec = RendererSpec.of("com.example.Editor")
                .withJava(java)
                .withClassPath(directory.resolve("a.jar").toString())
                .withModulePath("");
    }

    private void release(String version) throws Exception {
        Files.writeString(directory.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private static ArchivePlan plan(RendererSpec spec) {
        return ArchivePlan.of(spec.command(), Map.of());
    }

    private String key(UnaryOperator<RendererSpec> change) {
        return plan(change.apply(spec)).key();
    }

    @Test
    void java17_makesADynamicArchive() {
        ArchivePlan plan = plan(spec);

        assertThat(plan.training(Path.of("/x.tmp"), Path.of("/d")))
                .containsExactly(
                        directory.resolve("jdk/bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:PretenureSizeThreshold=1m",
                        "-XX:ArchiveClassesAtExit=/x.tmp",
                        "-cp",
                        directory.resolve("a.jar").toString(),
                        "dev.valence.renderer.Spare",
                        "/d");
        assertThat(plan.use(Path.of("/x.jsa"))).containsExactly("-XX:SharedArchiveFile=/x.jsa", "-Xlog:cds*=off");
    }

    @Test
    void java25_makesAnAotCache() throws Exception {
        release("25.0.1");

        assertThat(plan(spec).training(Path.of("/x.tmp"), Path.of("/d"))).contains("-XX:AOTCacheOutput=/x.tmp");
        assertThat(plan(spec).use(Path.of("/x.jsa"))).contains("-XX:AOTCache=/x.jsa", "-Xlog:aot*=off");
    }

    @Test
    void whatARoleBrings_doesNotMatter() {
        String key = key(same -> same);

        assertThat(key(same -> same.withArgs("a").withName("b").withJvmArgs("-Dx=y", "-Xmx64m")))
                .isEqualTo(key);
        assertThat(plan(RendererSpec.of("com.example.Other")
                                .withJava(spec.command().java())
                                .withClassPath(spec.command().classPath())
                                .withModulePath(""))
                        .key())
                .isEqualTo(key);
        assertThat(plan(RendererSpec.jar(directory.resolve("a.jar"))
                                .withJava(spec.command().java()))
                        .key())
                .isEqualTo(key);
    }

    @Test
    void anotherJvmCollectorOrJar_isAnotherArchive() throws Exception {
        String key = key(same -> same);

        assertThat(key(same -> same.withJvmArgs("-XX:+UseZGC"))).isNotEqualTo(key);
        Files.writeString(directory.resolve("a.jar"), "another jar");
        String withOtherJar = key(same -> same);
        assertThat(withOtherJar).isNotEqualTo(key);
        release("17.0.16");
        assertThat(key(same -> same)).isNotEqualTo(withOtherJar);
    }

    @Test
    void whatNoArchiveSuits_hasNoPlan() throws Exception {
        assertThat(plan(spec.withFastStart(FastStart.NONE))).isNull();
        assertThat(plan(spec.withClassPath(directory.toString()))).isNull();
        assertThat(plan(spec.withClassPath(directory.resolve("*").toString()))).isNull();
        assertThat(plan(spec.withModulePath(directory.toString()))).isNull();
        assertThat(plan(spec.withJvmArgs("-Xshare:off"))).isNull();
        assertThat(plan(spec.withJava(Path.of("java")))).isNull();
        assertThat(plan(spec.withJava(directory.resolve("no-jdk/bin/java")))).isNull();
    }
}
