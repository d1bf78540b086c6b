package dev.valence.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * One way to talk, in one variant: what is measured of it runs in processes that run nothing else.
 *
 * @param name short, without spaces
 * @param calls how it waits for replies: "call" or "async"
 * @param server the command of the end that listens; empty if the client starts it
 * @param client the command of the end that connects
 * @param options of both ends
 */
record Contender(String name, String calls, List<String> server, List<String> client, List<String> options) {

    List<String> serverCommand(String... more) {
        return command(server, "-", more);
    }

    List<String> clientCommand(String address, String... more) {
        return server.isEmpty() ? client : command(client, address, more);
    }

    private List<String> command(List<String> start, String address, String... more) {
        List<String> words = new ArrayList<>(start);
        words.add(address);
        words.addAll(options);
        words.addAll(List.of(more));
        return words;
    }
}
