package dev.valence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} and {@link ErrorCode} list the same codes: the numbers are frozen. */
class ErrorsPageTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\| `([A-Z_]+)` \\|");

    @Test
    void page_listsEveryCodeWithItsNumber() throws IOException {
        Map<Integer, String> page = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("..", "docs", "errors.md")));
        while (row.find()) {
            page.put(Integer.valueOf(row.group(1)), row.group(2));
        }

        assertThat(page)
                .isEqualTo(Arrays.stream(ErrorCode.values())
                        .collect(Collectors.toMap(ErrorCode::number, ErrorCode::name, (a, b) -> a, TreeMap::new)));
    }
}
