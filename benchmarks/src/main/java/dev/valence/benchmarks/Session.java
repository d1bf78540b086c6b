package dev.valence.benchmarks;

import java.io.File;
import java.io.IOException;
import java.util.stream.Stream;

/** The processes of one contender in one round. */
final class Session implements AutoCloseable {

    private static final String PINNED = "0x2"; // the second core: the driver and the system are rather on the first

    private final Child server;
    private final Child client;

    private Session(Child server, Child client) {
        this.server = server;
        this.client = client;
    }

    static Session open(Contender contender, File logs) throws IOException {
        File serverLog = new File(logs, contender.name() + "-server.log");
        File clientLog = new File(logs, contender.name() + "-client.log");
        if (contender.server().isEmpty()) {
            Child client = Child.start(contender.name(), contender.clientCommand(""), clientLog);
            client.awaitOpen();
            return new Session(client, client);
        }
        Child server = Child.start(contender.name() + " server", contender.serverCommand(), serverLog);
        try {
            server.awaitOpen();
            String address = server.ask("address");
            Child client = Child.start(contender.name() + " client", contender.clientCommand(address), clientLog);
            client.awaitOpen();
            return new Session(server, client);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    void start(String command) throws IOException {
        client.ask(command);
    }

    void stop() throws IOException {
        client.ask("stop");
    }

    Measured measure(long millis) throws IOException, InterruptedException {
        client.ask("mark");
        Thread.sleep(millis);
        return Measured.parse(client.ask("read"));
    }

    /** Puts all threads of all processes on one core. */
    void pin() throws IOException, InterruptedException {
        setCores(PINNED);
    }

    /** Lets all threads of all processes run where they like. */
    void unpin() throws IOException, InterruptedException {
        setCores("0x" + Long.toHexString((1L << Runtime.getRuntime().availableProcessors()) - 1));
    }

    private void setCores(String mask) throws IOException, InterruptedException {
        for (long pid : Stream.of(server, client)
                .flatMap(child -> child.pids().stream())
                .distinct()
                .toList()) {
            Process taskset = new ProcessBuilder("taskset", "-a", "-p", mask, Long.toString(pid))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (taskset.waitFor() != 0) {
                throw new IOException("taskset: exit code " + taskset.exitValue());
            }
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
