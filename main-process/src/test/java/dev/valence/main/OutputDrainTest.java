package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.main.OutputLine.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputDrainTest {

    private final List<OutputLine> lines = new ArrayList<>();
    private final OutputTail tail = new OutputTail();

    @Test
    void text_comesByLines() {
        drain("a\n\nb\r\nü\rc\nno end");

        assertThat(lines)
                .extracting(OutputLine::text)
                .containsExactly("a", "", "b", "ü\rc", "no end")
                .isEqualTo(tail.lines());
        assertThat(lines).allMatch(line -> line.source() == Source.STDERR);
    }

    @Test
    void lineIsVeryLong_comesInPieces() {
        String piece = "x".repeat(OutputDrain.MAX_LINE_CHARS);

        drain(piece + piece + "y\nz\n");

        assertThat(lines).extracting(OutputLine::text).containsExactly(piece, piece, "y", "z");
        assertThat(tail.lines()).allMatch(line -> line.length() <= OutputTail.LINE_CHARS);
        assertThat(tail.lines().get(0)).endsWith("x…");
    }

    @Test
    void bytesAreNotText_nothingIsLost() {
        drain(new ByteArrayInputStream(new byte[] {'a', (byte) 0xff, 'b', '\n', 0, '\n'}));

        assertThat(lines).extracting(OutputLine::text).containsExactly("a\ufffdb", "\0");
    }

    @Test
    void streamFails_endsWithWhatWasThere() {
        drain(new SequenceInputStream(stream("a\nb"), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("of the test");
            }
        }));

        assertThat(lines).extracting(OutputLine::text).containsExactly("a", "b");
    }

    @Test
    void givenUp_tellsNobody() {
        OutputDrain drain = new OutputDrain(Source.STDOUT, stream("a\n"), tail, lines::add);

        drain.giveUp();
        drain.run();

        assertThat(lines).isEmpty();
        assertThat(tail.lines()).isEmpty();
    }

    private void drain(String text) {
        drain(stream(text));
    }

    private void drain(InputStream in) {
        new OutputDrain(Source.STDERR, in, tail, lines::add).run();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
