package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.IpcException;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whose processes main lets in. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class UsersIT {

    private static final long ALLOWED = 54_321;
    private static final long STRANGER = 54_322;
    private static final String WRONG_TOKEN = "0123456789abcdef".repeat(4);

    @TempDir
    private Path directory;

    private Path socket;
    private OtherUser other;

    /** Tries to connect, and says what comes of it. */
    static final class Visitor {

        private Visitor() {}

        public static void main(String[] args) {
            try (IpcRenderer renderer = IpcRenderer.connect(ContainedRenderer.invited())) {
                System.out.println("let in as " + renderer.name());
            } catch (IpcException e) {
                System.out.println(e.code() + ": " + e.getMessage());
            }
        }
    }

    @BeforeEach
    void require() throws Exception {
        other = OtherUser.require(ALLOWED);
        socket = directory.resolve("main.sock");
    }

    /** Lets a process of a user try to connect, and returns what it says. */
    private static String visit(OtherUser user, Invitation invitation, String token) throws Exception {
        Map<String, String> environment =
                Map.of(ContainedRenderer.ENDPOINT, invitation.endpoint().toString(), ContainedRenderer.TOKEN, token);
        try (ChildJvm child = ChildJvm.start(user.command(Visitor.class), environment)) {
            List<String> output = child.awaitOutput();
            return output.get(output.size() - 1);
        }
    }

    private static String visit(OtherUser user, Invitation invitation) throws Exception {
        return visit(user, invitation, invitation.token());
    }

    @Test
    void otherUser_isKeptOutByTheFileSystemAndByMain() throws Exception {
        try (IpcMain main = IpcMain.open(IpcMainOptions.defaults().withPath(socket))) {
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            assertThat(visit(other, invitation)).startsWith("PEER_GONE: ").contains("Permission denied");

            OtherUser.letIn(socket);
            assertThat(visit(other, invitation))
                    .startsWith("REJECTED: ")
                    .contains("user id: " + ALLOWED + " (expected: 0)");

            assertThat(visit(new OtherUser(0), invitation))
                    .as("main's user, with the token that the other one has not used up")
                    .isEqualTo("let in as guest");
        }
    }

    @Test
    void allowedUser_isLetInWithItsTokenAndNobodyElseIs() throws Exception {
        IpcMainOptions options = IpcMainOptions.defaults().withPath(socket).allowUser(ALLOWED);
        try (IpcMain main = IpcMain.open(options)) {
            Invitation invitation = main.invite(RendererSpec.named("guest"));
            assertThat(visit(new OtherUser(STRANGER), invitation))
                    .startsWith("REJECTED: ")
                    .contains("user id: " + STRANGER + " (expected: one of [0, " + ALLOWED + "])");
            assertThat(visit(other, invitation, WRONG_TOKEN))
                    .startsWith("REJECTED: ")
                    .contains("token");
            assertThat(visit(other, invitation)).isEqualTo("let in as guest");
        }
    }
}
