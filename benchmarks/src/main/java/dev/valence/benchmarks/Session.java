package dev.valence.benchmarks;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The processes of one contender: an end that listens, and one or more that connect. */
final class Session implements AutoCloseable {

    private static final String PINNED = "0x2"; // the second core: the driver and the system are rather on the first
    private static final int SUBSCRIBER_PROCESSES = 4;
    private static final long ARRIVAL_SECONDS = 20;

    /** Messages from this size on are few in a second, so that more seconds are taken. */
    private static final int LARGE_BYTES = 16 << 20;

    private static final int LARGE_FACTOR = 2;

    private final Contender contender;
    private final Child server;
    private final List<Child> clients = new ArrayList<>();
    private int subscribers;
    private double expectedBytes; // at all receivers together

    private Session(Contender contender, Child server) {
        this.contender = contender;
        this.server = server;
    }

    /** Starts the processes: one that connects, or several that will subscribe. */
    static Session open(Contender contender, boolean isPublisher, File logs) throws IOException {
        boolean isAlone = contender.server().isEmpty();
        List<String> command = isAlone ? contender.clientCommand("") : contender.serverCommand();
        Session session =
                new Session(contender, Child.start(contender.name(), command, new File(logs, contender.name())));
        try {
            session.server.awaitOpen();
            if (isAlone) {
                session.clients.add(session.server);
            } else {
                session.addClients(isPublisher, logs);
            }
            return session;
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private void addClients(boolean isPublisher, File logs) throws IOException {
        for (int i = 0; i < (isPublisher ? SUBSCRIBER_PROCESSES : 1); i++) {
            String name = contender.name() + "-client" + i;
            String address = isPublisher ? "-" : server.ask("address");
            clients.add(Child.start(name, contender.clientCommand(address), new File(logs, name)));
        }
        for (Child client : clients) {
            client.awaitOpen();
        }
    }

    /** Makes the subscribers as many as a workload wants; there may be fewer before. */
    private void subscribe(int wanted) throws IOException {
        List<List<String>> addresses = new ArrayList<>();
        clients.forEach(client -> addresses.add(new ArrayList<>()));
        for (; subscribers < wanted; subscribers++) {
            addresses.get(subscribers % clients.size()).add(server.ask("address"));
        }
        for (int i = 0; i < clients.size(); i++) {
            if (!addresses.get(i).isEmpty()) {
                clients.get(i).ask("subscribe " + String.join(" ", addresses.get(i)));
            }
        }
    }

    void start(Workload workload) throws IOException {
        subscribe(workload.subscribers());
        worker(workload).ask(workload.command(contender));
    }

    /** Stops, and makes sure that all that was sent arrives. */
    void stop(Workload workload) throws IOException, InterruptedException {
        double sent = Measured.parse(worker(workload).ask("stop")).get("sent");
        if (!workload.metric().isOfReceiver()) {
            return;
        }
        expectedBytes += sent * workload.bytes() * Math.max(1, workload.subscribers());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ARRIVAL_SECONDS);
        double arrived = arrivedBytes(workload);
        while (arrived < expectedBytes && System.nanoTime() < deadline) {
            Thread.sleep(10);
            arrived = arrivedBytes(workload);
        }
        if (arrived != expectedBytes) {
            throw new IOException(contender.name() + " at " + workload.name() + ": " + (long) arrived
                    + " bytes arrived (expected: " + (long) expectedBytes + ")");
        }
    }

    private double arrivedBytes(Workload workload) throws IOException {
        double sum = 0;
        for (Child receiver : receivers(workload)) {
            sum += Measured.parse(receiver.ask("received")).get("receivedBytes");
        }
        return sum;
    }

    private Child worker(Workload workload) {
        return workload.subscribers() > 0 ? server : clients.get(0);
    }

    private List<Child> receivers(Workload workload) {
        return workload.subscribers() > 0 ? clients : List.of(server);
    }

    /** Measures for a while, and until something was there to measure. */
    Measured measure(Workload workload, long millis) throws IOException, InterruptedException {
        if (workload.metric().isOfReceiver()) {
            double before = arrivedBytes(workload);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ARRIVAL_SECONDS);
            while (arrivedBytes(workload) == before && System.nanoTime() < deadline) {
                Thread.sleep(1); // from the arrival of a message on, not from the pause before it
            }
        }
        List<Child> ends = workload.metric().isOfReceiver() ? receivers(workload) : List.of(worker(workload));
        double serverBytes = allocatedBytes(server);
        double clientBytes = allocatedBytes(clients.get(0));
        for (Child end : ends) {
            end.ask("mark");
        }
        Thread.sleep(workload.bytes() >= LARGE_BYTES ? LARGE_FACTOR * millis : millis);
        List<Measured> measured = new ArrayList<>();
        for (Child end : ends) {
            measured.add(Measured.parse(end.ask("read")));
        }
        return (workload.metric().isOfReceiver() ? Workload.together(measured) : measured.get(0))
                .with("serverAllocatedBytes", allocatedBytes(server) - serverBytes)
                .with("clientAllocatedBytes", allocatedBytes(clients.get(0)) - clientBytes);
    }

    private double allocatedBytes(Child end) throws IOException {
        return contender.isJava() ? Measured.parse(end.ask("allocated")).get("allocatedBytes") : 0;
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
        for (long pid : children().flatMap(child -> child.pids().stream()).collect(Collectors.toSet())) {
            Process taskset = new ProcessBuilder("taskset", "-a", "-p", mask, Long.toString(pid))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (taskset.waitFor() != 0) {
                throw new IOException("taskset: exit code " + taskset.exitValue());
            }
        }
    }

    private Stream<Child> children() {
        return Stream.concat(Stream.of(server), clients.stream());
    }

    @Override
    public void close() {
        clients.forEach(Child::close);
        server.close();
    }
}
