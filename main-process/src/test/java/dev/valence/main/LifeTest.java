package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LifeTest {

    private static final IpcException BROKEN = new IpcException(ErrorCode.PEER_GONE, "it broke");
    private static final RendererExit KILLED =
            RendererExit.withoutProcess(ExitReason.KILLED, "editor", Duration.ZERO, "by the test");

    private final Life first = new Life("editor", 7, 1);
    private final Life second = new Life("editor", 7, 2);

    private static Life running(Life life) {
        assertThat(life.letGo()).isTrue();
        life.started();
        life.connected();
        assertThat(life.ready()).isTrue();
        return life;
    }

    @Test
    void firstIncarnation_isLaunchingFromTheStart() {
        assertThat(first.state()).isEqualTo(RendererState.LAUNCHING);
        assertThat(running(first).state()).isEqualTo(RendererState.READY);
    }

    @Test
    void furtherIncarnation_isRestartingUntilItIsLetGo() {
        assertThat(second.state()).isEqualTo(RendererState.RESTARTING);
        assertThat(second.letGo()).isTrue();
        assertThat(second.state()).isEqualTo(RendererState.LAUNCHING);
    }

    @Test
    void closedWhileItIsHeld_waitsAndIsNotLaunched() {
        assertThat(second.leave(ErrorCode.CLOSED)).isTrue();
        second.withdrawn("not wanted any more");
        assertThat(second.end()).isNull();
        assertThat(second.state()).isEqualTo(RendererState.CLOSING);
        assertThat(second.letGo()).isFalse();
        assertThat(second.end().detail()).isEqualTo("not wanted any more");
        assertThat(second.state()).isEqualTo(RendererState.GONE);
    }

    @Test
    void killedWhileItIsHeld_isNotLaunched() {
        second.withdrawn("not wanted any more");
        assertThat(second.letGo()).isFalse();
        assertThat(second.end()).isNotNull();
    }

    @Test
    void processThatCouldNotBeStarted_isAFailedLaunch() {
        first.letGo();
        first.notStarted(new IllegalStateException("no thread"));
        assertThat(first.end())
                .extracting(RendererExit::reason, RendererExit::detail)
                .containsExactly(ExitReason.LAUNCH_FAILED, "no thread");
    }

    @Test
    void end_comesOnceWhenProcessAndConnectionHaveEnded() {
        running(first).exited(KILLED);
        assertThat(first.isProcessRunning()).isFalse();
        assertThat(first.end()).isNull(); // there may be more to read
        first.disconnected(BROKEN);
        assertThat(first.end()).isEqualTo(KILLED);
        assertThat(first.end()).isNull();

        running(second).disconnected(BROKEN);
        assertThat(second.end()).isNull();
        second.exited(KILLED);
        assertThat(second.end()).isEqualTo(KILLED.after(1));
    }

    @Test
    void invited_endsWithItsConnection() {
        first.letGo();
        first.connected();
        first.disconnected(BROKEN);
        assertThat(first.end().reason()).isEqualTo(ExitReason.DISCONNECTED);
    }

    @Test
    void clientThatIsNotExpected_isRejected() {
        running(first);
        assertThatThrownBy(first::connected)
                .hasMessage("renderer is READY (expected: to be launching)")
                .satisfies(e -> assertThat(((IpcException) e).code()).isEqualTo(ErrorCode.REJECTED));
        assertThatThrownBy(second::connected).hasMessage("renderer is RESTARTING (expected: to be launching)");
    }

    @Test
    void ready_isNotWantedAnyMoreWhenClosing() {
        first.letGo();
        first.connected();
        first.leave(ErrorCode.PEER_GONE);
        assertThat(first.ready()).isFalse();
        assertThat(first.state()).isEqualTo(RendererState.CLOSING);
    }

    @Test
    void unresponsive_isAStateBesideReady() {
        assertThat(first.isReady()).isFalse();
        assertThat(first.unresponsive()).isFalse();
        running(first);
        assertThat(first.isReady()).isTrue();
        assertThat(first.responsive()).isFalse();
        for (int i = 0; i < 2; i++) {
            assertThat(first.unresponsive()).isTrue();
            assertThat(first.unresponsive()).isFalse();
            assertThat(first.state()).isEqualTo(RendererState.UNRESPONSIVE);
            assertThat(first.isReady()).isTrue();
            assertThat(first.responsive()).isTrue();
            assertThat(first.state()).isEqualTo(RendererState.READY);
        }
        first.disconnected(BROKEN);
        assertThat(first.isReady()).isFalse();
    }

    @Test
    void closedOrGoneWhileUnresponsive_isNotToldToRespondAgain() {
        running(first).unresponsive();
        assertThat(first.leave(ErrorCode.CLOSED)).isTrue();
        assertThat(first.responsive()).isFalse();
        assertThat(first.unresponsive()).isFalse();
        assertThat(first.state()).isEqualTo(RendererState.CLOSING);

        running(second).unresponsive();
        second.exited(KILLED);
        second.disconnected(BROKEN);
        assertThat(second.end()).isEqualTo(KILLED.after(1));
        assertThat(second.responsive()).isFalse();
        assertThat(second.state()).isEqualTo(RendererState.GONE);
    }

    @Test
    void launchThatIsOver_isNotOverdue() {
        first.letGo();
        assertThat(first.overdue("too late")).isTrue();
        assertThat(running(second).overdue("too late")).isFalse();
    }

    @Test
    void closeAfterReload_decidesWhatCallersAreTold() {
        assertThat(first.reason("x").code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(first.leave(ErrorCode.PEER_GONE)).isTrue();
        assertThat(first.reason("x").code()).isEqualTo(ErrorCode.PEER_GONE);
        assertThat(first.leave(ErrorCode.CLOSED)).isFalse();
        assertThat(first.reason("x"))
                .hasMessage("renderer 'editor' is gone: x")
                .extracting(IpcException::code)
                .isEqualTo(ErrorCode.CLOSED);
    }
}
