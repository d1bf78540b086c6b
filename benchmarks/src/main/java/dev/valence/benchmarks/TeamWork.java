package dev.valence.benchmarks;

import dev.valence.benchmarks.Workload.Metric;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets a team work: warms every contender, then round 1 of all, round 2 of all, and so on. Only one contender works at a
 * time; the processes of the others wait.
 */
final class TeamWork {

    /** The work whose garbage counts. */
    private static final String GARBAGE = "oneway-64";

    /** Of an array of 64 bytes, with its header. */
    private static final int ARRAY_BYTES = 80;

    /** Keeps what there is. */
    interface Saving {
        void save() throws IOException;
    }

    private static final int WARM_UP_STEPS = 15; // 1.5 s each of the longest warm-up
    private static final int CALM_STEPS = 3;
    private static final double NOT_FASTER = 1.05;

    /** Rounds of work that no promise is about. */
    private static final int OTHER_ROUNDS = 2;

    private final Team team;
    private final Pace pace;
    private final Results results;
    private final File logs;
    private final PrintStream progress;
    private final Map<Contender, Session> sessions = new LinkedHashMap<>();

    TeamWork(Team team, Pace pace, Results results, File logs, PrintStream progress) {
        this.team = team;
        this.pace = pace;
        this.results = results;
        this.logs = logs;
        this.progress = progress;
    }

    /**
     * Does all work.
     *
     * @param afterEach called after each workload: what was measured so far may be kept
     */
    void run(Saving afterEach) throws IOException, InterruptedException {
        try {
            long warmUpMillis = pace.warmUpMillis();
            for (Workload workload : team.workloads()) {
                for (Contender contender : team.contenders()) {
                    warmUp(contender, workload, warmUpMillis);
                }
                int rounds = Criterion.isAbout(workload.name()) ? pace.rounds() : Math.min(OTHER_ROUNDS, pace.rounds());
                for (int round = 1; round <= rounds; round++) {
                    for (Contender contender : team.contenders()) {
                        measure(contender, workload, round);
                    }
                }
                warmUpMillis = pace.nextWarmUpMillis();
                afterEach.save();
            }
        } finally {
            sessions.values().forEach(Session::close);
        }
    }

    private void warmUp(Contender contender, Workload workload, long millis) throws IOException, InterruptedException {
        progress.printf("%s: %s warms up%n", workload.name(), contender.name());
        Session session = sessions.get(contender);
        if (session == null) {
            session = Session.open(contender, team.isPublishing(), logs);
            sessions.put(contender, session);
        }
        session.start(workload);
        warmUp(session, workload, millis);
        session.stop(workload);
    }

    /** Waits until the contender has not become faster for some steps. */
    private static void warmUp(Session session, Workload workload, long millis)
            throws IOException, InterruptedException {
        double best = 0;
        int calmSteps = 0;
        for (int step = 0; step < WARM_UP_STEPS && calmSteps < CALM_STEPS; step++) {
            double rate = workload.rate(session.measure(workload, millis / WARM_UP_STEPS));
            calmSteps = rate > best * NOT_FASTER ? 0 : calmSteps + 1;
            best = Math.max(best, rate);
        }
    }

    /** The receiver makes an array for each message, which is the user's own; the sender has one for all. */
    private void addGarbage(Contender contender, Workload workload, Measured measured) {
        if (contender.isJava()) {
            double messages = measured.get("receivedBytes") / workload.bytes();
            double sender = measured.get("clientAllocatedBytes") / messages;
            double receiver = measured.get("serverAllocatedBytes") / messages;
            results.add(
                    Workload.probe("garbage-sender", Metric.BYTES),
                    contender.name(),
                    Cores.PINNED,
                    Measured.of(sender));
            results.add(
                    Workload.probe("garbage-receiver", Metric.BYTES),
                    contender.name(),
                    Cores.PINNED,
                    Measured.of(receiver - ARRAY_BYTES));
        }
    }

    private void measure(Contender contender, Workload workload, int round) throws IOException, InterruptedException {
        Session session = sessions.get(contender);
        if (session == null) {
            throw new IllegalStateException(contender.name() + " was not warmed up");
        }
        session.start(workload);
        Thread.sleep(pace.settleMillis());
        Measured unpinned = session.measure(workload, pace.measureMillis());
        results.add(workload, contender.name(), Cores.UNPINNED, unpinned);
        session.pin();
        Thread.sleep(pace.settleMillis());
        Measured pinned = session.measure(workload, pace.measureMillis());
        results.add(workload, contender.name(), Cores.PINNED, pinned);
        if (workload.name().equals(GARBAGE)) {
            addGarbage(contender, workload, pinned);
        }
        session.unpin();
        session.stop(workload);
        progress.printf(
                "%s, round %d: %s %.1f %s, unpinned %.1f%n",
                workload.name(),
                round,
                contender.name(),
                workload.value(pinned),
                workload.metric().unit(),
                workload.value(unpinned));
    }
}
