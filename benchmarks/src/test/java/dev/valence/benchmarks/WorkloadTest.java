package dev.valence.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class WorkloadTest {

    private static final Contender CONTENDER = new Contender("any", "call", List.of(), List.of(), List.of());

    @Test
    void roundTrip_isTheMedianInMicroseconds() {
        Workload workload = Workload.roundTrip("rtt", 64);
        assertThat(workload.command(CONTENDER)).isEqualTo("start call 64 1");
        assertThat(workload.value(Measured.parse("calls=7 p50.0=12500 "))).isEqualTo(12.5);
    }

    @Test
    void pipelined_isThousandsOfCallsASecond() {
        Workload workload = Workload.pipelined("pipelined", 64, 8);
        assertThat(workload.value(Measured.parse("calls=5000 nanos=500000000"))).isEqualTo(10);
    }

    @Test
    void broadcast_isTheSumOfAllReceiversEachInItsOwnTime() {
        Workload workload = Workload.broadcast("broadcast", 100, 2);
        Measured together = Workload.together(List.of(
                Measured.parse("receivedBytes=1000000 receiptNanos=1000000000"),
                Measured.parse("receivedBytes=1000000 receiptNanos=500000000")));
        assertThat(workload.value(together)).isCloseTo(30, within(1e-9)); // 10,000 and 20,000 messages a second
    }

    @Test
    void receiverThatGotNothing_countsAsNothing() {
        Measured nothing = Workload.together(List.of(Measured.parse("receivedBytes=0 receiptNanos=0")));
        assertThat(Workload.bandwidth("bandwidth", 1 << 20).value(nothing)).isZero();
    }

    @Test
    void rate_isHigherForWhatIsFaster() {
        Workload calls = Workload.roundTrip("rtt", 64);
        assertThat(calls.rate(Measured.parse("calls=20 nanos=100")))
                .isGreaterThan(calls.rate(Measured.parse("calls=10 nanos=100")));
    }

    @Test
    void numberThatIsMissing_isNamed() {
        assertThatThrownBy(() -> Measured.parse("nanos=1").get("calls")).hasMessageContaining("calls: not measured");
    }
}
