package dev.valence.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Keeps {@code docs/protocol.md} and its tests together: every sentence that says MUST has a test whose name begins with
 * its number, or a reason why it is tested elsewhere.
 */
class ProtocolConformanceTest {

    private static final List<Class<?>> TESTS = List.of(
            ProtocolFramesConformanceTest.class,
            ProtocolStatesConformanceTest.class,
            ProtocolFlowConformanceTest.class,
            ProtocolPayloadsConformanceTest.class,
            ProtocolCallsConformanceTest.class,
            ProtocolEndConformanceTest.class,
            ProtocolPortsConformanceTest.class,
            ProtocolPipesConformanceTest.class,
            ProtocolStreamsConformanceTest.class,
            ProtocolDumpsConformanceTest.class,
            ProtocolRegionsConformanceTest.class);

    private static final String MAIN = "main decides who may connect and subscribe";
    private static final String LAUNCH = "launching is not part of a connection";
    private static final String PEER = "says what a peer does that nobody can notice";

    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("W4.5", MAIN),
            Map.entry("W4.6", MAIN),
            Map.entry("W4.11", MAIN),
            Map.entry("W4.12", MAIN),
            Map.entry("W4.13", MAIN),
            Map.entry("W12.9", MAIN),
            Map.entry("W8.11", PEER),
            Map.entry("W12.10", PEER),
            Map.entry("W18.3", LAUNCH),
            Map.entry("W18.6", LAUNCH),
            Map.entry("W18.7", LAUNCH),
            Map.entry("W18.12", LAUNCH));

    private static final Pattern SENTENCE = Pattern.compile("(?ms)^- \\*\\*(W[0-9.]+)\\*\\* (.*?)(?=^- \\*\\*|^$|^#)");
    private static final Pattern NUMBER = Pattern.compile("w(\\d+)_(\\d+)_");

    private final Set<String> sentences = new TreeSet<>();
    private final Set<String> musts = new TreeSet<>();
    private final Set<String> tested = new TreeSet<>();

    ProtocolConformanceTest() throws IOException {
        Matcher sentence = SENTENCE.matcher(Files.readString(Path.of("..", "docs", "protocol.md")));
        while (sentence.find()) {
            sentences.add(sentence.group(1));
            if (sentence.group(2).contains("MUST")) {
                musts.add(sentence.group(1));
            }
        }
        for (Class<?> tests : TESTS) {
            for (Method method : tests.getDeclaredMethods()) {
                Matcher number = NUMBER.matcher(method.getName());
                while (number.lookingAt()) {
                    tested.add("W" + number.group(1) + "." + number.group(2));
                    number.region(number.end(), method.getName().length());
                }
            }
        }
    }

    @Test
    void everyMust_hasATestOrAReason() {
        assertThat(musts).hasSizeGreaterThan(50);
        Set<String> covered = new TreeSet<>(tested);
        covered.addAll(ELSEWHERE.keySet());
        assertThat(covered).containsAll(musts);
    }

    @Test
    void everyNumber_isThatOfASentence() {
        assertThat(sentences).containsAll(tested);
        assertThat(musts).containsAll(ELSEWHERE.keySet());
        assertThat(tested).doesNotContainAnyElementsOf(ELSEWHERE.keySet());
    }
}
