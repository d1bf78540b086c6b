package dev.valence.connection;

import static dev.valence.connection.Pulse.State.SILENT;
import static dev.valence.connection.Pulse.State.STEADY;
import static dev.valence.connection.Pulse.State.STUCK;
import static dev.valence.connection.Pulse.State.SUSPECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Limits;
import dev.valence.connection.Pulse.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PulseTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final boolean HEARD = true;
    private static final boolean NOTHING = false;

    private long now = Long.MAX_VALUE - 30 * SECOND; // System.nanoTime may pass the end of a long
    private final Pulse pulse = new Pulse(Limits.defaults(), () -> now); // every 5 s, 20 s

    private State beat(boolean isHeard) {
        return beatAfter(5, isHeard);
    }

    private State beatAfter(long seconds, boolean isHeard) {
        now += seconds * SECOND;
        State state = pulse.beat(isHeard);
        assertThat(pulse.state()).isEqualTo(state);
        return state;
    }

    private State pong(long turnSeconds) {
        return pulse.pong(pulse.ping(), turnSeconds * SECOND);
    }

    private void beats(int times, boolean isHeard) {
        for (int i = 0; i < times; i++) {
            beat(isHeard);
        }
    }

    // ---- Silence -------------------------------------------------------------------------------------------------

    @Test
    void peerThatSaysNothingForTheLimit_isSilent() {
        beat(HEARD);
        beats(3, NOTHING);
        assertThat(pulse.state()).isEqualTo(STEADY);
        assertThat(beat(NOTHING)).isEqualTo(SILENT);
        assertThat(pulse.silentNanos()).isEqualTo(20 * SECOND);
        assertThat(beat(NOTHING)).isEqualTo(SILENT);
    }

    @Test
    void anyFrame_beginsTheSilenceAnew() {
        beats(3, NOTHING);
        beat(HEARD);
        beats(3, NOTHING);
        assertThat(pulse.state()).isEqualTo(STEADY);
    }

    @Test
    void silentPeer_isSteadyAtItsFirstPongOrFrame() {
        beats(4, NOTHING);
        assertThat(pong(0)).isEqualTo(STEADY);
        beats(4, NOTHING);
        assertThat(pulse.state()).isEqualTo(SILENT);
        assertThat(beat(HEARD)).isEqualTo(STEADY);
    }

    @Test
    void beatThatIsLate_beginsTheSilenceAnew() {
        beats(3, NOTHING);
        assertThat(beatAfter(60, NOTHING)).isEqualTo(STEADY); // this process was stopped for a minute
        beats(3, NOTHING);
        assertThat(pulse.state()).isEqualTo(STEADY);
        assertThat(beat(NOTHING)).isEqualTo(SILENT);
    }

    @Test
    void everyBeatIsALittleLate_countsAsIfItWereOnTime() {
        for (int i = 0; i < 3; i++) {
            assertThat(beatAfter(7, NOTHING)).isEqualTo(STEADY);
        }
        assertThat(beatAfter(7, NOTHING)).isEqualTo(SILENT);
        assertThat(pulse.silentNanos()).isEqualTo(20 * SECOND);
    }

    @Test
    void beatsThatComeTooSoon_countForTheTimeThatPassed() {
        for (int i = 0; i < 19; i++) {
            assertThat(beatAfter(1, NOTHING)).isEqualTo(STEADY);
        }
        assertThat(beatAfter(1, NOTHING)).isEqualTo(SILENT);
    }

    @Test
    void everyBeatIsLate_noPeerIsEverSilent() {
        for (int i = 0; i < 100; i++) {
            assertThat(beatAfter(8, NOTHING)).isEqualTo(STEADY);
        }
    }

    @Test
    void intervalInWhichThisSideDidNotRead_isNoSilence() {
        beats(3, NOTHING);
        for (int i = 0; i < 10; i++) {
            now += 5 * SECOND;
            pulse.skip();
        }
        assertThat(pulse.state()).isEqualTo(STEADY);
        assertThat(beat(NOTHING)).isEqualTo(SILENT);
    }

    @Test
    void lateBeat_doesNotMakeASilentPeerSteady() {
        beats(4, NOTHING);
        assertThat(beatAfter(60, NOTHING)).isEqualTo(SILENT);
        assertThat(beatAfter(60, HEARD)).isEqualTo(STEADY);
    }

    // ---- Old turns -----------------------------------------------------------------------------------------------

    @Test
    void oldTurn_isStuckWithItsDump() {
        beats(4, HEARD);
        assertThat(pong(19)).isEqualTo(STEADY);
        assertThat(pong(20)).isEqualTo(SUSPECT);
        assertThat(pong(21)).isEqualTo(SUSPECT);
        assertThat(pulse.dumped()).isEqualTo(STUCK);
        assertThat(pulse.turnNanos()).isEqualTo(21 * SECOND);
        beats(4, HEARD);
        assertThat(pong(41)).isEqualTo(STUCK);
        assertThat(pong(19)).isEqualTo(STEADY);
    }

    @Test
    void dumpThatDoesNotCome_isWaitedForUntilTheNextBeat() {
        beats(4, HEARD);
        pong(20);
        assertThat(beat(HEARD)).isEqualTo(STUCK);
        assertThat(pulse.dumped()).isEqualTo(STUCK);
    }

    @Test
    void turnThatEndsBeforeItsDumpIsThere_wasNoneToTellOf() {
        beats(4, HEARD);
        pong(20);
        assertThat(pong(0)).isEqualTo(STEADY);
        assertThat(pulse.dumped()).isEqualTo(STEADY);
    }

    @Test
    void turnOfAPeerThatWasStopped_isNotAsOldAsItSays() {
        beats(4, HEARD);
        beats(2, NOTHING); // stopped
        beat(HEARD);
        assertThat(pong(60)).isEqualTo(STEADY);
        beats(2, HEARD);
        assertThat(pong(70)).isEqualTo(STEADY);
        beat(HEARD);
        assertThat(pong(75)).isEqualTo(SUSPECT);
    }

    @Test
    void oldTurnAfterASilence_hasToLastForTheLimitAgain() {
        beats(4, NOTHING);
        assertThat(pong(60)).isEqualTo(STEADY);
        beats(3, HEARD);
        assertThat(pong(75)).isEqualTo(STEADY);
        beat(HEARD);
        assertThat(pong(80)).isEqualTo(SUSPECT);
    }

    @Test
    void thisSideStoodStill_oldTurnHasToLastForTheLimitAgain() {
        beats(4, HEARD);
        beatAfter(60, HEARD);
        assertThat(pong(60)).isEqualTo(STEADY);
        now += 5 * SECOND;
        pulse.skip();
        beats(4, HEARD);
        assertThat(pong(85)).isEqualTo(SUSPECT);
    }

    @Test
    void silenceOfAStuckPeer_isTheSameEpisode() {
        beats(4, HEARD);
        pong(20);
        pulse.dumped();
        beats(10, NOTHING);
        assertThat(pulse.state()).isEqualTo(STUCK);
        assertThat(pong(80)).isEqualTo(STUCK);
        assertThat(pong(0)).isEqualTo(STEADY);
    }

    @Test
    void peerThatLiesAboutItsTurns_isToldOfNoMoreOftenThanOthers() {
        beats(100, HEARD);
        assertThat(pong(1000)).isEqualTo(SUSPECT);
        pulse.dumped();
        assertThat(pong(0)).isEqualTo(STEADY);
        assertThat(pong(1000)).isEqualTo(STEADY);
        beats(4, HEARD);
        assertThat(pong(1000)).isEqualTo(SUSPECT);
    }

    // ---- Pongs ---------------------------------------------------------------------------------------------------

    @Test
    void pongThatAnswersNothing_isIgnored() {
        beats(4, HEARD);
        long first = pulse.ping();
        long second = pulse.ping();
        assertThat(pulse.pong(second + 1, 30 * SECOND)).isEqualTo(STEADY);
        assertThat(pulse.pong(second, 0)).isEqualTo(STEADY);
        assertThat(pulse.pong(second, 30 * SECOND)).isEqualTo(STEADY); // the same again
        assertThat(pulse.pong(first, 30 * SECOND)).isEqualTo(STEADY); // older than one that was answered
        assertThat(pulse.turnNanos()).isZero();
    }

    @Test
    void pongToAnEarlierPing_counts() {
        beats(4, HEARD);
        long first = pulse.ping();
        pulse.ping();
        assertThat(pulse.pong(first, 30 * SECOND)).isEqualTo(SUSPECT);
    }
}
