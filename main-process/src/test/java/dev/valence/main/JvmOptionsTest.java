package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JvmOptionsTest {

    @Test
    void nothingIsSaidOfTheCollector_isTheSerialOne() {
        assertThat(JvmOptions.collector(List.of("-Xmx64m", "-DuseGC=yes"), Map.of("JAVA_TOOL_OPTIONS", "-Dx=y")))
                .containsExactly("-XX:+UseSerialGC", "-XX:PretenureSizeThreshold=1m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:-UseSerialGC", "-XX:+UseZGC", "@more", "-XX:Flags=.hotspotrc"})
    void collectorIsChosen_noneIsAdded(String option) {
        assertThat(JvmOptions.collector(List.of("-ea", option), Map.of())).isEmpty();
        assertThat(JvmOptions.collector(List.of(), Map.of("JDK_JAVA_OPTIONS", "-ea " + option)))
                .isEmpty();
        assertThat(JvmOptions.collector(List.of(), Map.of("JAVA_TOOL_OPTIONS", option + " -ea")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xshare:off", "-XX:SharedArchiveFile=a", "-XX:AOTCache=a", "-XX:AOTMode=off"})
    void archiveIsChosen_isNoticed(String option) {
        assertThat(JvmOptions.chooseArchive(List.of(option), Map.of())).isTrue();
        assertThat(JvmOptions.chooseArchive(List.of(), Map.of("_JAVA_OPTIONS", option)))
                .isTrue();
        assertThat(JvmOptions.chooseArchive(List.of("-Xmx64m"), Map.of())).isFalse();
    }

    @Test
    void shapingArchive_isWhatBothJvmsMustHave() {
        assertThat(JvmOptions.shapingArchive(List.of(
                        "-javaagent:x.jar", "-XX:+UseZGC", "-Xmx64m", "-XX:-UseCompressedOops", "--enable-preview")))
                .containsExactly("-XX:+UseZGC", "-XX:-UseCompressedOops", "--enable-preview");
    }
}
