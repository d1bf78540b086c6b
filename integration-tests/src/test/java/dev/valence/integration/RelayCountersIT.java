package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Permissions;
import dev.valence.main.Invitation;
import dev.valence.main.IpcMain;
import dev.valence.main.RendererSpec;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.Request;
import org.junit.jupiter.api.Test;

/** What main cannot pass on is counted. */
class RelayCountersIT {

    @Test
    void messageToARendererThatIsNot_isADroppedRelayOfWhichNobodyIsTold() throws Exception {
        try (IpcMain main = IpcMain.open()) {
            Invitation invitation = main.invite(RendererSpec.named("guest").withPermissions(Permissions.open()));
            try (RawClient guest = RawClient.admitted(main.endpoint(), invitation.token())) {
                guest.send(Frame.newBuilder()
                        .setDestination(4711)
                        .setMessage(Message.newBuilder().setChannel("m"))
                        .build());
                guest.send(Frame.newBuilder()
                        .setRequest(Request.newBuilder()
                                .setId(1)
                                .setChannel("nobody")
                                .setTimeLeftMicros(10_000_000))
                        .build());
                assertThat(guest.read().hasFailure()).isTrue();

                assertThat(main.counters().droppedRelays()).isOne();
                assertThat(main.counters().untoldGaps()).isOne();
                assertThat(main.counters().skippedBroadcasts()).isZero();
            }
        }
    }
}
