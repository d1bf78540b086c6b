package dev.valence.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to talk does its work once, shortly: what is measured is another matter. */
@Timeout(60)
class ContendersIT {

    @TempDir
    private Path directory;

    /** One team does a work of every kind; a contender of each name is enough. */
    static Stream<Arguments> works() throws Exception {
        Contenders contenders = new Contenders(new Programs(Path.of("").toAbsolutePath()));
        List<String> distinct = List.of("valence-sync", "c", "grpc-blocking", "rsocket", "rmi", "node");
        return contenders.teams(List.of(), List.of()).stream()
                .flatMap(team -> team.contenders().stream()
                        .filter(contender -> team.name().equals("oneway")
                                ? contender.name().equals("valence")
                                        || contender.name().equals("netty")
                                : team.name().equals("rtt") && distinct.contains(contender.name()))
                        .map(contender ->
                                Arguments.of(contender, team.workloads().get(0))));
    }

    @ParameterizedTest
    @MethodSource("works")
    void contender_worksAndIsCountedOut(Contender contender, Workload workload) throws Exception {
        try (Session session = Session.open(contender, false, directory.toFile())) {
            session.start(workload);
            Measured measured;
            do { // the first call alone may take a second
                measured = session.measure(workload, 100);
            } while (!workload.metric().isOfReceiver() && measured.get("calls") == 0);
            session.stop(workload); // fails if anything did not arrive
            assertThat(workload.value(measured)).isPositive();
        }
    }
}
