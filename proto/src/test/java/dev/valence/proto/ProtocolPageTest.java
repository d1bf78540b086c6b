package dev.valence.proto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Keeps docs/protocol.md in step with frame.proto, and its numbers in order. */
class ProtocolPageTest {

    private static final Pattern SENTENCE = Pattern.compile("(?m)^- \\*\\*W(\\d+)\\.(\\d+)\\*\\* ");
    private static final Pattern REFERENCE = Pattern.compile("W\\d+\\.\\d+");
    private static final Pattern BODY_ROW = Pattern.compile("(?m)^\\| (\\d+) \\| `(\\w+)`");

    private final String page = read();

    @Test
    void bodyTable_namesEveryBodyWithItsNumber() {
        Set<String> bodies = Frame.getDescriptor().getOneofs().get(0).getFields().stream()
                .map(field -> field.getNumber() + " " + field.getMessageType().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rows = matches(BODY_ROW).stream()
                .map(row -> row.group(1) + " " + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rows).isEqualTo(bodies);
    }

    @Test
    void sentences_areNumberedInRisingOrder() {
        List<Integer> numbers = matches(SENTENCE).stream()
                .map(sentence -> Integer.parseInt(sentence.group(1)) * 1000 + Integer.parseInt(sentence.group(2)))
                .toList();

        assertThat(numbers).isNotEmpty().doesNotHaveDuplicates().isSorted();
    }

    @Test
    void references_leadToASentence() {
        Set<String> sentences = matches(SENTENCE).stream()
                .map(sentence -> "W" + sentence.group(1) + "." + sentence.group(2))
                .collect(Collectors.toSet());

        assertThat(matches(REFERENCE)).extracting(MatchResult::group).allMatch(sentences::contains);
    }

    @Test
    void example_isTheGoldenMessage() {
        byte[] frame = HexFormat.of().parseHex(GoldenFramesTest.golden().get("message"));
        String example = String.format("00 00 00 %02x ", frame.length)
                + HexFormat.ofDelimiter(" ").formatHex(frame);

        assertThat(page).contains("\n" + example + "\n");
    }

    private List<MatchResult> matches(Pattern pattern) {
        return pattern.matcher(page).results().toList();
    }

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "protocol.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
