package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Permissions;
import dev.valence.Permissions.Use;
import dev.valence.frame.Frame.Rules;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleSheetTest {

    private static final Set<String> DECLARED = Set.of("declared", "both");

    private static RuleSheet rules(Permissions permissions) {
        return RuleSheet.of(permissions, DECLARED);
    }

    @ParameterizedTest
    @EnumSource
    void everyUse_isAllowedOnItsOwn(Use use) {
        RuleSheet rules = rules(Permissions.none().allow(use, "c"));
        for (Use other : Use.values()) {
            assertThat(rules.permits(other, "c")).as("%s", other).isEqualTo(other == use);
            assertThat(rules.permits(other, "declared")).as("%s", other).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void start_saysWhatIsAllowedToBeginWith(Use use) {
        assertThat(rules(Permissions.open()).permits(use, "any")).isTrue();
        assertThat(rules(Permissions.declaredOnly()).permits(use, "declared")).isTrue();
        assertThat(rules(Permissions.declaredOnly()).permits(use, "any")).isFalse();
        assertThat(rules(Permissions.none()).permits(use, "declared")).isFalse();
        assertThat(rules(Permissions.declaredOnly().allow(use, "extra")).permits(use, "extra"))
                .isTrue();
        assertThat(rules(Permissions.declaredOnly().allow(use, "extra")).permits(use, "declared"))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void denial_wins(Use use) {
        assertThat(rules(Permissions.open().deny("c").allow(use, "c")).permits(use, "c"))
                .isFalse();
        assertThat(rules(Permissions.none().allow(use, "c").deny("c")).permits(use, "c"))
                .isFalse();
        assertThat(rules(Permissions.declaredOnly().deny("both")).permits(use, "both"))
                .isFalse();
        assertThat(rules(Permissions.declaredOnly().deny("both")).permits(use, "declared"))
                .isTrue();
    }

    static Stream<Permissions> various() {
        return Stream.of(
                Permissions.open(),
                Permissions.open().deny("both"),
                Permissions.declaredOnly().allow(Use.SEND, "extra").deny("declared"),
                Permissions.none(),
                Permissions.none().allow(Use.HANDLE, "declared").allow(Use.BROADCAST, "both", "extra"));
    }

    @ParameterizedTest
    @MethodSource("various")
    void rendererIsTold_whatMainChecks(Permissions permissions) {
        RuleSheet ofMain = rules(permissions);
        RuleSheet ofRenderer = RuleSheet.of(ofMain.toWire());
        for (Use use : Use.values()) {
            for (String channel : Set.of("declared", "both", "extra", "any")) {
                assertThat(ofRenderer.permits(use, channel))
                        .as("%s %s", use, channel)
                        .isEqualTo(ofMain.permits(use, channel));
            }
        }
    }

    @Test
    void rulesThatWereNotTold_allowNothing() {
        assertThat(RuleSheet.of(Rules.NONE).permits(Use.SEND, "any")).isFalse();
    }

    @Test
    void rulesThatDoNotFitIntoAFrame_areRefused() {
        Set<String> some = names(250); // of 250 bytes: in each of five uses 63,250 bytes
        Set<String> many = names(260);
        assertThatCode(() -> RuleSheet.of(Permissions.declaredOnly(), some)).doesNotThrowAnyException();
        assertThatThrownBy(() -> RuleSheet.of(Permissions.declaredOnly(), many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("declared channels and permissions: 32")
                .hasMessageContaining("expected: at most 323584");
        assertThatCode(() -> RuleSheet.of(Permissions.open(), many)).doesNotThrowAnyException();
        Permissions alone = Permissions.none().allow(Use.SEND, many.toArray(String[]::new));
        assertThatCode(() -> RuleSheet.of(alone, Set.of())).doesNotThrowAnyException();
    }

    private static Set<String> names(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> i + "x".repeat(250 - Integer.toString(i).length()))
                .collect(Collectors.toSet());
    }
}
