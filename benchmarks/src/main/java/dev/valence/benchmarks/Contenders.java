package dev.valence.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All who take part, as far as this machine has what they need. */
final class Contenders {

    static final String ASYNC = "async";
    static final String CALL = "call";

    private final List<Contender> all = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    Contenders(Programs programs) throws IOException, InterruptedException {
        valence("valence-async", ASYNC, programs, "direct");
        valence("valence-sync", CALL, programs, "direct");
        valence("valence-default", CALL, programs, "elastic");
        Optional<List<String>> floor = programs.floor();
        floor.ifPresentOrElse(
                program -> all.add(new Contender("c", CALL, program, program, List.of("echo"))),
                () -> missing.add("c: no C compiler"));
        all.add(new Contender("netty", ASYNC, programs.netty("NettyServer"), programs.netty("NettyClient"), List.of()));
        grpc("grpc-async", ASYNC, programs, "direct");
        grpc("grpc-blocking", CALL, programs, "direct");
        grpc("grpc-default", CALL, programs, "default");
        rsocket("rsocket", ASYNC, programs);
        rsocket("rsocket-blocking", CALL, programs);
        all.add(new Contender("rmi", CALL, programs.rmi("RmiServer"), programs.rmi("RmiClient"), List.of()));
        programs.node()
                .ifPresentOrElse(
                        program -> all.add(new Contender("node", ASYNC, List.of(), program, List.of())),
                        () -> missing.add("node: not installed"));
    }

    private void valence(String name, String calls, Programs programs, String executor) {
        all.add(new Contender(name, calls, programs.valenceMain(), programs.valenceRenderer(), List.of(executor)));
    }

    private void grpc(String name, String calls, Programs programs, String executor) {
        all.add(new Contender(
                name, calls, programs.grpc("GrpcServer"), programs.grpc("GrpcClient"), List.of(executor)));
    }

    private void rsocket(String name, String calls, Programs programs) {
        all.add(new Contender(
                name, calls, programs.rsocket("RSocketServerEnd"), programs.rsocket("RSocketClientEnd"), List.of()));
    }

    /** Returns those whose name begins with one of the words; all if there is no word. */
    List<Contender> named(List<String> words) {
        return all.stream()
                .filter(contender -> words.isEmpty() || words.stream().anyMatch(contender.name()::startsWith))
                .toList();
    }

    /** Returns who cannot take part, and why. */
    List<String> missing() {
        return missing;
    }
}
