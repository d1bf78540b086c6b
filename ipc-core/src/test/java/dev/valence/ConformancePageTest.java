package dev.valence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code docs/conformance.md} and the tests of all modules agree: a row is proved by the tests whose names begin with its
 * ids, and names exactly those.
 */
class ConformancePageTest {

    /** So that none is lost with its row. */
    private static final int NUMBER_OF_IDS = 159;

    private static final String NO_TESTS = "—";
    private static final String NEXT = "<br>";
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| ([A-Z]+\\d*(?:, [A-Z]+\\d*)*) \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|$");
    private static final Pattern NOT_TESTED = Pattern.compile("(not yet|no meaning on the JVM): .{10,}");

    private static final Pattern METHOD = Pattern.compile("(?m)^ {4}\\w[\\w.<>?, ]* ([A-Z]+\\d*_\\w+)\\(");
    private static final Pattern ID = Pattern.compile("\\G([A-Z]+\\d*)_");
    private static final Pattern TEST = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory)\\b");
    private static final Pattern DISABLED = Pattern.compile("@Disabled\\b");
    private static final Pattern DISABLED_CLASS = Pattern.compile("(?m)^@Disabled\\b");

    private static final Set<Proof> PROOFS = proofs();

    /** A row of the page. */
    private record Row(Set<String> ids, Set<String> tests, String state) {

        static Row of(MatchResult row) {
            Set<String> tests = row.group(2).equals(NO_TESTS)
                    ? Set.of()
                    : Set.of(row.group(2).replace("`", "").split(NEXT));
            return new Row(Set.of(row.group(1).split(", ")), new TreeSet<>(tests), row.group(3));
        }

        @Override
        public String toString() {
            return String.join(", ", new TreeSet<>(ids));
        }
    }

    /**
     * A method that is named after rows.
     *
     * @param name with that of its class
     * @param runs whether it is a test, and not switched off
     */
    private record Proof(String name, Set<String> ids, boolean runs) {

        static Proof of(String source, String className, MatchResult method) {
            Set<String> ids =
                    ID.matcher(method.group(1)).results().map(id -> id.group(1)).collect(Collectors.toSet());
            String annotations = source.substring(source.lastIndexOf("\n\n", method.start()), method.start());
            boolean isDisabled = DISABLED_CLASS.matcher(source).find()
                    || DISABLED.matcher(annotations).find();
            boolean isTest = TEST.matcher(annotations).find();
            return new Proof(className + "." + method.group(1), ids, isTest && !isDisabled);
        }
    }

    private static List<Row> rows() throws IOException {
        Matcher rows = ROW.matcher(Files.readString(Path.of("..", "docs", "conformance.md")));
        return rows.results().map(Row::of).toList();
    }

    private static Set<Proof> proofs() {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.map(module -> module.resolve(Path.of("src", "test", "java")))
                    .filter(Files::isDirectory)
                    .flatMap(ConformancePageTest::proofsIn)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Proof> proofsIn(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .flatMap(ConformancePageTest::proofsOf)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Proof> proofsOf(Path file) {
        try {
            String source = Files.readString(file);
            String className = file.getFileName().toString().replace(".java", "");
            return METHOD.matcher(source).results().map(method -> Proof.of(source, className, method));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void page_hasEveryIdOnce() throws IOException {
        List<String> ids = rows().stream().flatMap(row -> row.ids().stream()).toList();

        assertThat(ids).doesNotHaveDuplicates().hasSize(NUMBER_OF_IDS);
    }

    @Test
    void everyIdOfATest_isOnThePage() throws IOException {
        Set<String> ids = rows().stream().flatMap(row -> row.ids().stream()).collect(Collectors.toSet());

        assertThat(PROOFS).isNotEmpty().allSatisfy(test -> assertThat(ids).containsAll(test.ids()));
    }

    @Test
    void everyMethodNamedAfterARow_isATestThatRuns() {
        assertThat(PROOFS).allMatch(Proof::runs);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void row_namesTheTestsThatAreNamedAfterIt(Row row) {
        List<Proof> proofs = PROOFS.stream()
                .filter(test -> test.ids().stream().anyMatch(row.ids()::contains))
                .toList();
        Set<String> names = proofs.stream().map(Proof::name).collect(Collectors.toCollection(TreeSet::new));
        String cell = names.isEmpty() ? NO_TESTS : "`" + String.join("`" + NEXT + "`", names) + "`";

        assertThat(row.tests()).as("expected cell: %s", cell).isEqualTo(names);
        if (row.state().equals("tested")) {
            assertThat(row.ids())
                    .allSatisfy(
                            id -> assertThat(proofs).anyMatch(test -> test.ids().contains(id)));
        } else {
            assertThat(row.state()).matches(NOT_TESTED);
            assertThat(names).isEmpty();
        }
    }
}
