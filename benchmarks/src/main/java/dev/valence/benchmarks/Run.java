package dev.valence.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures Valence and others in one run: round 1 of all, then round 2 of all, and so on. */
@Command(name = "benchmarks/run", mixinStandardHelpOptions = true, description = "Measures Valence beside its peers.")
public final class Run implements Callable<Integer> {

    private static final int LAUNCH_ROUNDS = 9;

    /** Work that is done in less than two minutes. */
    private static final List<String> QUICK = List.of("rtt-64", "oneway-64");

    @SuppressWarnings("NullAway.Init") // set before anything is called
    @Spec
    private CommandSpec command;

    @Option(names = "--folder", hidden = true, defaultValue = "benchmarks", description = "The module's folder.")
    private Path folder = Path.of("benchmarks");

    @Option(
            names = "--only",
            split = ",",
            description = "Contenders whose names begin so, such as valence,netty. Default: all.")
    private List<String> only = List.of();

    @Option(
            names = "--work",
            split = ",",
            description =
                    "Work, such as rtt or rtt-64: rtt, kinds, renderers, pipelined, oneway, bandwidth, broadcast, mixed, launch, connections, idle."
                            + " Default: all.")
    private List<String> works = List.of();

    @Option(names = "--rounds", description = "Rounds. Default: 5, with --quick 2.")
    private int rounds;

    @Option(names = "--quick", description = "Less of it, and little warm-up: less than two minutes.")
    private boolean quick;

    @Option(names = "--jdk", description = "JDKs whose starts are measured. Default: the one that runs this.")
    private List<Path> jdks = List.of(Path.of(System.getProperty("java.home")));

    @Option(
            names = "--json",
            description =
                    "File for all that is measured. What it has already stays, so that a long run may have pieces.")
    private @Nullable Path json;

    @Option(names = "--report", description = "Measures nothing, and shows what the file of --json has.")
    private boolean reportOnly;

    @Option(
            names = "--check",
            description = "Fails if a ratio is worse than in baseline.json by more than 25 %% beyond its spread.")
    private boolean check;

    @Option(names = "--plots", description = "Folder for plots.")
    private @Nullable Path plots;

    @Option(names = "--set-baseline", description = "Writes baseline.json.")
    private boolean setBaseline;

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Run()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (quick && check) {
            throw new ParameterException(
                    command.commandLine(),
                    "--check: with --quick (expected: without, since little is warm then; a part by --work, such as rtt-64)");
        }
        if (reportOnly) {
            return judge(Report.read(Objects.requireNonNull(json, "--report needs --json"))
                    .results());
        }
        Pace pace = quick ? Pace.QUICK : Pace.FULL;
        if (rounds > 0) {
            pace = pace.withRounds(rounds);
        }
        Programs programs = new Programs(folder.toAbsolutePath());
        Contenders contenders = new Contenders(programs);
        contenders.missing().forEach(reason -> System.err.println("left out: " + reason));
        File logs = folder.resolve("target/logs").toFile();
        Files.createDirectories(logs.toPath());
        Results results = new Results();
        for (Team team : contenders.teams(only, works())) {
            new TeamWork(team, pace, results, logs, System.err).run(() -> save(results));
        }
        probe(contenders, programs, results, logs);
        return judge(save(results).results());
    }

    /** Keeps what there is so far: a long run may end early. */
    private Report save(Results results) throws IOException {
        Report report = Report.of(results);
        if (json != null) {
            report = Files.exists(json) ? report.with(Report.read(json)) : report;
            report.write(json);
        }
        return report;
    }

    private int judge(Results results) throws IOException {
        new Table(results, System.out).print();
        if (plots != null) {
            Files.createDirectories(plots);
            new Plots(results, plots).draw();
        }
        Path file = folder.resolve("baseline.json");
        if (setBaseline) {
            Baseline.of(results).write(file);
        }
        List<String> losses = check ? Baseline.read(file).losses(results) : List.of();
        losses.forEach(loss -> System.out.println("lost: " + loss));
        return losses.isEmpty() ? 0 : 1;
    }

    private void probe(Contenders contenders, Programs programs, Results results, File logs) throws Exception {
        Probes probes = new Probes(programs, results, logs, System.err);
        if (isWanted("launch")) {
            for (Path jdk : jdks) {
                probes.launches(jdk, quick ? 2 : LAUNCH_ROUNDS);
            }
        }
        if (isWanted("connections")) {
            probes.connections(contenders.publishing());
        }
        if (isWanted("idle")) {
            probes.idle(quick ? 5000 : 60_000);
        }
    }

    private List<String> works() {
        return works.isEmpty() && quick ? QUICK : works;
    }

    private boolean isWanted(String work) {
        return works().isEmpty() || works().contains(work);
    }
}
