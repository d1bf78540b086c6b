package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/lifecycle.md} lists the states, events and reasons that there are, and draws the states as their Javadoc does. */
class LifecyclePageTest {

    private static final Path PAGE = Path.of("..", "docs", "lifecycle.md");
    private static final Path STATES = Path.of("src", "main", "java", "dev", "valence", "main", "RendererState.java");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|");

    @Test
    void page_listsTheStates() throws IOException {
        assertThat(rows("States")).containsExactlyElementsOf(names(RendererState.values()));
    }

    @Test
    void page_listsTheReasons() throws IOException {
        assertThat(rows("How it ended")).containsExactlyElementsOf(names(ExitReason.values()));
    }

    @Test
    void page_listsTheEvents() throws IOException {
        assertThat(rows("Events"))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(RendererListener.class.getDeclaredMethods())
                        .filter(method -> !method.isSynthetic())
                        .map(Method::getName)
                        .toList());
    }

    @Test
    void page_drawsTheStatesAsTheirJavadocDoes() throws IOException {
        String javadoc =
                between(Files.readString(STATES), " * <pre>\n", " * </pre>").replaceAll("(?m)^ \\* ", "");

        assertThat(between(section("States"), "```\n", "```").stripIndent()).isEqualTo(javadoc.stripIndent());
    }

    private static List<String> names(Enum<?>[] constants) {
        return Stream.of(constants).map(Enum::name).toList();
    }

    private static List<String> rows(String title) throws IOException {
        return ROW.matcher(section(title))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    private static String section(String title) throws IOException {
        return between(Files.readString(PAGE), "\n## " + title + "\n", "\n## ");
    }

    private static String between(String text, String before, String after) {
        int start = text.indexOf(before);
        assertThat(start).as("%s in\n%s", before, text).isNotNegative();
        int end = text.indexOf(after, start + before.length());
        return text.substring(start + before.length(), end);
    }
}
