package dev.valence.renderer.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadTurnTest {

    private final ReadTurn turn = new ReadTurn();

    @Test
    void freeTurn_isTakenByTheFirst() {
        assertThat(turn.lead()).isTrue();
        assertThat(turn.isLed()).isTrue();
        assertThat(turn.lead()).isFalse();
        assertThat(turn.enter()).isFalse();
        assertThat(turn.close()).isFalse();
    }

    @Test
    void vacantTurn_isTakenByEither() {
        turn.lead();
        turn.vacate();
        assertThat(turn.isFree()).isFalse();
        assertThat(turn.lead()).isTrue();
        turn.vacate();
        assertThat(turn.enter()).isTrue();
        turn.leave();
        assertThat(turn.isFree()).isTrue();
    }

    @Test
    void onlyAVacantTurn_isReclaimed() {
        assertThat(turn.reclaim()).isFalse();
        turn.lead();
        assertThat(turn.reclaim()).isFalse();
        turn.vacate();
        assertThat(turn.reclaim()).isTrue();
        assertThat(turn.reclaim()).isFalse();
        assertThat(turn.isFree()).isTrue();
    }

    @Test
    void ioThreadThatReads_keepsCallersOut() {
        turn.enter();
        assertThat(turn.lead()).isFalse();
        turn.leave();
        assertThat(turn.lead()).isTrue();
    }

    @Test
    void closedTurn_isTakenByNobody() {
        assertThat(turn.close()).isTrue();
        assertThat(turn.lead()).isFalse();
        assertThat(turn.enter()).isFalse();
        assertThat(turn.reclaim()).isFalse();
    }
}
