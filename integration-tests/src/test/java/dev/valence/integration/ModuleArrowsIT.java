package dev.valence.integration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between modules, and between the layers of ipc-core, are those of docs/architecture.md and no others. */
class ModuleArrowsIT {

    private static final int MAX_LINES = 500;

    private static final JavaClasses PUBLISHED = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.valence");

    @Test
    void everyModule_isLookedAt() {
        Set<String> packages = new TreeSet<>();
        PUBLISHED.forEach(type -> packages.add(type.getPackageName()));

        assertThat(packages)
                .contains(
                        "dev.valence",
                        "dev.valence.call",
                        "dev.valence.connection",
                        "dev.valence.frame",
                        "dev.valence.jackson",
                        "dev.valence.main",
                        "dev.valence.main.netty",
                        "dev.valence.micrometer",
                        "dev.valence.proto",
                        "dev.valence.renderer",
                        "dev.valence.renderer.channel",
                        "dev.valence.session");
    }

    @Test
    void arrows_leadDownwardsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.valence..")
                .layer("main")
                .definedBy("dev.valence.main..")
                .layer("micrometer")
                .definedBy("dev.valence.micrometer")
                .layer("renderer")
                .definedBy("dev.valence.renderer..")
                .layer("jackson")
                .definedBy("dev.valence.jackson..")
                .layer("session")
                .definedBy("dev.valence.session")
                .layer("call")
                .definedBy("dev.valence.call")
                .layer("connection")
                .definedBy("dev.valence.connection")
                .layer("frame")
                .definedBy("dev.valence.frame")
                .layer("api")
                .definedBy("dev.valence")
                .layer("proto")
                .definedBy("dev.valence.proto")
                .whereLayer("main")
                .mayOnlyBeAccessedByLayers("micrometer")
                .whereLayer("micrometer")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("micrometer")
                .mayOnlyAccessLayers("main", "api")
                .whereLayer("renderer")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("jackson")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("main", "renderer")
                .whereLayer("call")
                .mayOnlyBeAccessedByLayers("session", "main", "renderer")
                .whereLayer("connection")
                .mayOnlyBeAccessedByLayers("call", "session", "main", "renderer")
                .whereLayer("frame")
                .mayOnlyBeAccessedByLayers("connection", "call", "session", "main", "renderer")
                .whereLayer("api")
                .mayNotAccessAnyLayer()
                .whereLayer("proto")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("proto")
                .mayNotAccessAnyLayer()
                .whereLayer("jackson")
                .mayOnlyAccessLayers("api")
                .check(PUBLISHED);
    }

    @Test
    void libraries_areUsedWhereTheyBelong() {
        classes()
                .that()
                .resideOutsideOfPackage("dev.valence.main.netty")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("io.netty..")
                .check(PUBLISHED);
        classes()
                .that()
                .resideOutsideOfPackage("dev.valence.jackson")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages("tools.jackson..", "com.fasterxml..")
                .check(PUBLISHED);
        classes()
                .that()
                .resideOutsideOfPackage("dev.valence.proto")
                .and()
                .haveNameNotMatching("dev\\.valence\\.session\\.ProtobufCodec.*")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("com.google.protobuf..")
                .check(PUBLISHED);
        classes()
                .that()
                .resideOutsideOfPackage("dev.valence.micrometer")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("io.micrometer..")
                .check(PUBLISHED);
        classes()
                .that()
                .resideOutsideOfPackage("dev.valence.main")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("jdk.jfr..")
                .check(PUBLISHED);
    }

    @Test
    void exportedSignatures_nameOnlyExportedTypes() {
        Set<String> exported = Set.of(
                "dev.valence",
                "dev.valence.main",
                "dev.valence.renderer",
                "dev.valence.jackson",
                "dev.valence.micrometer");
        Set<String> leaks = new TreeSet<>();
        for (JavaClass type : PUBLISHED) {
            if (!exported.contains(type.getPackageName())
                    || !type.getModifiers().contains(JavaModifier.PUBLIC)) {
                continue;
            }
            for (JavaMember member : type.getMembers()) {
                if (!member.getModifiers().contains(JavaModifier.PUBLIC)
                        && !member.getModifiers().contains(JavaModifier.PROTECTED)) {
                    continue;
                }
                member.getAllInvolvedRawTypes().stream()
                        .map(JavaClass::getBaseComponentType)
                        .filter(used -> !used.isPrimitive())
                        .filter(used -> !used.getPackageName().startsWith("java."))
                        .filter(used -> !used.getPackageName().startsWith("io.micrometer."))
                        .filter(used -> !exported.contains(used.getPackageName()))
                        .forEach(used -> leaks.add(member.getFullName() + " names " + used.getName()));
            }
        }

        assertThat(leaks).isEmpty();
    }

    @Test
    void sourceFiles_haveAtMost500Lines() throws IOException {
        List<Path> sources = sources();

        assertThat(sources).hasSizeGreaterThan(100);
        assertThat(sources)
                .allSatisfy(source -> assertThat(lines(source)).as("%s", source).isLessThanOrEqualTo(MAX_LINES));
    }

    private static List<Path> sources() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> files = Files.find(
                root,
                20,
                (path, attributes) -> path.toString().endsWith(".java")
                        && !root.relativize(path).toString().contains("target"))) {
            return files.toList();
        }
    }

    private static long lines(Path source) {
        try (Stream<String> lines = Files.lines(source)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
