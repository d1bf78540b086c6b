package dev.valence.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All who take part in what, as far as this machine has what they need. */
final class Contenders {

    private static final String ASYNC = "async";
    private static final String CALL = "call";

    private final Programs programs;
    private final Optional<List<String>> floor;
    private final Optional<List<String>> node;

    Contenders(Programs programs) throws IOException, InterruptedException {
        this.programs = programs;
        floor = programs.floor();
        node = programs.node();
    }

    /** Returns who cannot take part, and why. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (floor.isEmpty()) {
            missing.add("c: no C compiler");
        }
        if (node.isEmpty()) {
            missing.add("node: not installed");
        }
        return missing;
    }

    /**
     * Returns all teams.
     *
     * @param only what the names of contenders begin with; all if there is no word
     * @param work names of teams or workloads; all if there is no word
     */
    List<Team> teams(List<String> only, List<String> work) {
        List<Team> teams = new ArrayList<>();
        List<Team> all =
                List.of(roundTrips(), kinds(), renderers(), pipelined(), oneWay(), bandwidth(), broadcast(), mixed());
        for (Team team : all) {
            List<Contender> contenders = team.contenders().stream()
                    .filter(contender -> only.isEmpty() || only.stream().anyMatch(contender.name()::startsWith))
                    .toList();
            List<Workload> workloads = team.workloads().stream()
                    .filter(workload -> work.isEmpty() || work.contains(team.name()) || work.contains(workload.name()))
                    .toList();
            if (!contenders.isEmpty() && !workloads.isEmpty()) {
                teams.add(new Team(team.name(), contenders, workloads));
            }
        }
        return teams;
    }

    /** Returns the main process with subscribers. */
    Contender publishing() {
        return publisher("valence", programs.valenceMain(), programs.valenceRenderer("ValenceSubscribers"), "direct");
    }

    private Team roundTrips() {
        List<Contender> all = new ArrayList<>();
        all.add(valence("valence-async", ASYNC, "direct", "direct-callbacks"));
        all.add(valence("valence-sync", CALL, "direct"));
        all.add(valence("valence-default", CALL, "elastic"));
        floor.ifPresent(program -> all.add(new Contender("c", CALL, program, program, List.of("echo"))));
        all.add(netty("echo"));
        all.add(grpc("grpc-async", ASYNC, "direct"));
        all.add(grpc("grpc-blocking", CALL, "direct"));
        all.add(grpc("grpc-default", CALL, "default"));
        all.add(rsocket("rsocket", ASYNC));
        all.add(rsocket("rsocket-blocking", CALL));
        all.add(rmi());
        addNode(all);
        return new Team(
                "rtt",
                all,
                List.of(
                        Workload.roundTrip("rtt-64", 64),
                        Workload.roundTrip("rtt-1k", 1024),
                        Workload.roundTrip("rtt-64k", 64 * 1024)));
    }

    private Team kinds() {
        List<Contender> all = new ArrayList<>();
        all.add(valence("valence-bytes", CALL, "direct"));
        all.add(valence("valence-record", CALL, "direct", "note"));
        all.add(valence("valence-protobuf", CALL, "direct", "protobuf"));
        return new Team("kinds", all, List.of(Workload.roundTrip("kind-64", 64), Workload.roundTrip("kind-1k", 1024)));
    }

    private Team renderers() {
        List<Contender> all = new ArrayList<>();
        all.add(valence("valence-to-main", ASYNC, "direct", "direct-callbacks"));
        all.add(valence("valence-through-main", ASYNC, "direct", "direct-callbacks", "relay"));
        all.add(valence("valence-by-port", ASYNC, "direct", "direct-callbacks", "port"));
        return new Team("renderers", all, List.of(Workload.roundTrip("renderers-64", 64)));
    }

    private Team mixed() {
        List<Contender> all = new ArrayList<>();
        all.add(valence("valence", CALL, "elastic"));
        all.add(grpc("grpc", CALL, "default"));
        all.add(rmi());
        return new Team("mixed", all, List.of(Workload.mixed("mixed-64-4m", 64, 4 << 20)));
    }

    private Team pipelined() {
        List<Contender> all = new ArrayList<>();
        addValence(all);
        all.add(netty("echo"));
        all.add(grpc("grpc", ASYNC, "direct"));
        all.add(rsocket("rsocket", ASYNC));
        addNode(all);
        return new Team(
                "pipelined",
                all,
                List.of(Workload.pipelined("pipelined-64", 64, 64), Workload.pipelined("pipelined-1024", 64, 1024)));
    }

    private Team oneWay() {
        List<Contender> all = new ArrayList<>();
        addValence(all);
        all.add(netty("messages"));
        all.add(grpc("grpc", ASYNC, "direct"));
        all.add(rsocket("rsocket", ASYNC));
        addNode(all);
        return new Team("oneway", all, List.of(Workload.oneWay("oneway-64", 64), Workload.oneWay("oneway-1k", 1024)));
    }

    private Team bandwidth() {
        List<Contender> all = new ArrayList<>();
        addValence(all);
        all.add(sharedMemory());
        floor.ifPresent(program -> all.add(new Contender("c", CALL, program, program, List.of("sink"))));
        all.add(netty("bytes"));
        all.add(grpc("grpc", ASYNC, "direct"));
        addNode(all);
        return new Team(
                "bandwidth",
                all,
                List.of(Workload.bandwidth("bandwidth-1m", 1 << 20), Workload.bandwidth("bandwidth-64m", 64 << 20)));
    }

    private Team broadcast() {
        List<Contender> all = new ArrayList<>();
        all.add(publishing());
        all.add(publisher(
                "valence-default", programs.valenceMain(), programs.valenceRenderer("ValenceSubscribers"), "elastic"));
        all.add(publisher("netty", programs.netty("NettyServer"), programs.netty("NettySubscribers"), "publish"));
        all.add(publisher("grpc", programs.grpc("GrpcServer"), programs.grpc("GrpcSubscribers"), "direct"));
        List<Workload> workloads = new ArrayList<>();
        for (int subscribers : new int[] {1, 16, 64, 256}) {
            workloads.add(Workload.broadcast("broadcast-" + subscribers, 64, subscribers));
        }
        return new Team("broadcast", all, workloads);
    }

    private static Contender publisher(String name, List<String> server, List<String> client, String option) {
        return new Contender(name, ASYNC, server, client, List.of(option));
    }

    private Contender valence(String name, String calls, String... options) {
        List<String> renderer = programs.valenceRenderer("ValenceRenderer");
        return new Contender(name, calls, programs.valenceMain(), renderer, List.of(options));
    }

    private Contender netty(String service) {
        return new Contender(
                "netty", ASYNC, programs.netty("NettyServer"), programs.netty("NettyClient"), List.of(service));
    }

    private Contender grpc(String name, String calls, String executor) {
        return new Contender(name, calls, programs.grpc("GrpcServer"), programs.grpc("GrpcClient"), List.of(executor));
    }

    private Contender rmi() {
        return new Contender("rmi", CALL, programs.rmi("RmiServer"), programs.rmi("RmiClient"), List.of());
    }

    private Contender rsocket(String name, String calls) {
        return new Contender(
                name, calls, programs.rsocket("RSocketServerEnd"), programs.rsocket("RSocketClientEnd"), List.of());
    }

    /** Adds Valence as those who compete have it, on the I/O threads, and with default options. */
    private void addValence(List<Contender> all) {
        all.add(valence("valence", ASYNC, "direct", "direct-callbacks"));
        all.add(valence("valence-default", ASYNC, "elastic"));
    }

    private Contender sharedMemory() {
        return new Contender(
                "shared-memory",
                ASYNC,
                programs.sharedMemory("SharedMemoryServer"),
                programs.sharedMemory("SharedMemoryClient"),
                List.of());
    }

    private void addNode(List<Contender> all) {
        node.ifPresent(program -> all.add(new Contender("node", ASYNC, List.of(), program, List.of())));
    }
}
