package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.PeerCredentials;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllowedUsersTest {

    private static final long SOME_PROCESS = 4711;

    private static void assertRefused(AllowedUsers users, long userId, String message) {
        assertThatThrownBy(() -> users.check(new PeerCredentials(userId, SOME_PROCESS)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REJECTED))
                .hasMessageContaining(message);
    }

    private static void assertPasses(AllowedUsers users, long userId) {
        assertThatCode(() -> users.check(new PeerCredentials(userId, SOME_PROCESS)))
                .doesNotThrowAnyException();
    }

    @Test
    void withoutFurtherUsers_onlyMainsOwnPasses() {
        AllowedUsers users = new AllowedUsers(1000, Set.of());
        assertPasses(users, 1000);
        assertRefused(users, 1001, "user id: 1001 (expected: 1000)");
        assertRefused(users, 0, "user id: 0 (expected: 1000)");
    }

    @Test
    void furtherUsers_passBesideMainsOwn() {
        AllowedUsers users = new AllowedUsers(1000, Set.of(100_000L, 7L));
        assertPasses(users, 1000);
        assertPasses(users, 7);
        assertPasses(users, 100_000);
        assertRefused(users, 8, "user id: 8 (expected: one of [7, 1000, 100000])");
    }

    @Test
    void userThatIsOnlyKnownNotToBeMains_isRefused() {
        assertRefused(
                new AllowedUsers(1000, Set.of(7L)),
                PeerCredentials.SOMEBODY_ELSE,
                "user id: not that of main (expected: one of [7, 1000])");
    }

    @Test
    void whatThePlatformDoesNotTell_isNotChecked() {
        assertPasses(new AllowedUsers(1000, Set.of()), -1);
        assertPasses(new AllowedUsers(-1, Set.of()), 1000);
    }
}
