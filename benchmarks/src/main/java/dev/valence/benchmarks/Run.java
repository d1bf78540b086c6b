package dev.valence.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Valence and others in one run: round 1 of all, then round 2 of all, and so on. */
@Command(name = "benchmarks/run", mixinStandardHelpOptions = true, description = "Measures Valence beside its peers.")
public final class Run implements Callable<Integer> {

    @Option(names = "--folder", hidden = true, defaultValue = "benchmarks", description = "The module's folder.")
    private Path folder = Path.of("benchmarks");

    @Option(
            names = "--only",
            split = ",",
            description = "Contenders whose names begin so, such as valence,netty. Default: all.")
    private List<String> only = List.of();

    @Option(names = "--rounds", description = "Rounds. Default: 5, with --quick 2.")
    private int rounds;

    @Option(names = "--quick", description = "Less of everything: under two minutes.")
    private boolean quick;

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Run()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Pace pace = quick ? Pace.QUICK : Pace.FULL;
        if (rounds > 0) {
            pace = pace.withRounds(rounds);
        }
        Contenders contenders = new Contenders(new Programs(folder.toAbsolutePath()));
        contenders.missing().forEach(reason -> System.err.println("left out: " + reason));
        Results results = new Results();
        List<Workload> workloads = List.of(Workload.roundTrip("rtt-64", 64));
        for (int round = 1; round <= pace.rounds(); round++) {
            for (Contender contender : contenders.named(only)) {
                measure(contender, workloads, round, pace, results);
            }
        }
        new Table(results, System.out).print();
        return 0;
    }

    private void measure(Contender contender, List<Workload> workloads, int round, Pace pace, Results results)
            throws IOException, InterruptedException {
        File logs = folder.resolve("target/logs").toFile();
        Files.createDirectories(logs.toPath());
        try (Session session = Session.open(contender, logs)) {
            for (Workload workload : workloads) {
                session.start(workload.command(contender));
                Thread.sleep(pace.warmUpMillis());
                Measured unpinned = session.measure(pace.measureMillis());
                results.add(workload, contender, Cores.UNPINNED, unpinned);
                session.pin();
                Thread.sleep(pace.settleMillis());
                Measured pinned = session.measure(pace.measureMillis());
                results.add(workload, contender, Cores.PINNED, pinned);
                session.unpin();
                session.stop();
                System.err.printf(
                        "round %d/%d  %-16s %-10s pinned %.2f, unpinned %.2f %s%n",
                        round,
                        pace.rounds(),
                        contender.name(),
                        workload.name(),
                        workload.metric().of(pinned),
                        workload.metric().of(unpinned),
                        workload.metric().unit());
            }
        }
    }
}
