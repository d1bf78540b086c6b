package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Permissions;
import dev.valence.Permissions.Use;
import dev.valence.Tap;
import dev.valence.frame.PeerCredentials;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void allowedUsers_areNoneUnlessSaidOtherwiseAndAddUp() {
        assertThat(DEFAULTS.allowedUsers()).isEmpty();
        assertThat(DEFAULTS.allowUser(1).allowUser(2).withMaxListeners(3).allowedUsers())
                .containsExactlyInAnyOrder(1L, 2L);
        assertThat(DEFAULTS.allowUser(4_294_967_294L).allowedUsers()).containsExactly(4_294_967_294L);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 4_294_967_295L, PeerCredentials.SOMEBODY_ELSE})
    void numberThatNoUserHas_isRefused(long userId) {
        assertThatThrownBy(() -> DEFAULTS.allowUser(userId))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("user id: " + userId + " (expected: 0 to 4294967294)");
    }

    @Test
    void allowedUserThroughNio_isRefusedBecauseItCouldNotBeRecognised() {
        IpcMainOptions nio = DEFAULTS.allowUser(1).withTransport(IpcMainOptions.Transport.UNIX_NIO);
        assertThatThrownBy(() -> IpcMain.open(nio))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "allowed users: [1] (expected: none through NIO, where the number of another user is not known)");
    }
}
