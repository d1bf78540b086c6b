package dev.valence.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void oddNumberOfRounds_medianIsTheOneInTheMiddle() {
        Spread spread = new Spread(3, 100, 1, 2, 4);
        assertThat(spread.median()).isEqualTo(3);
        assertThat(spread.min()).isEqualTo(1);
        assertThat(spread.max()).isEqualTo(100);
    }

    @Test
    void evenNumberOfRounds_medianIsBetweenTheTwoInTheMiddle() {
        assertThat(new Spread(4, 1, 2, 3).median()).isEqualTo(2.5);
    }

    @Test
    void quotient_isTakenRoundByRound() {
        Spread quotient = new Spread(10, 30, 12).dividedBy(new Spread(5, 10, 12));
        assertThat(quotient.values()).containsExactly(2, 3, 1);
        assertThat(quotient.median()).isEqualTo(2);
    }

    @Test
    void quotientWithSomethingThatWasNotMeasured_isEmpty() {
        assertThat(new Spread(1, 2).dividedBy(new Spread()).isEmpty()).isTrue();
    }
}
