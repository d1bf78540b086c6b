package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Permissions;
import dev.valence.Permissions.Use;
import dev.valence.Tap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IpcMainOptionsTest {

    private static final IpcMainOptions DEFAULTS = IpcMainOptions.defaults();

    private static String[] names(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> prefix + i + "x".repeat(200))
                .toArray(String[]::new);
    }

    @Test
    void maxListeners_areTenUnlessSaidOtherwiseAndNeverNone() {
        assertThat(DEFAULTS.maxListeners()).isEqualTo(10);
        assertThat(DEFAULTS.withMaxListeners(1).maxListeners()).isOne();
        assertThatThrownBy(() -> DEFAULTS.withMaxListeners(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxListeners: 0 (expected: 1 or more)");
    }

    @Test
    void tap_isKeptByEveryFurtherOption() {
        Tap tap = event -> {};
        assertThat(DEFAULTS.tap()).isNull();
        assertThat(DEFAULTS.withTap(tap).declare("a").withMaxListeners(3).tap()).isSameAs(tap);
        assertThatThrownBy(() -> DEFAULTS.withTap(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void moreDeclaredChannelsThanARendererCanBeTold_areRefusedWhereTheyAreDeclared() {
        IpcMainOptions half = DEFAULTS.declare(names("a", 300));
        assertThatCode(() -> half.declare("one more")).doesNotThrowAnyException();
        assertThatThrownBy(() -> half.declare(names("b", 300)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: at most 323584");
    }

    @Test
    void permissionsThatAreTooMany_areRefusedByTheSpecOrByTheInvitation() {
        RendererSpec spec = RendererSpec.named("guest");
        Permissions few = Permissions.declaredOnly().allow(Use.SEND, names("s", 1000));
        assertThatThrownBy(() -> spec.withPermissions(few.allow(Use.INVOKE, names("s", 1000))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: at most 323584");
        try (IpcMain main = IpcMain.open(IpcMainOptions.inMemory().declare(names("a", 300)))) {
            assertThatThrownBy(() -> main.invite(spec.withPermissions(few)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: at most 323584");
            assertThat(main.renderers()).isEmpty();
        }
    }
}
