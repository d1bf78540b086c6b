package dev.valence.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every block of Java in the documentation compiles. {@link JavaPage} says how such blocks are written. */
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> pages_compile() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(
                        ROOT.relativize(page).toString(),
                        () -> assertThat(JavaPage.read(page).compile(directory)).isEmpty()));
    }

    @Test
    void readmeAndGettingStarted_haveJava() throws IOException {
        assertThat(JavaPage.read(ROOT.resolve("README.md")).blocks()).isNotEmpty();
        assertThat(JavaPage.read(ROOT.resolve("docs/getting-started.md")).blocks())
                .isNotEmpty();
    }

    @Test
    void brokenClass_isNamedByFileAndLine() throws IOException {
        assertThat(errorsOf("# Title", "", "```java", "class A {", "    int one = \"1\";", "}", "```"))
                .singleElement()
                .asString()
                .startsWith("page.md:5: ")
                .contains("incompatible types");
    }

    @Test
    void brokenStatement_isNamedByFileAndLine() throws IOException {
        assertThat(errorsOf(
                        "<!-- compile: statements -->", "```java", "main.broadcast(\"a\", 1);", "main.shout();", "```"))
                .singleElement()
                .asString()
                .startsWith("page.md:4: ")
                .contains("shout()");
    }

    @Test
    void warning_isAnError() throws IOException {
        assertThat(errorsOf("```java", "class A {", "    java.util.List list;", "}", "```"))
                .singleElement()
                .asString()
                .startsWith("page.md:3: ")
                .contains("raw type");
    }

    @Test
    void blocksOfAPage_seeItsClasses() throws IOException {
        assertThat(errorsOf(
                        "```java",
                        "public record Note(String text) {}",
                        "```",
                        "<!-- compile: statements -->",
                        "```java",
                        "window.send(\"note\", new Note(\"milk\"));",
                        "```",
                        "<!-- compile: statements -->",
                        "",
                        "```java",
                        "String reply = renderer.invokeSync(\"note\", new Note(\"milk\"), String.class);",
                        "```"))
                .isEmpty();
    }

    @Test
    void unfinishedBlock_isAnError() throws IOException {
        assertThat(errorsOf("```java", "class A {}")).containsExactly("page.md:1: the block does not end");
    }

    private List<String> errorsOf(String... lines) throws IOException {
        Path page = Files.write(directory.resolve("page.md"), List.of(lines));
        return JavaPage.read(page).compile(directory);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }
}
