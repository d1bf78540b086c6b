package dev.valence.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * One way to talk, in one variant: what is measured of it runs in processes that run nothing else.
 *
 * @param name short, without spaces
 * @param calls how it waits for replies: "call" or "async"
 * @param server the command of the end that listens; empty if the client starts it
 * @param client the command of the ends that connect
 * @param options of all ends
 */
record Contender(String name, String calls, List<String> server, List<String> client, List<String> options) {

    List<String> serverCommand() {
        return command(server, "-");
    }

    List<String> clientCommand(String address) {
        return server.isEmpty() ? client : command(client, address);
    }

    /** Returns whether its ends are JVMs. */
    boolean isJava() {
        return client.size() > 1 && client.get(0).endsWith("java");
    }

    private List<String> command(List<String> start, String address) {
        List<String> words = new ArrayList<>(start);
        words.add(address);
        words.addAll(options);
        return words;
    }
}
