package dev.valence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Permissions.Use;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PermissionsTest {

    @Test
    void whatIsAllowedAndDenied_addsUp() {
        Permissions permissions = Permissions.none()
                .allow(Use.SEND, "a")
                .allow(Use.SEND, "b", "a", "b")
                .allow(Use.HANDLE, "c")
                .deny("d")
                .deny("e", "e");
        assertThat(permissions.start()).isEqualTo(Permissions.Start.NOTHING);
        assertThat(permissions.allowed()).containsOnlyKeys(Use.SEND, Use.HANDLE);
        assertThat(permissions.allowed().get(Use.SEND)).containsExactlyInAnyOrder("a", "b");
        assertThat(permissions.denied()).isEqualTo(Set.of("d", "e"));
        assertThat(Permissions.none().denied()).isEmpty();
    }

    @Test
    void channelThatCannotBe_isRefused() {
        assertThatThrownBy(() -> Permissions.none().allow(Use.SEND, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("channel: \"\" (expected: 1 to 255 bytes)");
        assertThatThrownBy(() -> Permissions.open().deny("x".repeat(256))).isInstanceOf(IllegalArgumentException.class);
    }
}
