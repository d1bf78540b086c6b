package dev.valence.benchmarks;

import dev.valence.benchmarks.Workload.Metric;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is measured otherwise than by commands to two ends: starts, idle processes, idle connections. */
final class Probes {

    private static final int CONNECTIONS = 1000;
    private static final int CONNECTING_PROCESSES = 4;
    private static final int TRAFFIC_MILLIS = 1000;
    private static final int MOST_SECONDS = 30; // until what was sent has arrived
    private static final int IDLE_RENDERERS = 8;
    private static final int IDLE_SETTLE_MILLIS = 12_000; // an archive may be made when the first renderer is ready
    private static final double TICKS_PER_SECOND = 100;

    private final Programs programs;
    private final Results results;
    private final File logs;
    private final PrintStream progress;

    Probes(Programs programs, Results results, File logs, PrintStream progress) {
        this.programs = programs;
        this.results = results;
        this.logs = logs;
        this.progress = progress;
    }

    /** Measures launches with a JDK, beside bare JVMs of the same. */
    void launches(Path javaHome, int rounds) throws IOException {
        List<String> command = programs.start(javaHome, rounds);
        try (Child child = Child.start("start", command, new File(logs, "start"))) {
            for (int round = 1; round <= rounds; round++) {
                Measured measured = Measured.parse(child.line());
                progress.printf("launch, round %d of %d, %s: %s%n", round, rounds, javaHome, measured.values());
                String jdk = "launch-" + Programs.feature(javaHome);
                for (String kind : List.of("bare", "cold", "archive", "spare")) {
                    add(jdk, Metric.MILLIS, kind, measured.get(kind));
                }
            }
        }
    }

    /** Measures what main and some renderers take when nothing happens, beside as many bare JVMs at the same time. */
    void idle(long millis) throws IOException, InterruptedException {
        List<Child> bare = new ArrayList<>();
        try (Child main = Child.start("idle", programs.idle(IDLE_RENDERERS), new File(logs, "idle"))) {
            main.awaitOpen();
            for (int i = 0; i <= IDLE_RENDERERS; i++) {
                Child child = Child.start("bare" + i, programs.bare(), new File(logs, "bare" + i));
                bare.add(child);
                child.awaitOpen();
            }
            progress.printf("idle: %d s%n", millis / 1000);
            Thread.sleep(IDLE_SETTLE_MILLIS);
            List<Long> ours = main.pids();
            List<Long> theirs =
                    bare.stream().flatMap(child -> child.pids().stream()).toList();
            double oursBefore = cpuSeconds(ours);
            double theirsBefore = cpuSeconds(theirs);
            Thread.sleep(millis);
            double oursTaken = cpuSeconds(ours) - oursBefore;
            double theirsTaken = cpuSeconds(theirs) - theirsBefore;
            add("idle-cpu", Metric.CPU_SECONDS, "valence", oursTaken);
            add("idle-cpu", Metric.CPU_SECONDS, "bare", theirsTaken);
            add("idle-cpu", Metric.CPU_SECONDS, "above-bare", oursTaken - theirsTaken);
        } finally {
            bare.forEach(Child::close);
        }
    }

    private static double cpuSeconds(List<Long> pids) throws IOException {
        double ticks = 0;
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(words[11]) + Long.parseLong(words[12]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Measures what main holds for a connection that had traffic. */
    void connections(Contender contender) throws IOException, InterruptedException {
        progress.printf("idle connections: %d%n", CONNECTIONS);
        List<Child> clients = new ArrayList<>();
        try (Child main = Child.start("connections", contender.serverCommand(), new File(logs, "connections"))) {
            main.awaitOpen();
            for (int i = 0; i < CONNECTING_PROCESSES; i++) {
                String name = "connections-client" + i;
                clients.add(Child.start(name, contender.clientCommand("-"), new File(logs, name)));
                clients.get(i).awaitOpen();
            }
            connect(main, clients, CONNECTING_PROCESSES);
            traffic(main, clients, CONNECTING_PROCESSES);
            Measured few = Measured.parse(main.ask("memory"));
            connect(main, clients, CONNECTIONS);
            traffic(main, clients, CONNECTING_PROCESSES + CONNECTIONS);
            Measured many = Measured.parse(main.ask("memory"));
            for (String what : List.of("heapBytes", "directBytes", "files", "threads")) {
                double each = (many.get(what) - few.get(what)) / CONNECTIONS;
                add("connection-" + what.replace("Bytes", ""), Metric.BYTES, "valence", each);
            }
        } finally {
            clients.forEach(Child::close);
        }
    }

    private static void connect(Child main, List<Child> clients, int count) throws IOException {
        for (Child client : clients) {
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < count / clients.size(); i++) {
                addresses.add(main.ask("address"));
            }
            client.ask("subscribe " + String.join(" ", addresses));
        }
    }

    /** Lets main publish for a while, and waits until all of it has arrived. */
    private static void traffic(Child main, List<Child> clients, int subscribers)
            throws IOException, InterruptedException {
        main.ask("start publish 64 " + subscribers);
        Thread.sleep(TRAFFIC_MILLIS);
        main.ask("stop");
        double before = -1;
        double received = 0;
        for (int second = 0; second < MOST_SECONDS && received != before; second++) {
            Thread.sleep(TRAFFIC_MILLIS);
            before = received;
            received = 0;
            for (Child client : clients) {
                received += Measured.parse(client.ask("received")).get("receivedBytes");
            }
        }
    }

    private void add(String workload, Metric metric, String contender, double value) {
        results.add(Workload.probe(workload, metric), contender, Cores.UNPINNED, Measured.of(value));
    }
}
